using System.Text.Json.Serialization;

namespace Containerize.Oci;

/// <summary>Names a blob: what it is, its digest and its size.</summary>
/// <remarks>OCI image specification, <i>descriptor.md</i>.</remarks>
internal sealed record Descriptor
{
    /// <summary>The media type of the blob.</summary>
    [JsonPropertyName("mediaType")]
    public required string MediaType { get; init; }

    /// <summary>The digest of the blob as stored.</summary>
    [JsonPropertyName("digest")]
    public required Digest Digest { get; init; }

    /// <summary>The size of the blob as stored, in bytes.</summary>
    [JsonPropertyName("size")]
    public required long Size { get; init; }

    /// <summary>Where else the blob can be fetched from; foreign layers have it.</summary>
    [JsonPropertyName("urls")]
    public IReadOnlyList<string>? Urls { get; init; }

    /// <summary>The platform of the image, in an index.</summary>
    [JsonPropertyName("platform")]
    public Platform? Platform { get; init; }

    /// <summary>The type of what an image manifest holds: an artifact's, or, in indexes of some tools, the type of the image's config.</summary>
    [JsonPropertyName("artifactType")]
    public string? ArtifactType { get; init; }

    /// <summary>Whether this names something that is no image.</summary>
    [JsonIgnore]
    public bool IsArtifact => MediaTypes.IsOfArtifact(ArtifactType);

    /// <summary>The blob itself, in base64, when it is small.</summary>
    [JsonPropertyName("data")]
    public string? Data { get; init; }

    /// <summary>Annotations of this reference to the blob.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
