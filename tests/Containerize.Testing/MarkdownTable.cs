using System.Text.RegularExpressions;

namespace Containerize.Testing;

/// <summary>A table of a <see cref="MarkdownPage"/>.</summary>
/// <param name="firstLine">The number of its first line on the page.</param>
/// <param name="heading">The heading that it stands under, without its number signs.</param>
internal sealed partial class MarkdownTable(int firstLine, string heading)
{
    private readonly List<string> _lines = [];

    /// <summary>The number of its first line on the page.</summary>
    public int FirstLine => firstLine;

    /// <summary>The nearest heading above it; empty when there is none.</summary>
    public string Heading => heading;

    /// <summary>The cells of each line, the header and the line below it among them.</summary>
    public IReadOnlyList<string[]> Rows => [.. _lines.Select(Cells)];

    /// <summary>Why it is not shown as a table; null for a header, a separator, and rows with as many cells.</summary>
    public string? Fault =>
        Rows.Count < 3 ? "a table has a header, a separator and rows"
        : !_lines.TrueForAll(line => line.TrimEnd().EndsWith('|')) ? "each line ends with a bar"
        : !Array.TrueForAll(Rows[1], cell => Separator().IsMatch(cell)) ? "a separator follows the header"
        : Rows.FirstOrDefault(row => row.Length != Rows[0].Length) is { } odd
            ? $"{odd.Length} cells instead of {Rows[0].Length}: {string.Join(" | ", odd)}"
        : null;

    internal void Add(string line) => _lines.Add(line);

    // A bar with a backslash before it is part of its cell, even in code.
    private static string[] Cells(string line) => [.. Bar().Split(line.Trim())[1..^1].Select(cell => cell.Trim())];

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();

    [GeneratedRegex("^:?-+:?$")]
    private static partial Regex Separator();
}
