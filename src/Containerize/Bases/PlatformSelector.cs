using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>Picks the image for a platform from an index.</summary>
internal static class PlatformSelector
{
    /// <summary>The descriptor of the first image that runs on the platform; an equal variant wins over a compatible one.</summary>
    /// <param name="index">The index; entries that are no images (attestations, unknown platforms) are passed over.</param>
    /// <param name="platform">The wanted platform.</param>
    /// <param name="origin">The index's name, for the error message.</param>
    /// <returns>The descriptor of a manifest or of a nested index.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PlatformNotFound"/>, naming what there is.</exception>
    internal static Descriptor Select(ImageIndex index, Platform platform, string origin)
    {
        var offers = index.Manifests.Where(manifest => MediaTypes.IsManifest(manifest.MediaType) || MediaTypes.IsIndex(manifest.MediaType))
            .ToList();
        var fitting = offers.Where(manifest => manifest.Platform is { } offered && platform.Accepts(offered)).ToList();
        return fitting.Find(manifest => manifest.Platform!.Variant == platform.Variant)
            ?? fitting.FirstOrDefault()
            // A layout may list a single image, or a single nested index, without saying what it runs on; its config will tell.
            ?? offers.SingleOrDefault(only => offers.Count == 1 && only.Platform is null)
            ?? throw NotFound(origin, platform, offers.Where(manifest => manifest.Platform is { Os: not "unknown" })
                .Select(manifest => manifest.Platform!));
    }

    /// <summary>Checks that an image runs on a platform.</summary>
    /// <param name="config">The image's config.</param>
    /// <param name="platform">The wanted platform.</param>
    /// <param name="origin">The image's name, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PlatformNotFound"/>.</exception>
    internal static void Check(ImageConfig config, Platform platform, string origin)
    {
        if (!platform.Accepts(config.Platform))
        {
            throw NotFound(origin, platform, [config.Platform]);
        }
    }

    private static ContainerizeException NotFound(string origin, Platform platform, IEnumerable<Platform> offered) =>
        new(DiagnosticCode.PlatformNotFound, $"The base image {origin} does not exist for {platform}; it exists for {string.Join(", ", offered.Select(offer => Printable.Clean(offer.ToString())).Distinct())}. Choose another base image, or another runtime identifier (RuntimeIdentifier or ContainerRuntimeIdentifier).");
}
