using System.IO.Compression;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using ZstdSharp;

namespace Containerize.Compression;

/// <summary>Reads what is inside a layer.</summary>
internal static class LayerTar
{
    /// <summary>Tells by its first bytes how a layer is stored, in OCI's family.</summary>
    /// <param name="start">The first bytes, see <see cref="CompressionMark"/>.</param>
    /// <returns>The encoding; null for a compression that layers cannot have.</returns>
    internal static LayerEncoding? Detect(ReadOnlySpan<byte> start) =>
        CompressionMark.Detect(start) is { } compression ? LayerEncoding.Of(ImageFormat.Oci, compression) : null;

    /// <summary>Tells by its first bytes how the layer in a file is stored, in OCI's family.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidLayer"/>: layers cannot be compressed in that
    /// way.</exception>
    internal static async Task<LayerEncoding> DetectAsync(string path, CancellationToken cancellationToken)
    {
        var file = RegularFile.OpenRead(path);
        await using (file.ConfigureAwait(false))
        {
            var start = new byte[Math.Min(CompressionMark.Length, file.Length)];
            await file.ReadExactlyAsync(start, cancellationToken);
            return Detect(start) ?? throw new ContainerizeException(
                DiagnosticCode.InvalidLayer,
                $"The layer '{path}' is compressed in a way that images do not have. Make it a plain tar, or compress it with gzip or " +
                $"zstd.");
        }
    }

    /// <summary>Opens the uncompressed tar of a layer. A compressed one is unpacked on another thread, ahead of the reader.</summary>
    /// <param name="layer">The layer as it is stored.</param>
    /// <returns>The tar; disposing it closes the blob.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: the media type is not that of a
    /// layer.</exception>
    internal static Stream Open(VerifiedFile layer) => Open(layer, file => new GZipStream(file, CompressionMode.Decompress));

    /// <summary>Opens the uncompressed tar of a layer that is to be unpacked by all: one whose compression is not whole fails.</summary>
    /// <inheritdoc cref="Open(VerifiedFile)"/>
    internal static Stream OpenWhole(VerifiedFile layer) => Open(layer, file => new WholeGzipStream(file));

    private static Stream Open(VerifiedFile layer, Func<Stream, Stream> unzip) => CompressionOf(layer.Descriptor.MediaType) switch
    {
        LayerCompression.None => layer.OpenRead(),
        LayerCompression.Gzip => new ReadAheadStream(unzip(layer.OpenRead())),
        LayerCompression.Zstd => new ReadAheadStream(new DecompressionStream(layer.OpenRead(), leaveOpen: false)),
        _ => throw new ContainerizeException(
            DiagnosticCode.InvalidDocument,
            $"The layer {layer.Descriptor.Digest} has the media type '{layer.Descriptor.MediaType}', whose content cannot be read."),
    };

    /// <summary>Whether layers of a media type can be opened, or are skipped because their vendor does not pass them on.</summary>
    internal static bool IsReadable(string mediaType) => CompressionOf(mediaType) is not null || MediaTypes.IsForeignLayer(mediaType);

    // Layers of other families that end so are gzipped tars, too.
    private static LayerCompression? CompressionOf(string mediaType) =>
        LayerEncoding.Find(mediaType)?.Compression ?? (mediaType.EndsWith("gzip", StringComparison.Ordinal) ? LayerCompression.Gzip : null);
}
