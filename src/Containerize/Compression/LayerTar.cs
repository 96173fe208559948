using System.IO.Compression;
using Containerize.Oci;
using Containerize.Storage;
using ZstdSharp;

namespace Containerize.Compression;

/// <summary>Reads what is inside a layer.</summary>
internal static class LayerTar
{
    private const int LongestMark = 6;

    /// <summary>Tells by its first bytes how a layer is compressed.</summary>
    /// <param name="path">The layer's file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The media type in OCI's family.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidLayer"/>: layers cannot be compressed in that way.</exception>
    internal static async Task<string> DetectAsync(string path, CancellationToken cancellationToken)
    {
        var file = File.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            var start = new byte[Math.Min(LongestMark, file.Length)];
            await file.ReadExactlyAsync(start, cancellationToken);
            return CompressionMark.Detect(start) switch
            {
                CompressionKind.None => MediaTypes.OciLayer,
                CompressionKind.Gzip => MediaTypes.OciLayerGzip,
                CompressionKind.Zstd => MediaTypes.OciLayerZstd,
                _ => throw new ContainerizeException(DiagnosticCode.InvalidLayer, $"The layer '{Printable.Clean(path)}' is compressed in a way that images do not have. Make it a plain tar, or compress it with gzip or zstd."),
            };
        }
    }

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
