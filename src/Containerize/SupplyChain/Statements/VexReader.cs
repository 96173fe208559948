using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.SupplyChain.Statements;

/// <summary>Reads OpenVEX as <see cref="VexWriter"/> writes it.</summary>
internal static class VexReader
{
    /// <summary>Reads a document.</summary>
    /// <param name="subject">The image that it has to be about.</param>
    /// <returns>What it says, and what it calls the image; null for a document that says something else, or of something else.</returns>
    internal static (VexRequest Request, string Name)? Read(ReadOnlySpan<byte> document, Digest subject)
    {
        try
        {
            var root = JsonNode.Parse(document)!.AsObject();
            var statements = root["statements"]!.AsArray().Select(statement => Read(statement!, subject)).ToList();
            return (string?)root["@context"] == VexWriter.Context && root["author"] is { } author && !statements.Contains(null)
                ? (new VexRequest((string)author!, [.. statements.OfType<VexStatement>()]), NameOf(root)) : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or NullReferenceException
            or FormatException or ArgumentException)
        {
            return null;
        }
    }

    // pkg:oci/NAME@DIGEST
    private static string NameOf(JsonNode root) =>
        (string)root["statements"]![0]!["products"]![0]!["@id"]! is var url
            ? Uri.UnescapeDataString(url["pkg:oci/".Length..url.IndexOf('@', StringComparison.Ordinal)]) : "";

    private static VexStatement? Read(JsonNode statement, Digest subject) =>
        (string?)statement["status"] == "not_affected"
        // The other product is the index.
        && statement["products"]!.AsArray() is { Count: 1 or 2 } products && (string?)products[0]!["hashes"]!["sha-256"] == subject.Hex
        && Enum.GetValues<VexJustification>().Where(each => VexWriter.NameOf(each) == (string?)statement["justification"]).ToList()
            is [var justification]
            ? new((string)statement["vulnerability"]!["@id"]!, justification, (string?)statement["impact_statement"])
            {
                Aliases = [.. (statement["vulnerability"]!["aliases"]?.AsArray() ?? []).Select(alias => (string)alias!)],
            }
            : null;
}
