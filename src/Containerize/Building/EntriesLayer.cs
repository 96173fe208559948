using Containerize.Inputs;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;

namespace Containerize.Building;

/// <summary>A layer of files, directories and links that are known before the build begins.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Entries">What goes into it.</param>
/// <param name="Packages">The packages that the files come from.</param>
internal sealed record EntriesLayer(string Name, IReadOnlyList<LayerEntry> Entries, IReadOnlyList<string> Packages) : ILayerSource
{
    /// <summary>The layer of published files.</summary>
    /// <param name="plan">Which files.</param>
    /// <param name="rules">How they become entries.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static EntriesLayer Of(PlannedLayer plan, EntryRules rules) =>
        new(plan.Name, LayerEntries.Of(plan.Files, rules), plan.Packages);

    /// <summary>Merges layers until there are no more than so many: from the bottom, where what changes seldom costs least together.</summary>
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
                [.. layers.Take(merged).SelectMany(layer => layer.Entries)],
                [.. layers.Take(merged).SelectMany(layer => layer.Packages).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]),
            .. layers.Skip(merged),
        ];
    }

    /// <inheritdoc/>
    public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken) =>
        new Prepared(await EntriesContent.ReadAsync(Entries, context.Options, context.Hashes, cancellationToken), context);

    private sealed class Prepared(EntriesContent content, LayerContext context) : IPreparedLayer
    {
        public LayerContent Content => content.Content;

        public async Task<WrittenLayer> WriteAsync(Digest? similar, CancellationToken cancellationToken)
        {
            using var earlier = similar is { } inputs ? context.Cache.OpenSegments(inputs) : null;
            return await LayerWriter.WriteAsync(content, context.Cache.Store, context.Options, earlier, cancellationToken);
        }

        public async Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) =>
            await LayerWriter.HashAsync(content, context.Options, cancellationToken);
    }
}
