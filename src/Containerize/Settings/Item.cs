namespace Containerize.Settings;

/// <summary>An item of a project: an identity, and metadata by name. A front end makes it of what its build tool has.</summary>
/// <param name="identity">What the item names, as the project wrote it.</param>
/// <param name="metadata">Looks up a value by its name; null or empty when the project does not set it.</param>
internal sealed class Item(string identity, Func<string, string?> metadata)
{
    private const char Separator = ';';

    internal Item(string identity, params (string Name, string Value)[] metadata)
        : this(identity, name => metadata.LastOrDefault(pair => pair.Name == name).Value)
    {
    }

    /// <summary>What the item names, as the project wrote it.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>: it has a NUL character.</exception>
    internal string Identity => WithoutNul(metadata("Kind"), identity);

    /// <summary>A value without the spaces around it; empty when it is not set.</summary>
    internal string this[string name] => Exact(name).Trim();

    /// <summary>A value with its spaces, for text that goes into the image; empty when it is not set.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>: it has a NUL character.</exception>
    internal string Exact(string name) => WithoutNul(name, metadata(name) ?? "");

    internal bool IsTrue(string name) => Switches.IsOn(this[name]);

    /// <summary>Whether the project says no to what is on by default.</summary>
    internal bool IsFalse(string name) => Switches.IsOff(this[name]);

    /// <summary>The parts of a value that is a list.</summary>
    internal string[] List(string name) => Split(Exact(name));

    /// <summary>The one way to read a list. MSBuild has unescaped <c>%3B</c> by now, as it is written on a command line.</summary>
    internal static string[] Split(string text) =>
        text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    // The end of a text to the system: no file, variable or argument can have one. MSBuild makes it of %00.
    private static string WithoutNul(string? what, string text)
    {
        if (!text.Contains('\0', StringComparison.Ordinal))
        {
            return text;
        }

        var (name, shown) = (string.IsNullOrEmpty(what) ? "The item" : what, text.Replace("\0", "%00", StringComparison.Ordinal));
        throw SettingText.Invalid(
            $"{name} '{shown}' has a NUL character (%00), which nothing that an image is made of can have. Remove it.");
    }
}
