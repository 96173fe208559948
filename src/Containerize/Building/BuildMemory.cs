using Containerize.Layers;

namespace Containerize.Building;

/// <summary>What earlier builds left, here and in registries. All of it may be missing; then there is more to do.</summary>
/// <param name="Layers">Layers that were made on this machine.</param>
/// <param name="Hashes">What files contain.</param>
/// <param name="Previous">The image that the project published last.</param>
/// <param name="Registries">Images in registries.</param>
internal sealed record BuildMemory(LayerCache Layers, FileHashes Hashes, PreviousBuild Previous, PreviousImages Registries)
{
    /// <summary>Waits for the layer of a name that this build makes ahead; null when none is.</summary>
    public Func<string, CancellationToken, Task<AheadLayer?>> Ahead { get; init; } = LayerContext.NoneAhead;
}
