using Containerize.Compression;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Trees;

namespace Containerize.Building;

/// <summary>A layer that is to be put on the base: it knows what goes into it.</summary>
internal interface ILayerSource
{
    /// <summary>What the user calls it: <c>runtime</c>, <c>dependencies</c>, <c>app</c>.</summary>
    string Name { get; }

    /// <summary>Finds out what exactly goes into the layer, without making it.</summary>
    /// <exception cref="ContainerizeException">What the content has to say.</exception>
    Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Compares the prepared layer with what it is put upon. A layer may be prepared, and made, before the base is known.
    /// </summary>
    /// <returns>The layer that is to be made instead; null when the prepared one fits.</returns>
    /// <exception cref="ContainerizeException">What the base, or its source, has to say.</exception>
    Task<IPreparedLayer?> FitAsync(LayerContext context, CancellationToken cancellationToken) => Task.FromResult<IPreparedLayer?>(null);
}

/// <summary>A layer whose content is known and whose bytes may not be needed.</summary>
internal interface IPreparedLayer
{
    /// <summary>What goes into it; its hash identifies the layer. Making the layer may find out more, and make it another one.</summary>
    LayerContent Content { get; }

    /// <summary>Whether its blob was made elsewhere: then the media type is its own, not the one that layers are written with.</summary>
    bool IsVerbatim => false;

    /// <summary>The entries that it consists of; null for a layer whose bytes have to be read for that.</summary>
    IReadOnlyList<LayerEntry>? Entries => null;

    /// <summary>How many layers, from the bottom, have to be read to know what lies below those that consist of known entries.</summary>
    /// <param name="layers">The layers of a build, bottom first. Those of others lie below those of files.</param>
    static int CountUnknown(IReadOnlyList<IPreparedLayer> layers) =>
        layers.Count - layers.Reverse().TakeWhile(layer => layer.Entries is not null).Count();

    /// <summary>Where a destination finds the bytes: a layer of a registry is there, too, and can be mounted from there.</summary>
    /// <param name="made">The layer in the store.</param>
    Blob Locate(Blob made) => made;

    /// <summary>Makes the layer.</summary>
    /// <param name="similar">
    /// The inputs hash of a layer with almost the same content, parts of which may be used; the bytes are the same without it.
    /// </param>
    /// <returns>The layer; its blob is in the store.</returns>
    /// <exception cref="ContainerizeException">What the content or the store has to say; nothing is kept of the layer.</exception>
    Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken);

    /// <summary>Computes the digest of the uncompressed tar without making the layer.</summary>
    /// <returns>The diffID and the size of the tar, in bytes; null when making the layer would be no more work.</returns>
    Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken);
}

/// <summary>What layers are made with.</summary>
/// <param name="Base">The base, which is opened meanwhile; only a layer whose content depends on it waits for it.</param>
/// <param name="Cache">Takes the bytes.</param>
/// <param name="Hashes">Knows what files contain.</param>
/// <param name="Options">How the bytes are written.</param>
internal sealed record LayerContext(Task<BaseImage> Base, LayerCache Cache, FileHashes Hashes, LayerOptions Options)
{
    /// <summary>Gives the layers of this build that were made before, bottom first; those damaged in the cache are made again.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<Layer>>> Below { get; init; } = _ => Task.FromResult<IReadOnlyList<Layer>>([]);

    /// <summary>What lies on those layers and is known without reading bytes, bottom first.</summary>
    public IReadOnlyList<LayerEntry> Entries { get; init; } = [];

    /// <summary>Is told what users should know.</summary>
    public IReporter Reporter { get; init; } = SilentReporter.Instance;

    /// <summary>Waits for the layer of a name that is made ahead; null when none is.</summary>
    public Func<string, CancellationToken, Task<AheadLayer?>> Ahead { get; init; } = NoneAhead;

    /// <summary>Nothing is made ahead.</summary>
    internal static Task<AheadLayer?> NoneAhead(string name, CancellationToken cancellationToken) => Task.FromResult<AheadLayer?>(null);

    /// <summary>
    /// Reads what the layer is put upon: the base's config, and the tree of the base with the layers of this build that were made before.
    /// </summary>
    /// <param name="isRequired">Whether a base is refused that engines may run and that cannot be read here (its layers are encrypted, or
    /// have entries of an unknown kind); else its tree counts as empty, and it is said.</param>
    internal async Task<(ImageConfig Config, ImageTree Tree)> ReadTreeAsync(bool isRequired, CancellationToken cancellationToken)
    {
        var image = (await Base).Image;
        var tree = await TryReadTreeAsync(image, isRequired, cancellationToken);
        // Not files: users are those that the base names, as they were for the layers that these entries are of.
        foreach (var entry in Entries.Where(entry => entry.Type is LayerEntryType.Directory or LayerEntryType.SymbolicLink))
        {
            tree.Put(entry, file: null);
        }

        return (image.Config, tree);
    }

    private async Task<ImageTree> TryReadTreeAsync(Image image, bool isRequired, CancellationToken cancellationToken)
    {
        try
        {
            // Before layers are fetched for nothing.
            var unknown = isRequired ? null : image.Layers.FirstOrDefault(layer => !LayerTar.IsReadable(layer.Blob.Descriptor.MediaType));
            return unknown is null
                ? await ImageTree.ReadAsync(image, await Below(cancellationToken), Cache.Store, TreeParts.Directories, cancellationToken)
                : Empty($"A layer of the base image has the media type '{unknown.Blob.Descriptor.MediaType}', which cannot be read.");
        }
        catch (ContainerizeException failure) when (!isRequired && failure.Code == DiagnosticCode.UnreadableLayer)
        {
            return Empty(failure.Message);
        }

        ImageTree Empty(string why)
        {
            Reporter.Message(
                $"{why} The image is built as if the base had nothing where the app goes: a directory that it has there gets another owner "
                + $"or mode.");
            return ImageTree.Empty(image.Config.Platform.IsWindows);
        }
    }
}

/// <summary>A layer that was made before it was known what exactly goes into it.</summary>
/// <param name="Inputs">The inputs hash of what was expected: the layer is the one that is wanted only if it has the same.</param>
/// <param name="Made">What was made for this build; null for what was there already.</param>
internal sealed record AheadLayer(Digest Inputs, LayerRecord? Made);
