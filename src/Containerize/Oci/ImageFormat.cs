namespace Containerize.Oci;

/// <summary>The family of media types of an image.</summary>
internal enum ImageFormat
{
    /// <summary>The OCI image specification's.</summary>
    Oci,

    /// <summary>Docker's image manifest version 2, schema 2.</summary>
    Docker,
}

/// <summary>The same layer has another media type in each family.</summary>
internal static class LayerMediaTypes
{
    /// <summary>A layer's media type in a family; the bytes are the same.</summary>
    /// <param name="mediaType">The media type that the layer has.</param>
    /// <param name="format">The wanted family.</param>
    /// <returns>The media type in that family; unknown types stay what they are.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsupportedCompression"/>: Docker's family cannot hold the layer.</exception>
    internal static string Convert(string mediaType, ImageFormat format) => (format, mediaType) switch
    {
        (ImageFormat.Docker, MediaTypes.OciLayer) => MediaTypes.DockerLayer,
        (ImageFormat.Docker, MediaTypes.OciLayerGzip) => MediaTypes.DockerLayerGzip,
        (ImageFormat.Docker, MediaTypes.OciLayerZstd) => throw new ContainerizeException(
            DiagnosticCode.UnsupportedCompression,
            "A layer of the base image, or of ContainerizeLayerReference, is compressed with zstd, which images of Docker's format cannot hold. Set ContainerImageFormat to OCI."),
        (ImageFormat.Docker, MediaTypes.OciForeignLayerGzip) => MediaTypes.DockerForeignLayer,
        (ImageFormat.Oci, MediaTypes.DockerForeignLayer) => MediaTypes.OciForeignLayerGzip,
        (ImageFormat.Oci, MediaTypes.DockerLayer) => MediaTypes.OciLayer,
        (ImageFormat.Oci, MediaTypes.DockerLayerGzip) => MediaTypes.OciLayerGzip,
        _ => mediaType,
    };
}
