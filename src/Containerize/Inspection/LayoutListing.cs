using Containerize.Bases;
using Containerize.Oci;

namespace Containerize.Inspection;

/// <summary>
/// Lists what stands beside an image in an OCI layout: entries of <c>index.json</c> that refer to it, or have a tag of evidence.
/// </summary>
/// <param name="files">The layout.</param>
internal sealed class LayoutListing(ImageFiles files)
{
    private const int MaxDepth = 5;

    /// <summary>Lists.</summary>
    /// <param name="image">The image that was chosen there.</param>
    internal async Task<ImageListing> ReadAsync(Digest image, CancellationToken cancellationToken)
    {
        var json = await files.ReadAsync(Layout.Index, cancellationToken) ?? throw files.Damaged($"it has no {Layout.Index}");
        var entries = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, json), files.Origin).Manifests;
        var (root, index) = await FindRootAsync(entries, image, cancellationToken);
        var listing = ImageListing.Of(root, index, image);
        Digest[] subjects = [.. new[] { root, image }.Distinct()];
        var evidence = listing.Evidence.ToList();
        foreach (var entry in entries.Where(entry => entry.Digest != root && !MediaTypes.IsIndex(entry.MediaType)))
        {
            if (subjects.SelectMany(subject => TagOf(entry, subject)).FirstOrDefault() is { } tagged)
            {
                evidence.Add(tagged);
            }
            else if (await SubjectOfAsync(entry, cancellationToken) is { } subject && subjects.Contains(subject))
            {
                evidence.AddRange(ImageListing.Of(subject, [entry]));
            }
        }

        foreach (var subject in subjects)
        {
            foreach (var list in entries.Where(entry => MediaTypes.IsIndex(entry.MediaType)
                && Layout.NamesOf(entry).Contains(EvidenceTag.Of(subject))))
            {
                evidence.AddRange(ImageListing.Of(
                    subject, OciJson.ReadIndex(await files.ReadAsync(list, cancellationToken), files.Origin).Manifests));
            }
        }

        return listing with { Evidence = [.. evidence.DistinctBy(each => (each.Digest, each.Subject))] };
    }

    private static IEnumerable<ImageEvidence> TagOf(Descriptor entry, Digest subject) =>
        EvidenceTag.Suffixes.Where(suffix => Layout.NamesOf(entry).Contains(EvidenceTag.Of(subject) + suffix))
            .Select(suffix => new ImageEvidence(subject, suffix, EvidencePlace.Tag, entry.Digest));

    /// <summary>The entry that leads to the image: it itself where the layout lists it, else the index that does.</summary>
    private async Task<(Digest Root, ImageIndex? Index)> FindRootAsync(
        IReadOnlyList<Descriptor> entries, Digest image, CancellationToken cancellationToken)
    {
        foreach (var entry in entries.Where(entry => MediaTypes.IsIndex(entry.MediaType)))
        {
            if (await LeadsToAsync(entry, image, depth: 0, cancellationToken) is { } index)
            {
                return (entry.Digest, index);
            }
        }

        // An index.json that lists an image for each platform is their index itself.
        var single = entries.Where(entry => entry is { IsArtifact: false, Platform: not null }).ToList();
        return single.Count > 1 && single.Exists(entry => entry.Digest == image)
            && single.Select(entry => Layout.NamesOf(entry).FirstOrDefault()).Distinct().Count() == 1
            ? (image, new ImageIndex { Manifests = single })
            : (image, null);
    }

    private async Task<ImageIndex?> LeadsToAsync(Descriptor entry, Digest image, int depth, CancellationToken cancellationToken)
    {
        var index = OciJson.ReadIndex(await files.ReadAsync(entry, cancellationToken), files.Origin);
        if (index.Manifests.Any(child => child.Digest == image))
        {
            return index;
        }

        foreach (var child in index.Manifests.Where(child => MediaTypes.IsIndex(child.MediaType) && depth < MaxDepth))
        {
            if (files.Find(Layout.PathOf(child.Digest)) is not null
                && await LeadsToAsync(child, image, depth + 1, cancellationToken) is not null)
            {
                return index;
            }
        }

        return null;
    }

    // An artifact whose manifest is missing or no manifest says nothing; the image is still there.
    private async Task<Digest?> SubjectOfAsync(Descriptor entry, CancellationToken cancellationToken) =>
        MediaTypes.IsManifest(entry.MediaType) && files.Find(Layout.PathOf(entry.Digest)) is not null
            ? OciJson.ReadManifest(await files.ReadAsync(entry, cancellationToken), files.Origin).Subject?.Digest
            : null;
}
