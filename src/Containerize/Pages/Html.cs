using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Containerize.Pages;

/// <summary>
/// A piece of a page. What stands literally in the code is markup; text that is put into it is encoded, so that no name of a file, package
/// or variable can become markup: <c>$"&lt;td&gt;{name}&lt;/td&gt;"</c> is safe where a piece is expected, also in an attribute.
/// </summary>
[InterpolatedStringHandler]
internal readonly struct Html
{
    private readonly StringBuilder _text;

    public Html(int literalLength, int formattedCount) => _text = new(literalLength + (formattedCount * 16));

    private Html(string markup) => _text = new(markup);

    /// <summary>Nothing.</summary>
    internal static Html None { get; } = new("");

    /// <summary>Markup that is no text from outside, like a style sheet.</summary>
    internal static Html Raw(string markup) => new(markup);

    /// <summary>Text whose line breaks stay, for an element that shows them.</summary>
    internal static Html Lines(string text)
    {
        var lines = text.Split('\n').Select((line, index) => (Html)$"{(index == 0 ? None : new Html("\n"))}{line}");
        return $"{lines}";
    }

    public void AppendLiteral(string markup) => _text.Append(markup);

    /// <summary>Text; control and format characters are shown by their numbers, as they could turn or hide what is around them.</summary>
    public void AppendFormatted(string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            _ = (rune.Value, Rune.GetUnicodeCategory(rune)) switch
            {
                ('&', _) => _text.Append("&amp;"),
                ('<', _) => _text.Append("&lt;"),
                ('>', _) => _text.Append("&gt;"),
                ('"', _) => _text.Append("&quot;"),
                ('\'', _) => _text.Append("&#39;"),
                (var value, UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                    or UnicodeCategory.ParagraphSeparator) => _text.Append(CultureInfo.InvariantCulture, $"\\u{{{value:X}}}"),
                _ => _text.Append(rune.ToString()),
            };
        }
    }

    public void AppendFormatted(Html part) => _text.Append(part._text);

    public void AppendFormatted(IEnumerable<Html> parts)
    {
        foreach (var part in parts)
        {
            _text.Append(part._text);
        }
    }

    public void AppendFormatted(int number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>A length; two decimals are less than a pixel.</summary>
    public void AppendFormatted(double number) => _text.Append(CultureInfo.InvariantCulture, $"{number:0.##}");

    /// <inheritdoc/>
    public override string ToString() => _text?.ToString() ?? "";
}
