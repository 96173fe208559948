using System.Text.RegularExpressions;

namespace Containerize.Testing;

/// <summary>A page in Markdown, read as far as tests need: its tables, links and headings, outside code blocks.</summary>
internal sealed partial class MarkdownPage
{
    private readonly List<(int Number, string Text)> _lines = [];

    /// <summary>Reads a page.</summary>
    /// <param name="text">The page.</param>
    public MarkdownPage(string text)
    {
        Text = text;
        var inCode = false;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                inCode = !inCode;
            }
            else if (!inCode)
            {
                _lines.Add((number, line));
            }
        }
    }

    /// <summary>The page as it is written.</summary>
    public string Text { get; }

    /// <summary>Where relative and absolute links lead, in their order.</summary>
    public IReadOnlyList<string> Links => [.. _lines.SelectMany(line => Link().Matches(line.Text)).Select(match => match.Groups[1].Value)];

    /// <summary>The fragments that links to this page may have, as GitHub makes them of headings.</summary>
    public IReadOnlyList<string> Anchors =>
        [.. _lines.Select(line => Heading().Match(line.Text)).Where(match => match.Success).Select(match => Anchor(match.Groups[1].Value))];

    /// <summary>The tables: runs of lines that begin with a bar.</summary>
    public IReadOnlyList<MarkdownTable> Tables
    {
        get
        {
            var tables = new List<MarkdownTable>();
            var heading = "";
            foreach (var (number, text) in _lines)
            {
                heading = Heading().Match(text) is { Success: true } match ? match.Groups[1].Value : heading;
                if (!text.StartsWith('|'))
                {
                    continue;
                }

                if (tables.Count == 0 || tables[^1].FirstLine + tables[^1].Rows.Count != number)
                {
                    tables.Add(new MarkdownTable(number, heading));
                }

                tables[^1].Add(text);
            }

            return tables;
        }
    }

    /// <summary>Reads a page from a file.</summary>
    /// <param name="path">The file.</param>
    public static MarkdownPage Load(string path) => new(File.ReadAllText(path));

    private static string Anchor(string heading) =>
        string.Concat(heading.ToLowerInvariant().Replace(' ', '-').Where(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_'));

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("^#+ (.*)$")]
    private static partial Regex Heading();
}
