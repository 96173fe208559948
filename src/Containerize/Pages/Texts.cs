using System.Globalization;

namespace Containerize.Pages;

/// <summary>Numbers as the page writes them.</summary>
internal static class Texts
{
    internal static string Count(int number, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    /// <summary>The head of a table.</summary>
    /// <param name="columns">The titles, and what the style sheet calls their cells.</param>
    internal static Html Head(params IEnumerable<(string Title, string Kind)> columns) => $"""
        <thead><tr>{columns.Select(column => (Html)$"<th scope=\"col\" class=\"{column.Kind}\">{column.Title}</th>")}</tr></thead>

        """;

    /// <summary>A part of a whole, as style sheets and drawings write it.</summary>
    internal static string Percent(double part) => string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.###}%");

    /// <summary>By how much a size grew or shrank; empty when it did not, or one of the two is not known.</summary>
    internal static string Difference(long? before, long? after) => (after ?? 0) - (before ?? 0) is var difference and not 0
        ? $"{(difference < 0 ? "−" : "+")}{ByteSize.Format(Math.Abs(difference))}"
        : "";
}
