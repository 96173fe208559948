using System.Text.Json.Serialization;

namespace Containerize.Oci;

/// <summary>An image: its config and its layers, bottom first.</summary>
/// <remarks>OCI image specification, <i>manifest.md</i>; Docker's schema 2 has the same members.</remarks>
internal sealed record Manifest
{
    /// <summary>Always 2.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; init; } = 2;

    /// <summary>The document's own media type.</summary>
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }

    /// <summary>The type of an artifact that is no image.</summary>
    [JsonPropertyName("artifactType")]
    public string? ArtifactType { get; init; }

    /// <summary>Whether it is no image.</summary>
    [JsonIgnore]
    public bool IsArtifact =>
        MediaTypes.IsOfArtifact(ArtifactType) || Config.MediaType is not (MediaTypes.OciConfig or MediaTypes.DockerConfig);

    /// <summary>The config.</summary>
    [JsonPropertyName("config")]
    public required Descriptor Config { get; init; }

    /// <summary>The layers, bottom first.</summary>
    [JsonPropertyName("layers")]
    public required IReadOnlyList<Descriptor> Layers { get; init; }

    /// <summary>The manifest that this one refers to.</summary>
    [JsonPropertyName("subject")]
    public Descriptor? Subject { get; init; }

    /// <summary>Annotations of the image.</summary>
    [JsonPropertyName("annotations")]
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
