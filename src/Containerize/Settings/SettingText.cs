using System.Globalization;
using Containerize.Layers.Windows;

namespace Containerize.Settings;

/// <summary>Reads values that are written in the same way wherever they occur.</summary>
internal static class SettingText
{
    private const string Unset = "Unset";

    /// <summary>A value of an enumeration, in any case.</summary>
    /// <param name="name">The property or metadata, for the message.</param>
    /// <param name="of">The item that has the metadata; null for a property.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>, with the values that there are.</exception>
    internal static T Choice<T>(string name, string text, string? of = null)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Where(value => value != Unset).ToList();
        return names.Find(value => value.Equals(text, StringComparison.OrdinalIgnoreCase)) is { } match
            ? Enum.Parse<T>(match)
            : throw Invalid($"{Setting(name, text, of)} is unknown. Choose one of: {string.Join(", ", names)}.");
    }

    /// <summary>A value of an enumeration; the default when the text is empty.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static T Choice<T>(string name, string text, T unset)
        where T : struct, Enum => text.Length == 0 ? unset : Choice<T>(name, text);

    /// <summary>A whole number within bounds; the default when the text is empty.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static int Number(string name, string text, int unset, int least, int most, string? of = null) =>
        text.Length == 0 ? unset
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
        : throw Invalid($"{Setting(name, text, of)} is not a number from {least} to {most}.");

    /// <summary>A path of the image with <c>/</c>; projects write either slash, and for Windows drive C: or none.</summary>
    internal static string ImagePath(string text, bool isWindows) => isWindows ? WindowsPath.Read(text) : text.Replace('\\', '/');

    internal static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    internal static ContainerizeException Invalid(Message message) => new(DiagnosticCode.InvalidProperty, message);

    private static Message Setting(string name, string text, string? of)
    {
        Message property = $"{name} '{text}'";
        Message metadata = $"The {name} '{text}' of {of}";
        return of is null ? property : metadata;
    }
}
