using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Copying;

/// <summary>How a document says that it is about another one: by its <c>subject</c>.</summary>
/// <remarks>OCI distribution specification, "Listing Referrers"; for tags see <see cref="EvidenceTag"/>.</remarks>
internal static class Reference
{
    /// <summary>What a manifest or an index refers to.</summary>
    /// <returns>The digest; null when it refers to nothing.</returns>
    internal static Digest? SubjectOf(RawDocument document, string origin) =>
        Digest.TryParse(Text((Read(document, origin)["subject"] as JsonObject)?["digest"]) ?? "", out var subject) ? subject : null;

    /// <summary>How lists of referrers name a document.</summary>
    internal static Descriptor EntryOf(RawDocument document, string origin)
    {
        var json = Read(document, origin);
        var annotations = (json["annotations"] as JsonObject)?.Select(pair => (pair.Key, Value: Text(pair.Value)))
            .Where(pair => pair.Value is not null).ToDictionary(pair => pair.Key, pair => pair.Value!);
        return document.Descriptor with
        {
            ArtifactType = Text(json["artifactType"]) is { Length: > 0 } type ? type : Text((json["config"] as JsonObject)?["mediaType"]),
            Annotations = annotations is { Count: > 0 }
                ? new SortedList<string, string>(annotations, StringComparer.Ordinal) : null,
        };
    }

    private static JsonObject Read(RawDocument document, string origin) =>
        OciJson.ReadObject(document.Content.Span, "manifest", origin);

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
