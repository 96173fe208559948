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
    /// <returns>What is known of it; null when it was never made here, or the record is damaged.</returns>
    public LayerRecord? Find(Digest inputs)
    {
        var record = ReadRecord(inputs, withSegments: false);
        if (record is not null)
        {
            LastUse.Note(PathOf(inputs));
        }

        return record;
    }

    /// <summary>Looks up what went into a layer.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>The content; null when it is not known here.</returns>
    public LayerContent? FindContent(Digest inputs) => Read(ContentPathOf(inputs), ContentTitle(inputs)) is { } text ? LayerContent.FromText(inputs, text) : null;

    /// <summary>Opens the segments of a layer, for one that is made of almost the same content.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>The segments; null when the bytes are gone or not in segments.</returns>
    internal EarlierSegments? OpenSegments(Digest inputs) =>
        ReadRecord(inputs, withSegments: true) is { Segments: { } table } record && Store.TryGet(record.Descriptor, out var blob)
            ? EarlierSegments.TryOpen(table, blob)
            : null;

    /// <summary>Remembers a layer. Failing to is no failure: the layer is made again next time.</summary>
    /// <param name="content">What went into it.</param>
    /// <param name="record">What it is.</param>
    public void Add(LayerContent content, LayerRecord record)
    {
        try
        {
            Write(ContentPathOf(content.Hash), ContentTitle(content.Hash), content.ToText());
            Write(PathOf(content.Hash), RecordTitle(content.Hash), record.ToText());
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

    // Another number than these: the file of another version, and as good as none.
    private static string RecordTitle(Digest inputs) => $"layer 1 {inputs}";

    private static string ContentTitle(Digest inputs) => $"layer content 1 {inputs}";

    private LayerRecord? ReadRecord(Digest inputs, bool withSegments) => Read(PathOf(inputs), RecordTitle(inputs)) is { } text ? LayerRecord.FromText(text, withSegments) : null;

    private void Write(string path, string title, string text) => Store.WriteFile(Path.GetRelativePath(Store.Root, path), SealedText.Write(title, text));

    private static string? Read(string path, string title)
    {
        try
        {
            // Asking first: most builds find what they look for, but the first one of a project does not, and exceptions are slow.
            return new FileInfo(path) is { Exists: true, LinkTarget: null } ? SealedText.Read(title, File.ReadAllBytes(path)) : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
