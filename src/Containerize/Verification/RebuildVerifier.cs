using Containerize.Building;
using Containerize.Images;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Verification;

/// <summary>Compares an image that exists with a rebuild of it: each platform, then the index that holds them.</summary>
/// <param name="verified">The image.</param>
/// <param name="tree">What the rebuild was made from.</param>
/// <param name="git">The full path of git, which tells whether that is what was committed; null when there is none.</param>
/// <param name="registries">Reads what refers to the image.</param>
/// <param name="cache">Has the rebuild's layers, and takes the image's.</param>
/// <param name="reporter">Is told what could not be read, and is not needed.</param>
internal sealed class RebuildVerifier(
    VerifiedImage verified, WorkingTree tree, string? git, RegistryClient registries, BlobStore cache, IReporter reporter)
{
    /// <summary>Compares.</summary>
    /// <param name="built">What was rebuilt, per platform.</param>
    /// <param name="images">The same as one image or index.</param>
    /// <exception cref="ContainerizeException">The image cannot be opened or read.</exception>
    internal async Task<Verdict> VerifyAsync(IReadOnlyList<BuiltImage> built, ImageSet images, CancellationToken cancellationToken)
    {
        var verifier = new ImageVerifier(verified, SourceOfAsync, cache);
        var platforms = new List<ImageVerdict>();
        foreach (var image in built)
        {
            platforms.Add(await verifier.VerifyAsync(image, cancellationToken));
        }

        var rebuilt = images.Root.Descriptor.Digest;
        var isWhole = !verified.HasManifest || verified.Root == rebuilt
            || (!images.IsIndex && verified.Root?.ToString() == platforms[0].Digest);
        var listing = isWhole ? new ImageListing(rebuilt, [], []) : await ImageListing.ReadAsync(
            verified.Place, Digest.Parse(platforms[0].Digest), registries, cache, cancellationToken);
        var others = listing.Platforms.Where(entry => platforms.All(platform => platform.Digest != entry.Digest.ToString())).ToList();
        return images.IsIndex
            ? new(verified.Name, $"{verified.Root ?? listing.Root}", IndexOf(listing.Root, rebuilt, others, platforms), platforms)
            : new(verified.Name, platforms[0].Digest, [], platforms)
            {
                NotCompared = [.. others.Select(entry => $"{entry.Platform?.ToString() ?? "an image for no platform"} ({entry.Digest})")],
            };
    }

    private async Task<SourceVerdict> SourceOfAsync(Image image, CancellationToken cancellationToken)
    {
        var provenance = await ImageProvenance.FindAsync(
            verified.Place, image.Manifest.Descriptor.Digest, registries, cache, reporter, cancellationToken);
        return await tree.CompareAsync(image.Config.Labels, provenance, git, cancellationToken);
    }

    // What differs in an image of it is said there.
    private static IReadOnlyList<string> IndexOf(
        Digest root, Digest rebuilt, List<Descriptor> others, List<ImageVerdict> platforms) => root == rebuilt ? [] :
        [
            .. others.Select(entry => $"only the image's has an image for {entry.Platform} ({entry.Digest})"),
            .. others.Count == 0 && platforms.All(platform => platform.Sameness == Sameness.Equal)
                ? [$"the same images, in another order or with other annotations: {root} in the image, {rebuilt} in the rebuild"]
                : Array.Empty<string>(),
        ];
}
