using Containerize.Bases;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Inspection;

/// <summary>
/// Lists what stands beside an image in a registry: referrers, by the registry's API or the tag in its place, and cosign's tags.
/// </summary>
/// <param name="registries">Talks to the registry.</param>
/// <param name="name">The image.</param>
/// <param name="root">What its name leads to.</param>
/// <param name="cache">Has the documents that were read to open the image.</param>
internal sealed class RegistryListing(RegistryClient registries, ImageReference name, Digest root, BlobStore cache)
{
    /// <summary>Lists.</summary>
    /// <param name="image">The image that was chosen there.</param>
    internal async Task<ImageListing> ReadAsync(Digest image, CancellationToken cancellationToken)
    {
        var source = new RegistrySource(registries, name, tags: null, cache, prefetch: false);
        var document = await source.ManifestAsync(root, cancellationToken);
        var listing = ImageListing.Of(
            root,
            MediaTypes.IsIndex(document.Descriptor.MediaType) ? OciJson.ReadIndex(document, name.ToString()) : null,
            image);
        var found = await Task.WhenAll(new[] { root, image }.Distinct().Select(subject => FindAsync(subject, cancellationToken)));
        return listing with { Evidence = [.. listing.Evidence, .. found.SelectMany(each => each)] };
    }

    private async Task<IReadOnlyList<ImageEvidence>> FindAsync(Digest subject, CancellationToken cancellationToken)
    {
        var referrers = registries.ListReferrersAsync(name.Repository, subject, cancellationToken);
        var tagged = await Task.WhenAll(EvidenceTag.SuffixesOf(subject).Select(async suffix =>
            (Suffix: suffix, Found: await registries.TryResolveAsync(
                name.Repository, EvidenceTag.Of(subject) + suffix, cancellationToken))));
        return
        [
            .. ImageListing.Of(subject, await referrers),
            .. tagged.Where(each => each.Found is not null)
                .Select(each => new ImageEvidence(subject, each.Suffix, EvidencePlace.Tag, each.Found!.Digest)),
        ];
    }
}
