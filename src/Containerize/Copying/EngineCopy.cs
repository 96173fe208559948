using Containerize.Destinations;
using Containerize.Engines;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>Copies to the storage of Docker or Podman, which has no place for what refers to it.</summary>
/// <param name="kind">Which engine.</param>
/// <param name="name">What the image is called there.</param>
/// <param name="cache">Takes configs that are read.</param>
/// <param name="environment">Reads environment variables.</param>
/// <param name="reporter">Is told what the engine does not get.</param>
internal sealed class EngineCopy(
    EngineKind kind, ImageName name, BlobStore cache, Func<string, string?> environment, IReporter reporter) : ICopyDestination
{
    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EngineNotFound"/>,
    /// <see cref="DiagnosticCode.EngineUnavailable"/>, <see cref="DiagnosticCode.EngineFailed"/>,
    /// <see cref="DiagnosticCode.InvalidDocument"/>: it is no image that runs; or what the source says.</exception>
    public async Task<Arrival> BringAsync(CopiedImage image, CancellationToken cancellationToken)
    {
        var images = await RunnableImages.ReadAsync(image, cache, cancellationToken) ?? throw new ContainerizeException(
            DiagnosticCode.InvalidDocument,
            $"{(Message)image.Origin} is no image that {kind} could run; copy it to a registry or a layout.");
        _ = await Engine.FindAsync(kind, environment, cancellationToken);
        if (image.Referrers.Count + image.Tags.Count > 0)
        {
            reporter.Detail($"{kind} has no place for what refers to the image; it gets the image alone.");
        }

        // Loading an image names it.
        var destination = new DaemonDestination(kind, name, environment, reporter);
        return new Arrival(async token => await destination.FindAsync(images, token) ?? await destination.WriteAsync(images, token));
    }
}
