namespace Containerize.Oci;

/// <summary>
/// How a layer is stored: the family that its media type belongs to, and how it is compressed. The compression decides its bytes, the
/// family does not. Each media type of a layer stands in this table once; there is no other.
/// </summary>
/// <remarks>OCI image specification, <i>media-types.md</i>, and Docker's image manifest version 2, schema 2.</remarks>
internal sealed record LayerEncoding
{
    private static readonly LayerEncoding[] s_all =
    [
        new(MediaTypes.OciLayer, ImageFormat.Oci, LayerCompression.None),
        new(MediaTypes.OciLayerGzip, ImageFormat.Oci, LayerCompression.Gzip),
        new(MediaTypes.OciLayerZstd, ImageFormat.Oci, LayerCompression.Zstd),
        new(MediaTypes.DockerLayer, ImageFormat.Docker, LayerCompression.None),
        new(MediaTypes.DockerLayerGzip, ImageFormat.Docker, LayerCompression.Gzip),
        new(MediaTypes.OciForeignLayer, ImageFormat.Oci, LayerCompression.None, isForeign: true),
        new(MediaTypes.OciForeignLayerGzip, ImageFormat.Oci, LayerCompression.Gzip, isForeign: true),
        new(MediaTypes.OciForeignLayerZstd, ImageFormat.Oci, LayerCompression.Zstd, isForeign: true),
        new(MediaTypes.DockerForeignLayer, ImageFormat.Docker, LayerCompression.Gzip, isForeign: true),
        // Registries that hold to Docker's specification, and older engines, do not know these.
        new(MediaTypes.DockerLayerZstd, ImageFormat.Docker, LayerCompression.Zstd) { IsOnlyRead = true },
        new(MediaTypes.DockerForeignLayerPlain, ImageFormat.Docker, LayerCompression.None, isForeign: true) { IsOnlyRead = true },
    ];

    private LayerEncoding(string mediaType, ImageFormat family, LayerCompression compression, bool isForeign = false)
    {
        MediaType = mediaType;
        Family = family;
        Compression = compression;
        IsForeign = isForeign;
    }

    /// <summary>The media type.</summary>
    internal string MediaType { get; }

    /// <summary>The family of the media type.</summary>
    internal ImageFormat Family { get; }

    /// <summary>How the tar is compressed.</summary>
    internal LayerCompression Compression { get; }

    /// <summary>
    /// Whether the layer is kept as a reference and never pushed: its vendor does not let it be passed on (bases of Windows).
    /// </summary>
    internal bool IsForeign { get; }

    /// <summary>Whether no layer is given this media type; one that has it can be read, and keeps it in its family.</summary>
    private bool IsOnlyRead { get; init; }

    /// <summary>The encoding of layers that a build writes.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsupportedCompression"/>: Docker's family has no
    /// zstd.</exception>
    internal static LayerEncoding Of(ImageFormat family, LayerCompression compression) =>
        Find(family, compression, isForeign: false) ?? throw new ContainerizeException(
        DiagnosticCode.UnsupportedCompression,
        "Images of Docker's format cannot hold layers that are compressed with zstd. Set ContainerImageFormat to OCI, or " +
        "ContainerizeCompression to gzip.");

    /// <summary>The encoding that a media type names; null for one that is not in the table.</summary>
    internal static LayerEncoding? Find(string mediaType) => Array.Find(s_all, encoding => encoding.MediaType == mediaType);

    /// <summary>
    /// The media type of the same bytes in a family. One that is not in the table, or has no counterpart, stays what it is.
    /// </summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsupportedCompression"/>: Docker's family cannot hold the
    /// layer.</exception>
    internal static string Convert(string mediaType, ImageFormat family) => Find(mediaType)?.In(family).MediaType ?? mediaType;

    private LayerEncoding In(ImageFormat family) => family == Family ? this :
        Find(family, Compression, IsForeign) ?? (IsForeign ? this : throw new ContainerizeException(
        DiagnosticCode.UnsupportedCompression,
        "A layer of the base image, or of ContainerizeLayerReference, is compressed with zstd, which images of Docker's format cannot " +
        "hold. "
        + "Set ContainerImageFormat to OCI."));

    private static LayerEncoding? Find(ImageFormat family, LayerCompression compression, bool isForeign) =>
        Array.Find(s_all, encoding => encoding.Family == family && encoding.Compression == compression && encoding.IsForeign == isForeign
            && !encoding.IsOnlyRead);
}
