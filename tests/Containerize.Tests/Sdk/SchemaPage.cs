using System.Text.Json;
using System.Text.RegularExpressions;

namespace Containerize.Tests.Sdk;

/// <summary>
/// Writes the tables of sdk/docs/Properties.md: which names are in which table, and in which order, stands on the page; what is said of
/// them comes from the schema that editors show.
/// </summary>
/// <param name="schema">The schema.</param>
internal sealed partial class SchemaPage(JsonElement schema)
{
    // In the schema, a default that is no value is the last line of the description.
    private const string Default = "\nDefault: ";

    /// <summary>The page with its tables as the schema has them.</summary>
    internal string Write(string page)
    {
        var kind = "";
        var lines = page.Split('\n').Select(line =>
        {
            kind = !line.StartsWith('|') ? "" : kind.Length > 0 ? kind : line.Split('|')[1].Trim();
            return RowName().Match(line) is { Success: true } match
                ? kind switch
                {
                    "Property" => PropertyRow(match.Groups[1].Value),
                    "Item" => ItemRow(match.Groups[1].Value),
                    "Target" => Row(match.Groups[1].Value, schema.GetProperty("targets").GetProperty(match.Groups[1].Value).GetString()!),
                    _ => line,
                }
                : line;
        });
        return string.Join('\n', lines);
    }

    private string PropertyRow(string name)
    {
        var property = schema.GetProperty("properties").GetProperty(name);
        var description = Text(property, "description")!.Split(Default);
        var value = Text(property, "defaultValue");
        return Row(
            name,
            Text(property, "deprecationMessage") ?? description[0],
            value is null ? description.ElementAtOrDefault(1) : $"`{value}`");
    }

    private string ItemRow(string name)
    {
        var item = schema.GetProperty("items").GetProperty(name);
        var metadata = item.TryGetProperty("metadata", out var all)
            ? all.EnumerateObject().Select(one => $"`{one.Name}`{Note(one.Value)}: {Text(one.Value, "description")}")
            : [];
        return Row(name, Text(item, "description"), string.Join(". ", metadata));
    }

    private static string Note(JsonElement metadata) =>
        metadata.TryGetProperty("isRequired", out _) ? " (required)"
        : Text(metadata, "defaultValue") is { } value ? $" (`{value}`)"
        : "";

    private static string Row(string name, params string?[] cells)
    {
        var texts = cells.Select(cell => string.IsNullOrEmpty(cell) ? " |" : $" {Bar().Replace(cell, "\\|")} |");
        return $"| `{name}` |{string.Concat(texts)}";
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) ? text.GetString() : null;

    [GeneratedRegex(@"^\| `([A-Za-z_]+)` \|")]
    private static partial Regex RowName();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Bar();
}
