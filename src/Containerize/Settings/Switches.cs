namespace Containerize.Settings;

/// <summary>Reads and judges properties that are true or false. Conditions of targets, too, read them, and take any other word for no.</summary>
internal static class Switches
{
    private static readonly string[] s_on = ["true", "on", "yes", "!false", "!off", "!no"];
    private static readonly string[] s_off = ["false", "off", "no", "!true", "!on", "!yes"];

    /// <summary>Whether a word means yes, as conditions of targets read it: it must not mean yes there and no here.</summary>
    internal static bool IsOn(string word) => s_on.Contains(word, StringComparer.OrdinalIgnoreCase);

    /// <summary>Refuses a property with another word.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static void Check(ProjectSettings project)
    {
        foreach (var property in project.Of(ItemKind.Switch))
        {
            // Blanks in a value of the command line cannot be removed before conditions read it.
            var value = property.Exact("Value");
            if (value.Length > 0 && !IsOn(value) && !s_off.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                throw SettingText.Invalid($"{property.Identity} '{value}' is neither true nor false.");
            }
        }
    }
}
