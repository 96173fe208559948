using System.Text.Json;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Reads a bill of materials that Containerize wrote. Those of other tools say other things in other ways.</summary>
internal static class BillDocument
{
    /// <summary>Reads a document.</summary>
    /// <returns>The bill; null for a document of another tool, and for one that cannot be understood.</returns>
    internal static Bill? Read(ReadOnlyMemory<byte> document, SbomFormat format)
    {
        try
        {
            using var json = JsonDocument.Parse(document);
            return format == SbomFormat.Spdx ? new SpdxReader(json.RootElement).Read() : new CycloneDxReader(json.RootElement).Read();
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>A text; null where there is none.</summary>
    internal static string? Text(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.GetString() : null;

    /// <summary>A text that has to be there.</summary>
    /// <exception cref="FormatException">It is not.</exception>
    internal static string Required(this JsonElement element, string name) =>
        element.Text(name) ?? throw new FormatException($"'{name}' is missing.");

    /// <summary>The elements of a list; none where there is no list.</summary>
    internal static IEnumerable<JsonElement> Elements(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) ? value.EnumerateArray() : [];

    /// <summary>What components need, without what is needed by none.</summary>
    internal static IReadOnlyDictionary<string, IReadOnlyList<string>> Group(IEnumerable<(string From, string To)> needs) =>
        needs.GroupBy(need => need.From, StringComparer.Ordinal).ToDictionary(
            group => group.Key,
            group => (IReadOnlyList<string>)[.. group.Select(need => need.To).Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal)],
            StringComparer.Ordinal);
}
