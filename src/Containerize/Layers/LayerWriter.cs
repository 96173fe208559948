using System.Formats.Tar;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>
/// Writes entries as a layer into a store. The same entries and options give the same bytes on every machine, in whatever order they come
/// and however many cores compress. The layer is a row of independent gzip members or zstd frames, each of them a segment of the tar.
/// </summary>
internal static class LayerWriter
{
    private const int TarEnd = 1024;

    /// <summary>Writes a layer. Directories that entries need and that are not listed are added: 0755, owned by root.</summary>
    /// <param name="entries">What the layer holds, in any order.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DuplicatePath"/>, <see cref="DiagnosticCode.InvalidPath"/>: the
    /// entries are no tree. <see cref="DiagnosticCode.UnreadableFile"/>, <see cref="DiagnosticCode.FileChanged"/>: a source cannot be
    /// read, or changed meanwhile. <see cref="DiagnosticCode.DiskFull"/>, <see cref="DiagnosticCode.CannotWrite"/>: the store did. Nothing
    /// is kept of the layer.
    /// </exception>
    public static Task<LayerRecord> WriteAsync(
        IEnumerable<LayerEntry> entries, BlobStore store, LayerOptions options, CancellationToken cancellationToken) =>
        WriteInOrderAsync(EntryOrder.Arrange(entries, options).ToAsyncEnumerable(), store, options, cancellationToken);

    /// <summary>
    /// Writes a layer whose entries come one after the other, while their content is made. Their order, which decides the bytes, is the
    /// caller's.
    /// </summary>
    /// <param name="entries">A tree with all its directories, each path once, in the order in which it is written.</param>
    /// <exception cref="ContainerizeException">What the entries have to say, or the store. Nothing is kept of the layer.</exception>
    internal static Task<LayerRecord> WriteInOrderAsync(
        IAsyncEnumerable<LayerEntry> entries, BlobStore store, LayerOptions options, CancellationToken cancellationToken) =>
        WriteAsync(entries, parts: null, store, options, earlier: null, cancellationToken);

    /// <summary>
    /// Writes a layer whose content is known, so that what was compressed earlier need not be compressed again. The bytes are the same
    /// either way.
    /// </summary>
    /// <param name="content">What the layer holds.</param>
    /// <param name="earlier">A layer that was made of almost the same content.</param>
    /// <exception cref="ContainerizeException">As for entries; and <see cref="DiagnosticCode.FileChanged"/> when the files are not those
    /// any more that the content was read from.</exception>
    internal static async Task<LayerRecord> WriteAsync(
        EntriesContent content, BlobStore store, LayerOptions options, EarlierSegments? earlier, CancellationToken cancellationToken)
    {
        var written =
            await WriteAsync(content.Entries.ToAsyncEnumerable(), content.Content.Items, store, options, earlier, cancellationToken);
        content.CheckUnchanged();
        return written;
    }

    /// <summary>Computes the digest of the uncompressed tar, at the speed of reading and hashing.</summary>
    /// <param name="content">What the layer holds.</param>
    /// <param name="options">How it would be written.</param>
    /// <returns>The diffID and the size of the tar, in bytes.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>,
    /// <see cref="DiagnosticCode.FileChanged"/>.</exception>
    internal static async Task<(Digest DiffId, long Size)> HashAsync(
        EntriesContent content, LayerOptions options, CancellationToken cancellationToken)
    {
        var hashing = new HashingStream();
        await using (hashing.ConfigureAwait(false))
        {
            await WriteTarAsync(hashing, content.Entries.ToAsyncEnumerable(), (_, _) => { }, options, cancellationToken);
            content.CheckUnchanged();
            return (hashing.Digest, hashing.Length);
        }
    }

