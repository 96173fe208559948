using Containerize.Trees;

namespace Containerize.Building;

/// <summary>A layer of entries that are fitted first to the base and to what the project takes from others.</summary>
/// <param name="Entries">The layer as the project knows it.</param>
/// <param name="Owned">Paths of entries whose owner the user chose.</param>
/// <param name="Placement">Fits them.</param>
internal sealed record PlacedLayer(EntriesLayer Entries, IReadOnlySet<string> Owned, Placement Placement) : ILayerSource
{
    /// <inheritdoc/>
    public string Name => Entries.Name;

    /// <inheritdoc/>
    public IReadOnlyList<string> Packages => Entries.Packages;

    /// <inheritdoc/>
    public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
    {
        var placed = await Placement.PlaceAsync(Entries.Entries, Owned, context.GroundAsync(), cancellationToken);
        return await (Entries with { Entries = placed }).PrepareAsync(context, cancellationToken);
    }
}
