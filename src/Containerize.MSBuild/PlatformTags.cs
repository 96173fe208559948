using Containerize.Copying;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Settings;

namespace Containerize.MSBuild;

/// <summary>Moves the tags of each platform behind an index that was not built now: its images are there already.</summary>
/// <param name="places">Opens repositories.</param>
/// <param name="destinations">The registries, and what the index is called.</param>
/// <param name="push">Whether there are such tags, and what they end in.</param>
/// <param name="reporter">Is told which image gets none.</param>
internal sealed class PlatformTags(CopyPlaces places, DestinationSettings destinations, PushSettings push, IReporter reporter)
{
    /// <summary>Moves them to the images of what the tags of the index point to.</summary>
    /// <returns>Where they are; nothing when they are not wanted, or there is no index.</returns>
    /// <exception cref="ContainerizeException">What a registry says, or <see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal async Task<IReadOnlyList<DestinationResult>> MoveAsync(
        ImageSet images, string origin, CancellationToken cancellationToken)
    {
        var results = new List<DestinationResult>();
        var moved = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in push.PlatformTags && images.IsIndex ? images.Images : [])
        {
            if (push.RuntimeIdentifierOf(image.Config.Platform) is not { } runtime || !moved.Add(runtime))
            {
                reporter.Message($"The image for {image.Config.Platform} ({image.Manifest.Descriptor.Digest}) gets no tag of its own.");
                continue;
            }

            var name = destinations.NameOf(runtime);
            results.AddRange(await ImageCopy.RunAsync(
                CopiedImage.Of(image, origin),
                [.. destinations.Registries.Select(target => places.OpenRepository(target.Of(name).In(target.Registry), name.Tags))],
                cancellationToken));
        }

        return results;
    }
}
