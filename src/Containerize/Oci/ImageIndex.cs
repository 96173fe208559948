using System.Text.Json.Serialization;

namespace Containerize.Oci;

/// <summary>A list of manifests, usually one per platform.</summary>
/// <remarks>OCI image specification, <i>image-index.md</i>; Docker's manifest list has the same members.</remarks>
internal sealed record ImageIndex
{
    /// <summary>Always 2.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The document's own media type.</summary>
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    /// <summary>The manifests, in order of preference.</summary>
    [JsonPropertyName("manifests")]
    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    /// <summary>Annotations of the index.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
