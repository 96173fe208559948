using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>Picks the image for a platform from an index.</summary>
internal static class PlatformSelector
{
    // Each takes two documents to read.
    private const int MostUnnamed = 64;

    /// <summary>The image that suits the platform best, of those that surely run there; the first one of several that suit alike.</summary>
    /// <param name="index">The index; entries that are no images (attestations, unknown platforms) are passed over.</param>
    /// <param name="platform">The wanted platform.</param>
    /// <param name="origin">The index's name, for the error message.</param>
    /// <param name="platformOf">Reads what an image runs on from its config; null for what is no image. For entries of the index that do
    /// not say it.</param>
    /// <returns>The descriptor of a manifest or of a nested index.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PlatformNotFound"/>, naming what there is.</exception>
    internal static async Task<Descriptor> SelectAsync(
        ImageIndex index, Platform platform, string origin, Func<Descriptor, Task<Platform?>> platformOf)
    {
        var offers = Offers(index);
        if (Best(offers, platform) is { } named)
        {
            return named;
        }

        // A layout may list a single image, or a single nested index, without saying what it runs on; it is looked at anyway.
        if (offers is [{ Platform: null } only])
        {
            return only;
        }

        var all = await NameAsync(offers, platformOf);
        return Best(all, platform) is { } found
            ? offers.First(offer => offer.Digest == found.Digest)
            : throw NotFound(origin, platform, all.Where(offer => offer.Platform is { Os: not "unknown" })
                .Select(offer => offer.Platform!));
    }

    /// <summary>The entries of an index that are images or indexes; what an entry calls an artifact is none.</summary>
    internal static IReadOnlyList<Descriptor> Offers(ImageIndex index) =>
        [.. index.Manifests.Where(manifest => !manifest.IsArtifact
            && (MediaTypes.IsManifest(manifest.MediaType) || MediaTypes.IsIndex(manifest.MediaType)))];

    /// <summary>Adds to entries that do not say what they run on what their configs say. What is no image stays as it is.</summary>
    /// <param name="platformOf">Reads what an image runs on.</param>
    internal static async Task<IReadOnlyList<Descriptor>> NameAsync(
        IReadOnlyList<Descriptor> offers, Func<Descriptor, Task<Platform?>> platformOf)
    {
        var named = new List<Descriptor>();
        var read = 0;
        foreach (var offer in offers)
        {
            named.Add(offer.Platform is null && MediaTypes.IsManifest(offer.MediaType)
                && read++ < MostUnnamed ? offer with { Platform = await platformOf(offer) } : offer);
        }

        return named;
    }

    /// <summary>
    /// Checks that an image runs on a platform. One that is made for a newer amd64 than every one is the project's own choice: it was named
    /// by itself.
    /// </summary>
    /// <param name="config">The image's config.</param>
    /// <param name="platform">The wanted platform.</param>
    /// <param name="origin">The image's name, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PlatformNotFound"/>.</exception>
    internal static void Check(ImageConfig config, Platform platform, string origin)
    {
        var offered = config.Platform;
        if (!platform.Accepts(offered)
            && !(platform is { Variant: null } && Cpu.Of(platform).Architecture == "amd64"
            && platform.Accepts(offered with { Variant = null })))
        {
            throw NotFound(origin, platform, [offered]);
        }
    }

    private static Descriptor? Best(IEnumerable<Descriptor> offers, Platform platform) => offers
        .Select(offer => (Offer: offer, Suits: offer.Platform is { } offered ? platform.Suits(offered) : null))
        .Where(each => each.Suits is not null)
        .OrderByDescending(each => each.Suits)
        .Select(each => each.Offer)
        .FirstOrDefault();

    private static ContainerizeException NotFound(string origin, Platform platform, IEnumerable<Platform> offered)
    {
        var all = offered.Distinct().ToList();
        var advice = all.Exists(offer => platform.Accepts(offer with { Variant = platform.Variant }))
            ? " To build on an image for a newer processor, name it by its own digest."
            : "";
        return new(
            DiagnosticCode.PlatformNotFound,
            $"The image {origin} does not exist for {platform}; it exists for " +
            $"{string.Join(", ", all.Select(offer => offer.ToString()).Distinct().DefaultIfEmpty("no platform"))}. "
            + $"Choose another image, or another platform (in a project RuntimeIdentifier or ContainerRuntimeIdentifier).{advice}");
    }
}
