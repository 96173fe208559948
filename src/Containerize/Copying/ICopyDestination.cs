using Containerize.Destinations;

namespace Containerize.Copying;

/// <summary>A place that an image is copied to.</summary>
internal interface ICopyDestination
{
    /// <summary>Brings everything but the image's names: as long as it has none, what was there before is unchanged.</summary>
    /// <param name="image">The image with what refers to it.</param>
    /// <returns>What arrived; it is named afterwards, or disposed.</returns>
    /// <exception cref="ContainerizeException">It cannot be brought there.</exception>
    Task<Arrival> BringAsync(CopiedImage image, CancellationToken cancellationToken);
}

/// <summary>What arrived at a destination and has no name yet.</summary>
/// <param name="name">Names it.</param>
/// <param name="holds">What is kept until then; null for nothing.</param>
internal sealed class Arrival(Func<CancellationToken, Task<DestinationResult>> name, IDisposable? holds = null) : IDisposable
{
    /// <summary>Names it.</summary>
    /// <returns>Where it is.</returns>
    internal Task<DestinationResult> NameAsync(CancellationToken cancellationToken) => name(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => holds?.Dispose();
}
