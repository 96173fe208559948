using System.IO.Compression;
using Containerize.Oci;
using Containerize.Storage;
using ZstdSharp;

namespace Containerize.Images;

/// <summary>Reads what is inside a layer.</summary>
internal static class LayerTar
{
    /// <summary>Opens the uncompressed tar of a layer.</summary>
    /// <param name="layer">The layer as it is stored.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The tar; disposing it closes the blob.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: the media type is not that of a layer.</exception>
    internal static async Task<Stream> OpenAsync(Blob layer, CancellationToken cancellationToken) => layer.Descriptor.MediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => await layer.OpenReadAsync(cancellationToken),
        MediaTypes.OciLayerZstd => new DecompressionStream(await layer.OpenReadAsync(cancellationToken), leaveOpen: false),
        var mediaType when mediaType.EndsWith("gzip", StringComparison.Ordinal) => new GZipStream(await layer.OpenReadAsync(cancellationToken), CompressionMode.Decompress),
        var other => throw new ContainerizeException(DiagnosticCode.InvalidDocument, $"The layer {layer.Descriptor.Digest} has the media type '{Printable.Clean(other)}', whose content cannot be read."),
    };
}
