using System.Text;

namespace Containerize;

/// <summary>Makes foreign text safe to show: a registry's answer must not move the cursor or speak to the CI system.</summary>
internal static class Printable
{
    internal const int MaxLength = 300;
    private const int MaxNames = 10;

    /// <summary>
    /// Replaces control and format characters, joins lines, breaks up CI commands (<c>##vso[</c>, <c>::set</c>) and cuts what is long.
    /// </summary>
    /// <returns>One printable line.</returns>
    internal static string Clean(string? text) => CleanLine(text, MaxLength).Trim();

    /// <summary>The same, with blanks at both ends kept.</summary>
    /// <param name="text">Foreign text.</param>
    /// <param name="maxLength">How many characters it may have; the rest is cut.</param>
    /// <returns>One printable line.</returns>
    internal static string CleanLine(string? text, int maxLength = int.MaxValue)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "";
        }

        var clean = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length >= maxLength)
            {
                clean.Append('…');
                break;
            }

            switch (Rune.GetUnicodeCategory(rune))
            {
                case System.Globalization.UnicodeCategory.Control:
                case System.Globalization.UnicodeCategory.LineSeparator:
                case System.Globalization.UnicodeCategory.ParagraphSeparator:
                    if (clean.Length > 0 && clean[^1] != ' ')
                    {
                        clean.Append(' ');
                    }

                    break;
                case System.Globalization.UnicodeCategory.Format:
                    break;
                default:
                    clean.Append(rune.ToString());
                    break;
            }
        }

        return Apart(clean.ToString());
    }

    /// <summary>The same as <see cref="Clean"/>, but the end of what is long is kept: programs that pass on a failure put its cause there.
    /// </summary>
    /// <param name="text">Foreign text.</param>
    /// <param name="maxLength">How many characters the result may have.</param>
    /// <returns>One printable line.</returns>
    internal static string CleanEnd(string? text, int maxLength)
    {
        var line = CleanLine(text).Trim();
        if (line.Length <= maxLength)
        {
            return line;
        }

        var start = line.Length - maxLength + 1;
        return "…" + line[(char.IsLowSurrogate(line[start]) ? start + 1 : start)..];
    }

    // Commands are "##" anywhere and "::" at the start of a line. Behind a bracket it is in an address of version 6, and stays.
    private static string Apart(string text)
    {
        var apart = new StringBuilder(text.Length);
        var (last, isInAddress) = ('\0', false);
        foreach (var character in text)
        {
            if (character == last && (character == '#' || (character == ':' && !isInAddress)))
            {
                apart.Append(' ');
            }

            isInAddress = character == '[' || (isInAddress && (char.IsAsciiHexDigit(character) || character is ':' or '.'));
            apart.Append(character);
            last = character;
        }

        return apart.ToString();
    }

    /// <summary>The first names of a list in quotes, and how many more there are. It is cleaned, and not cut.</summary>
    /// <param name="note">What is to be said of a name, after it; null for nothing.</param>
    internal static Message List(IReadOnlyCollection<string> names, Func<string, string>? note = null)
    {
        var shown = string.Join(", ", names.Take(MaxNames).Select(name => $"'{Clean(name)}'{note?.Invoke(name)}"));
        return names.Count > MaxNames ? $"{shown} and {names.Count - MaxNames} more" : shown;
    }
}
