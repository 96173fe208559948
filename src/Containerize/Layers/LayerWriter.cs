using System.Formats.Tar;
using Containerize.Compression;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>
/// Writes entries as a layer into a store. The same entries and options give the same bytes on every machine, in whatever order they come
/// and however many cores compress. The layer is a row of independent gzip members, each of them a segment of the tar.
/// </summary>
public static class LayerWriter
{
    private const int TarEnd = 1024;

    /// <summary>Writes a layer. Directories that entries need but nobody named are added, with mode 0755 and owned by root.</summary>
    /// <param name="entries">What the layer holds, in any order.</param>
    /// <param name="store">Where it is kept.</param>
    /// <param name="options">How it is written.</param>
    /// <param name="cancellationToken">Stops the writing; nothing is kept.</param>
    /// <returns>The layer in the store.</returns>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.DuplicatePath"/>, <see cref="DiagnosticCode.InvalidPath"/>: the entries are no tree.
    /// <see cref="DiagnosticCode.UnreadableFile"/>, <see cref="DiagnosticCode.FileChanged"/>: a source let us down.
    /// <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/>: the store did. Nothing is kept of the layer.
    /// </exception>
    public static async Task<WrittenLayer> WriteAsync(IEnumerable<LayerEntry> entries, BlobStore store, LayerOptions options, CancellationToken cancellationToken)
    {
        var ordered = EntryOrder.Arrange(entries);
        var level = LevelFor(options);
        try
        {
            using var writer = store.CreateWriter();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var pipeline = new SegmentPipeline(level, Math.Clamp(options.MaxDegreeOfParallelism, 1, 8), stop.Token);
            await RunTogetherAsync(
                stop,
                Task.Run(() => WriteTarAsync(ordered, pipeline, options.ModificationTime, stop.Token), stop.Token),
                Task.Run(() => pipeline.DrainAsync(writer.Stream), stop.Token));
            var descriptor = new Descriptor { MediaType = options.MediaType, Digest = pipeline.OutputDigest, Size = pipeline.OutputSize };
            return new WrittenLayer
            {
                Blob = writer.Commit(descriptor),
                DiffId = pipeline.ContentDigest,
                UncompressedSize = pipeline.ContentSize,
                FileCount = ordered.Count(entry => entry.Type == LayerEntryType.File),
            };
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw StoreFailure.Explain(failure, store.Root);
        }
    }

    private static DeflateLevel? LevelFor(LayerOptions options) => options.MediaType switch
    {
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => options.Level,
        MediaTypes.OciLayer or MediaTypes.DockerLayer => null,
        _ => throw new ContainerizeException(
            DiagnosticCode.InvalidProperty,
            $"Layers cannot be written as '{Printable.Clean(options.MediaType)}'. Plain tar and gzip are possible, for example '{MediaTypes.OciLayerGzip}'."),
    };

    /// <summary>Waits for both halves. When one fails, the other is stopped, and the failure that came first is thrown.</summary>
    private static async Task RunTogetherAsync(CancellationTokenSource stop, params Task[] halves)
    {
        var first = await Task.WhenAny(halves);
        if (!first.IsCompletedSuccessfully)
        {
            await stop.CancelAsync();
        }

        await Task.WhenAll(halves).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
        await Task.WhenAll(halves);
    }

    private static async Task WriteTarAsync(IReadOnlyList<LayerEntry> entries, SegmentPipeline pipeline, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var segments = new SegmentStream(pipeline);
        await using (segments.ConfigureAwait(false))
        {
            var tar = new TarWriter(segments, TarEntryFormat.Gnu, leaveOpen: true);
            await using (tar.ConfigureAwait(false))
            {
                foreach (var entry in entries)
                {
                    segments.Begin(entry);
                    await TarEntries.WriteAsync(tar, entry, time, cancellationToken);
                }
            }

            if (entries.Count == 0)
            {
                // The tar writer leaves out even the end.
                await segments.WriteAsync(new byte[TarEnd], cancellationToken);
            }

            segments.Complete();
        }
    }
}
