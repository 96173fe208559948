namespace Containerize.Settings;

/// <summary>
/// Reads and judges properties that are true or false. Conditions of targets, too, read them, and take any other word for no.
/// </summary>
internal static class Switches
{
    private static readonly string[] s_on = ["true", "on", "yes", "!false", "!off", "!no"];
    private static readonly string[] s_off = ["false", "off", "no", "!true", "!on", "!yes"];

    /// <summary>Whether a word means yes, as conditions of targets read it: it must not mean yes there and no here.</summary>
    internal static bool IsOn(string word) => s_on.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a word means no, as conditions of targets read it.</summary>
    internal static bool IsOff(string word) => s_off.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads a property.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static bool Read(string property, string word) =>
        IsOn(word) || (!IsOff(word) ? throw SettingText.Invalid($"{property} '{word}' is neither true nor false.") : false);

    /// <summary>Refuses a property with another word.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static void Check(ProjectSettings project)
    {
        foreach (var property in project.Of(ItemKind.Switch))
        {
            // Blanks in a value of the command line cannot be removed before conditions read it.
            if (property.Exact("Value") is { Length: > 0 } value)
            {
                Read(property.Identity, value);
            }
        }
    }
}
