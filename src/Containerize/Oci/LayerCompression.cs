namespace Containerize.Oci;

/// <summary>How the layers that a build makes are compressed.</summary>
internal enum LayerCompression
{
    /// <summary>With gzip, which everything reads.</summary>
    Gzip,

    /// <summary>With Zstandard: smaller and faster to unpack, but unknown to Docker's image format and to older tools.</summary>
    Zstd,

    /// <summary>Not at all: for layers that never leave the machine.</summary>
    None,
}

/// <summary>What compressions mean for media types.</summary>
internal static class LayerCompressions
{
    /// <summary>The media type of layers.</summary>
    /// <param name="compression">How they are compressed.</param>
    /// <param name="format">The family of media types.</param>
    /// <returns>The media type.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsupportedCompression"/>.</exception>
    internal static string MediaType(LayerCompression compression, ImageFormat format) => (compression, format) switch
    {
        (LayerCompression.Gzip, ImageFormat.Oci) => MediaTypes.OciLayerGzip,
        (LayerCompression.Gzip, _) => MediaTypes.DockerLayerGzip,
        (LayerCompression.None, ImageFormat.Oci) => MediaTypes.OciLayer,
        (LayerCompression.None, _) => MediaTypes.DockerLayer,
        (_, ImageFormat.Oci) => MediaTypes.OciLayerZstd,
        _ => throw new ContainerizeException(DiagnosticCode.UnsupportedCompression, "Images of Docker's format cannot hold layers that are compressed with zstd. Set ContainerImageFormat to OCI, or ContainerizeCompression to gzip."),
    };
}
