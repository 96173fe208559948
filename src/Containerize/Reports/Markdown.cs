using System.Text;

namespace Containerize.Reports;

/// <summary>Text in a page of Markdown that only ever reads as text: names of files and packages come from outside.</summary>
internal static class Markdown
{
    private const string Marks = @"\`*_{}[]<>#|~&!$@";

    /// <summary>Writes text so that none of it is a mark, a link, a tag or a column.</summary>
    internal static string Text(string text)
    {
        var escaped = new StringBuilder();
        foreach (var character in Printable.CleanLine(text))
        {
            _ = Marks.Contains(character, StringComparison.Ordinal) ? escaped.Append("&#").Append((int)character).Append(';')
                : escaped.Append(character);
        }

        return escaped.ToString();
    }

    /// <summary>The same in the letters of code.</summary>
    internal static string Code(string text) => $"<code>{Text(text)}</code>";

    /// <summary>A row of a table, of cells that are Markdown.</summary>
    internal static string Row(params IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
}
