namespace Containerize.Oci;

/// <summary>The media types of image documents and layers.</summary>
/// <remarks>OCI image specification, <i>media-types.md</i>, and Docker's image manifest version 2, schema 2.</remarks>
internal static class MediaTypes
{
    /// <summary>An OCI image manifest.</summary>
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>An OCI image index.</summary>
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>An OCI image config.</summary>
    public const string OciConfig = "application/vnd.oci.image.config.v1+json";

    /// <summary>An OCI layer, a plain tar.</summary>
    public const string OciLayer = "application/vnd.oci.image.layer.v1.tar";

    /// <summary>An OCI layer, compressed with gzip.</summary>
    public const string OciLayerGzip = OciLayer + "+gzip";

    /// <summary>An OCI layer, compressed with zstd.</summary>
    public const string OciLayerZstd = OciLayer + "+zstd";

    /// <summary>A Docker image manifest (version 2, schema 2).</summary>
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";

    /// <summary>A Docker manifest list.</summary>
    public const string DockerIndex = "application/vnd.docker.distribution.manifest.list.v2+json";

    /// <summary>A Docker image config.</summary>
    public const string DockerConfig = "application/vnd.docker.container.image.v1+json";

    /// <summary>A Docker layer, a plain tar.</summary>
    public const string DockerLayer = "application/vnd.docker.image.rootfs.diff.tar";

    /// <summary>A Docker layer, compressed with gzip.</summary>
    public const string DockerLayerGzip = DockerLayer + ".gzip";

    /// <summary>A Docker layer, compressed with zstd. Not of the specification: BuildKit and containerd write it.</summary>
    public const string DockerLayerZstd = DockerLayer + ".zstd";

    /// <summary>A Docker layer whose bytes must be fetched from its <c>urls</c> and never be pushed (Windows bases).</summary>
    public const string DockerForeignLayer = DockerForeignLayerPlain + ".gzip";

    /// <summary>The same as a plain tar. Not of the specification: containerd knows it.</summary>
    public const string DockerForeignLayerPlain = "application/vnd.docker.image.rootfs.foreign.diff.tar";

    /// <summary>The same in OCI's family, where it is deprecated: a plain tar.</summary>
    public const string OciForeignLayer = "application/vnd.oci.image.layer.nondistributable.v1.tar";

    /// <summary>The same, compressed with gzip.</summary>
    public const string OciForeignLayerGzip = OciForeignLayer + "+gzip";

    /// <summary>The same, compressed with zstd.</summary>
    public const string OciForeignLayerZstd = OciForeignLayer + "+zstd";

    /// <summary>Docker's first manifest format, which no tool writes any more.</summary>
    public const string DockerSchema1 = "application/vnd.docker.distribution.manifest.v1+json";

    /// <summary>Docker's first manifest format with a signature.</summary>
    public const string DockerSchema1Signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// <summary>The config of a manifest that is no image, whose only content is <c>{}</c>.</summary>
    public const string Empty = "application/vnd.oci.empty.v1+json";

    /// <summary>Whether a media type is that of an image manifest.</summary>
    public static bool IsManifest(string? mediaType) => mediaType is OciManifest or DockerManifest;

    /// <summary>
    /// Whether an <c>artifactType</c> says that there is no image. In a descriptor of an image, it repeats the media type of the config
    /// (image specification, <i>descriptor.md</i>).
    /// </summary>
    public static bool IsOfArtifact(string? artifactType) => artifactType is not (null or "" or OciConfig or DockerConfig);

    /// <summary>Whether a media type is that of a list of manifests.</summary>
    public static bool IsIndex(string? mediaType) => mediaType is OciIndex or DockerIndex;

    /// <summary>Whether layers of this media type are kept as references and never pushed.</summary>
    public static bool IsForeignLayer(string mediaType) => LayerEncoding.Find(mediaType) is { IsForeign: true };
}
