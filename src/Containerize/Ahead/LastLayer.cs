using System.Diagnostics;
using Containerize.Building;
using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.Ahead;

/// <summary>A layer that the last image had, as the cache knows it. Its bytes are neither read nor made.</summary>
internal sealed class LastLayer : ILayerSource, IPreparedLayer
{
    private LastLayer(string name, LayerContent content) => (Name, Content) = (name, content);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LayerContent Content { get; }

    /// <summary>Looks a layer up.</summary>
    /// <returns>The layer; null when it would have to be made or looked for.</returns>
    internal static LastLayer? TryOf(BuiltLayer layer, LayerCache cache) =>
        cache.Find(layer.Inputs) is { ClaimedBy: null } record && cache.Store.Has(record.Blob.Descriptor.Digest)
            && cache.FindContent(layer.Inputs) is { } content
            ? new LastLayer(layer.Name, content)
            : null;

    /// <inheritdoc/>
    public Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken) =>
        Task.FromResult<IPreparedLayer>(this);

    /// <inheritdoc/>
    public Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken) => throw new UnreachableException();

    /// <inheritdoc/>
    public Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) => throw new UnreachableException();
}