    /// <summary>Compresses a tar as it is.</summary>
    /// <param name="tar">The tar; read to the end, not disposed.</param>
    /// <param name="files">How many regular files it has.</param>
    /// <param name="store">Where the layer is kept.</param>
    /// <exception cref="ContainerizeException">What the store has to say. Nothing is kept of the layer.</exception>
    internal static Task<LayerRecord> CompressAsync(
        Stream tar, int files, BlobStore store, LayerOptions options, CancellationToken cancellationToken) =>
        WriteAsync(
            async (pipeline, token) =>
            {
                var segments = new SegmentStream(pipeline);
                await using (segments.ConfigureAwait(false))
                {
                    await tar.CopyToAsync(segments, token);
                    segments.Complete();
                    return files;
                }
            },
            store,
            options,
            earlier: null,
            cancellationToken);

    private static Task<LayerRecord> WriteAsync(
        IAsyncEnumerable<LayerEntry> entries,
        IReadOnlyList<ContentItem>? parts,
        BlobStore store,
        LayerOptions options,
        EarlierSegments? earlier,
        CancellationToken cancellationToken) =>
        WriteAsync((pipeline, token) => FillAsync(entries, parts, pipeline, options, token), store, options, earlier, cancellationToken);

    private static async Task<LayerRecord> WriteAsync(
        Func<SegmentPipeline, CancellationToken, Task<int>> fill,
        BlobStore store,
        LayerOptions options,
        EarlierSegments? earlier,
        CancellationToken cancellationToken)
    {
        try
        {
            using var writer = store.CreateWriter();
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            using var pipeline = new SegmentPipeline(options, earlier, stop.Token);
            var files = 0;
            await RunTogetherAsync(
                stop,
                Start(async () => files = await fill(pipeline, stop.Token), stop.Token),
                Start(() => pipeline.DrainAsync(writer.Stream), stop.Token));
            var descriptor =
                new Descriptor { MediaType = options.Encoding.MediaType, Digest = pipeline.OutputDigest, Size = pipeline.OutputSize };
            return new LayerRecord(
                writer.Commit(descriptor), pipeline.ContentDigest, pipeline.ContentSize, files) { Segments = pipeline.Segments };
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw FileFailure.Explain(failure, $"A layer, which '{Printable.Clean(store.Root)}' has to hold,");
        }
    }

    // Work that can wait has a scheduler of its own, and stays on it.
    private static Task Start(Func<Task> half, CancellationToken cancellationToken) =>
        Task.Factory.StartNew(half, cancellationToken, TaskCreationOptions.DenyChildAttach, TaskScheduler.Current).Unwrap();

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

    private static async Task<int> FillAsync(
        IAsyncEnumerable<LayerEntry> entries,
        IReadOnlyList<ContentItem>? parts,
        SegmentPipeline pipeline,
        LayerOptions options,
        CancellationToken cancellationToken)
    {
        var segments = new SegmentStream(pipeline);
        await using (segments.ConfigureAwait(false))
        {
            var files =
                await WriteTarAsync(segments, entries, (entry, index) => segments.Begin(entry, parts?[index]), options, cancellationToken);
            segments.Complete();
            return files;
        }
    }

    private static async Task<int> WriteTarAsync(
        Stream output,
        IAsyncEnumerable<LayerEntry> entries,
        Action<LayerEntry, int> begin,
        LayerOptions options,
        CancellationToken cancellationToken)
    {
        var (count, files) = (0, 0);
        var tar = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        await using (tar.ConfigureAwait(false))
        {
            await foreach (var entry in entries.WithCancellation(cancellationToken))
            {
                Whiteout.Refuse(entry);
                begin(entry, count++);
                files += entry.Type == LayerEntryType.File ? 1 : 0;
                await (options.IsWindows
                    ? WindowsEntries.WriteAsync(output, entry, options.ModificationTime, cancellationToken)
                    : TarEntries.WriteAsync(tar, entry, options.ModificationTime, cancellationToken));
            }
        }

        if (count == 0 || options.IsWindows)
        {
            // The tar writer leaves out even the end when nothing went through it.
            await output.WriteAsync(new byte[TarEnd], cancellationToken);
        }

        return files;
    }
}
