using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>
/// Layers that were made before, by inputs hash. A record says what a layer is; its bytes lie in the store as any blob, and may be gone
/// while the record stays. Records are small files that appear whole; losing one costs time and nothing else.
/// </summary>
public sealed class LayerCache
{
    private readonly string _directory;

    /// <summary>Opens the cache.</summary>
    /// <param name="store">Has the bytes; the records lie beside them.</param>
    public LayerCache(BlobStore store)
    {
        Store = store;
        _directory = Path.Combine(store.Root, "layers");
    }

    /// <summary>Has the bytes.</summary>
    public BlobStore Store { get; }

    /// <summary>Looks a layer up.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>What is known of it; null when it was never made here.</returns>
    public LayerRecord? Find(Digest inputs)
    {
        var record = Read(PathOf(inputs), lines => LayerRecord.FromText(lines, withSegments: false));
        if (record is not null)
        {
            LastUse.Note(PathOf(inputs));
        }

        return record;
    }

    /// <summary>Looks up what went into a layer.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>The content; null when it is not known here.</returns>
    public LayerContent? FindContent(Digest inputs) =>
        Read(ContentPathOf(inputs), lines => LayerContent.FromText(lines.ReadToEnd()) is { } content && content.Hash == inputs ? content : null);

    /// <summary>Opens the segments of a layer, for one that is made of almost the same content.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>The segments; null when the bytes are gone or not in segments.</returns>
    internal EarlierSegments? OpenSegments(Digest inputs) =>
        Read(PathOf(inputs), lines => LayerRecord.FromText(lines, withSegments: true)) is { Segments: { } table } record && Store.TryGet(record.Descriptor, out var blob)
            ? EarlierSegments.TryOpen(table, blob)
            : null;

    /// <summary>Remembers a layer. Failing to is no failure: the layer is made again next time.</summary>
    /// <param name="content">What went into it.</param>
    /// <param name="record">What it is.</param>
    public void Add(LayerContent content, LayerRecord record)
    {
        try
        {
            Store.WriteFile(Path.GetRelativePath(Store.Root, ContentPathOf(content.Hash)), content.ToText());
            Store.WriteFile(Path.GetRelativePath(Store.Root, PathOf(content.Hash)), record.ToText());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // A full disk or a cache that can only be read.
        }
    }

    /// <summary>Forgets a layer.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    public void Remove(Digest inputs)
    {
        try
        {
            File.Delete(PathOf(inputs));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Whoever finds the record again checks it again.
        }
    }

    private string PathOf(Digest inputs) => Path.Combine(_directory, inputs.Hex);

    private string ContentPathOf(Digest inputs) => PathOf(inputs) + ".content";

    private static T? Read<T>(string path, Func<TextReader, T?> read)
        where T : class
    {
        try
        {
            // Asking first: most builds find what they look for, but the first one of a project does not, and exceptions are slow.
            if (new FileInfo(path) is not { Exists: true, LinkTarget: null })
            {
                return null;
            }

            using var lines = new StreamReader(path);
            return read(lines);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
