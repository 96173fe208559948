using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>
/// Evidence in an OCI layout: its manifests are entries of <c>index.json</c> without a name, as oras writes them, and with their
/// <c>artifactType</c>. What looks for an image by its tag passes over them. Evidence in the older form has its tag.
/// </summary>
internal static class LayoutEvidence
{
    /// <summary>All that is to be in the layout before the index names it.</summary>
    internal static IEnumerable<MemoryBlob> Blobs(Evidence evidence) =>
    [
        .. evidence.Referrers.SelectMany(referrer => referrer.Blobs.Append(referrer.Manifest)),
        .. evidence.Images.SelectMany(image => image.Layers.Select(layer => layer.Blob).Concat(ManifestsOf(image))),
    ];

    /// <summary>The entries of an index that name it.</summary>
    internal static IReadOnlyList<Descriptor> Entries(Evidence evidence) =>
    [
        .. evidence.Referrers.Select(referrer => referrer.Entry),
        .. evidence.Images.Select(image => ManifestsOf(image).First().Descriptor with
        {
            Annotations = new SortedList<string, string>(StringComparer.Ordinal) { [Layout.TagAnnotation] = image.Tag },
        }),
    ];

    // A layout is the build's own: what others signed of the image is where they signed it.
    private static IEnumerable<MemoryBlob> ManifestsOf(EvidenceImage image) =>
        image.Merge(there: null, image.Tag) is { } made ? [made.Manifest, made.Config] : [];
}
