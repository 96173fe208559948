using Containerize.Layers;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>A layer that is to be put on the base: it knows what goes into it, and makes the bytes when it is asked to.</summary>
public interface ILayerSource
{
    /// <summary>What the user calls it: <c>runtime</c>, <c>dependencies</c>, <c>app</c>.</summary>
    string Name { get; }

    /// <summary>The packages that its content comes from, each as <c>id version</c>, in ordinal order.</summary>
    IReadOnlyList<string> Packages { get; }

    /// <summary>Makes the layer.</summary>
    /// <param name="context">What it is made with.</param>
    /// <param name="cancellationToken">Stops it; nothing is kept.</param>
    /// <returns>The layer in the store.</returns>
    /// <exception cref="ContainerizeException">What the content or the store has to say; nothing is kept of the layer.</exception>
    Task<WrittenLayer> WriteAsync(LayerContext context, CancellationToken cancellationToken);
}

/// <summary>What layers are made with.</summary>
/// <param name="Base">The base, which is opened meanwhile; only a layer whose content depends on it waits for it.</param>
/// <param name="Store">Takes the bytes.</param>
/// <param name="Options">How the bytes are written.</param>
public sealed record LayerContext(Task<BaseImage> Base, BlobStore Store, LayerOptions Options);
