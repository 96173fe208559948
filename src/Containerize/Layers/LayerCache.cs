using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>
/// Layers that were made before, by inputs hash. A record says what a layer is; its bytes lie in the store as any blob, and may be gone
/// while the record stays. Records are small files that appear whole; losing one costs time and nothing else.
/// </summary>
/// <param name="store">Has the bytes; the records lie beside them.</param>
internal sealed class LayerCache(BlobStore store)
{
    /// <summary>Has the bytes.</summary>
    public BlobStore Store { get; } = store;

    /// <summary>Looks a layer up.</summary>
    /// <returns>What is known of it; null when it was never made here, or the record is damaged.</returns>
    public LayerRecord? Find(Digest inputs) => ReadRecord(inputs, withSegments: false);

    /// <summary>Looks up what went into a layer.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>The content; null when it is not known here.</returns>
    public LayerContent? FindContent(Digest inputs) =>
        new Record(Store, RecordKind.LayerContent, inputs).Read() is { } text ? LayerContent.FromText(inputs, text) : null;

    /// <summary>Opens the segments of a layer, for one that is made of almost the same content.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    /// <returns>The segments; null when the bytes are gone or not in segments.</returns>
    internal EarlierSegments? OpenSegments(Digest inputs) =>
        ReadRecord(inputs, withSegments: true) is { Segments: { } table } record && Store.TryGet(record.Blob.Descriptor, out var blob)
            ? EarlierSegments.TryOpen(table, blob)
            : null;

    /// <summary>Remembers a layer. Failing to is no failure: the layer is made again next time.</summary>
    /// <param name="content">What went into it.</param>
    /// <param name="record">What it is.</param>
    public void Add(LayerContent content, LayerRecord record)
    {
        new Record(Store, RecordKind.LayerContent, content.Hash).Write(content.ToText());
        new Record(Store, RecordKind.Layer, content.Hash).Write(record.ToText());
    }

    /// <summary>
    /// Remembers which packages the files of a known layer come from now: the same bytes may have come from others when it was made.
    /// </summary>
    /// <param name="content">What goes into the layer.</param>
    internal void Renew(LayerContent content)
    {
        if (content.TellsPackages && content.Items.Any(item => item.Package is not null)
            && new Record(Store, RecordKind.LayerContent, content.Hash) is var record && content.ToText() is var text && record.Read() != text)
        {
            record.Write(text);
        }
    }

    /// <summary>Makes a layer, unless another build on this machine, or another project of this one, makes it just now.</summary>
    /// <param name="content">What goes into it. That may be another one when the layer is made: then it is remembered as that.</param>
    /// <param name="make">Makes it; its blob is in the store then.</param>
    /// <returns>The layer, and whether it was made here.</returns>
    /// <exception cref="ContainerizeException">What making it throws.</exception>
    internal async Task<(LayerRecord Record, bool IsNew)> MakeOnceAsync(
        Func<LayerContent> content, Func<Task<LayerRecord>> make, CancellationToken cancellationToken)
    {
        var inputs = content().Hash;
        using var turn = await Store.WaitForTurnAsync(inputs, cancellationToken);
        // It may be asked for because what is there is damaged, in a place where it cannot be moved aside.
        if (Find(inputs) is { ClaimedBy: null } other
            && await Store.TryGetForVerifiedUseAsync(other.Blob.Descriptor, cancellationToken) is not null)
        {
            Renew(content());
            return (other, false);
        }

        var made = await make();
        Add(content(), made);
        return (made, true);
    }

    /// <summary>Forgets a layer.</summary>
    /// <param name="inputs">Its inputs hash.</param>
    public void Remove(Digest inputs) => new Record(Store, RecordKind.Layer, inputs).Remove();

    private LayerRecord? ReadRecord(Digest inputs, bool withSegments) =>
        new Record(Store, RecordKind.Layer, inputs).Read() is { } text ? LayerRecord.FromText(text, Store.Locate, withSegments) : null;
}
