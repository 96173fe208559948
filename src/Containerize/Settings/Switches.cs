namespace Containerize.Settings;

/// <summary>Judges properties that are true or false. Conditions of targets, too, read them, and take any other word for no.</summary>
internal static class Switches
{
    // What conditions of targets take for true and for false.
    private static readonly string[] s_words =
        ["true", "on", "yes", "!false", "!off", "!no", "false", "off", "no", "!true", "!on", "!yes"];

    /// <summary>Refuses a property with another word.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static void Check(ProjectSettings project)
    {
        foreach (var property in project.Of(ItemKind.Switch))
        {
            // Blanks in a value of the command line cannot be removed before conditions read it.
            var value = property.Exact("Value");
            if (value.Length > 0 && !s_words.Contains(value, StringComparer.OrdinalIgnoreCase))
            {
                throw SettingText.Invalid($"{property.Identity} '{value}' is neither true nor false.");
            }
        }
    }
}
