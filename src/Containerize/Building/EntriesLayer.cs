using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Trees;

namespace Containerize.Building;

/// <summary>A layer of files, directories and links that are known before the build begins.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Entries">What goes into it.</param>
internal sealed record EntriesLayer(string Name, IReadOnlyList<LayerEntry> Entries) : ILayerSource
{
    /// <summary>Fits the entries to the base and to what the project takes from others; null for entries that stay as they are.</summary>
    public Placement? Placement { get; init; }

    /// <summary>Whether a base that cannot be read is an error: the project puts something beside the app.</summary>
    public bool NeedsBase { get; init; }

    /// <summary>Paths of entries whose owner the user chose; they keep it wherever they are placed.</summary>
    public IReadOnlySet<string> Owned { get; init; } = new HashSet<string>();

    /// <summary>The layer of published files.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static EntriesLayer Of(string name, IEnumerable<PublishedFile> files, EntryRules rules) =>
        new(name, LayerEntries.Of(files, rules));

    /// <summary>Merges layers until there are no more than so many: from the bottom, where what changes seldom is.</summary>
    /// <param name="layers">The layers, bottom first.</param>
    /// <param name="most">How many there may be; at least one.</param>
    /// <returns>The layers, bottom first.</returns>
    public static IReadOnlyList<EntriesLayer> Merge(IReadOnlyList<EntriesLayer> layers, int most)
    {
        var merged = layers.Count - most + 1;
        return merged < 2 ? layers :
        [
            new EntriesLayer(
                string.Join('+', layers.Take(merged).Select(layer => layer.Name)),
                [.. layers.Take(merged).SelectMany(layer => layer.Entries)]),
            .. layers.Skip(merged),
        ];
    }

    /// <inheritdoc/>
    public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
    {
        if (Placement is null)
        {
            return await PrepareAsync(Entries, context, cancellationToken);
        }

        if (!Placement.IsMostlyIdle)
        {
            return await PrepareAsync(await PlaceAsync(context, cancellationToken), context, cancellationToken);
        }

        // Most bases have nothing where the app goes. What is made meanwhile is made again when this one has; see FitAsync.
        Placement.Begin(() => context.ReadTreeAsync(NeedsBase, cancellationToken));
        return await PrepareAsync(Entries, context, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<IPreparedLayer?> FitAsync(LayerContext context, CancellationToken cancellationToken) =>
        Placement is { IsMostlyIdle: true } && await PlaceAsync(context, cancellationToken) is var placed
            && !ReferenceEquals(placed, Entries)
            ? await PrepareAsync(placed, context, cancellationToken)
            : null;

    private Task<IReadOnlyList<LayerEntry>> PlaceAsync(LayerContext context, CancellationToken cancellationToken) =>
        Placement!.PlaceAsync(Entries, Owned, () => context.ReadTreeAsync(NeedsBase, cancellationToken));

    private static async Task<IPreparedLayer> PrepareAsync(
        IReadOnlyList<LayerEntry> entries, LayerContext context, CancellationToken cancellationToken) =>
        new Prepared(await EntriesContent.ReadAsync(entries, context.Options, context.Hashes, cancellationToken), context);

    private sealed class Prepared(EntriesContent content, LayerContext context) : IPreparedLayer
    {
        public LayerContent Content => content.Content;

        public IReadOnlyList<LayerEntry> Entries => content.Entries;

        public async Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken)
        {
            using var earlier = similar is { } inputs ? context.Cache.OpenSegments(inputs) : null;
            return await LayerWriter.WriteAsync(content, context.Cache.Store, context.Options, earlier, cancellationToken);
        }

        public async Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) =>
            await LayerWriter.HashAsync(content, context.Options, cancellationToken);
    }
}
