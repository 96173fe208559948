using System.Text;

namespace Containerize.Files;

/// <summary>Text in lines of fields that tabs part: paths may hold both.</summary>
internal static class EscapedText
{
    internal static string Write(string text) => text.AsSpan().ContainsAny('\\', '\t', '\n')
        ? text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal)
        : text;

    internal static string Read(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            plain.Append(text[index] != '\\'
                || index + 1 == text.Length ? text[index] : text[++index] switch { 't' => '\t', 'n' => '\n', var other => other });
        }

        return plain.ToString();
    }
}
