using Containerize.Compression;
using Containerize.Files;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>
/// A layer that another tool made, in a file: a tar becomes a layer with the bytes that it has, compressed as the other layers are;
/// one that is compressed already stays as it is.
/// </summary>
/// <param name="Name">What the user calls it: a path without what it says of this machine, because the image has it.</param>
/// <param name="Path">The file, a full path.</param>
internal sealed record TarLayer(string Name, string Path) : ILayerSource
{
    private const string Kind = "tar 1";

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.InvalidLayer"/>: the file is no tar, or none that can be a layer.
    /// </exception>
    public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
    {
        try
        {
            var size = RegularFile.StatusOf(Path).Stamp.Size;
            var entry = new LayerEntry { Path = Name, Type = LayerEntryType.File, Mode = default, SourcePath = Path, Size = size };
            var (digest, stamp) = (await context.Hashes.HashAsync([entry], cancellationToken))[0];
            var content = LayerContent.Of(Kind, [new ContentItem(Name, $"t {digest}", null)], context.Options);
            var encoding = await LayerTar.DetectAsync(Path, cancellationToken);
            var descriptor = new Descriptor { MediaType = encoding.MediaType, Digest = digest, Size = stamp.Size };
            return new Prepared(this, descriptor, content, context);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(DiagnosticCode.UnreadableFile, $"'{Path}' cannot be read: {failure.Message}", failure);
        }
    }

    private sealed class Prepared(TarLayer layer, Descriptor source, LayerContent content, LayerContext context) : IPreparedLayer
    {
        public LayerContent Content => content;

        public bool IsVerbatim => source.MediaType != MediaTypes.OciLayer;

        public async Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken)
        {
            var file = await VerifyAsync(cancellationToken);
            var facts = await TarCheck.ReadAsync(file, $"'{layer.Path}'", context.Options.IsWindows, cancellationToken);
            var stream = file.OpenRead();
            await using (stream.ConfigureAwait(false))
            {
                if (IsVerbatim)
                {
                    var blob = await context.Cache.Store.AddAsync(source, stream, layer.Path, cancellationToken);
                    return new LayerRecord(blob, facts.DiffId, facts.Size, facts.FileCount);
                }

                var (store, options) = (context.Cache.Store, context.Options);
                var written = await LayerWriter.CompressAsync(stream, facts.FileCount, store, options, cancellationToken);
                return written.DiffId == source.Digest ? written : throw SourceStream.Changed(layer.Path);
            }
        }

        // The file is read once for this, and once more to make the layer: that is no less.
        public Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) =>
            Task.FromResult<(Digest, long)?>(null);

        private async Task<VerifiedFile> VerifyAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await VerifiedFile.ReadAsync(new FileBlob(source, layer.Path), $"'{layer.Path}'", cancellationToken);
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.DigestMismatch)
            {
                throw SourceStream.Changed(layer.Path);
            }
        }
    }
}
