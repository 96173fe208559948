using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Destinations;

/// <summary>The entries of a layout's <c>index.json</c> that name an image.</summary>
internal static class LayoutIndex
{
    /// <summary>
    /// One entry per tag, since an entry can have one name only. The tag stands where skopeo looks for it;
    /// the full name stands where containerd and podman take the image's name from, in full, as they use it as it is.
    /// </summary>
    /// <param name="images">The image, or the index with its images.</param>
    internal static IEnumerable<Descriptor> Entries(ImageSet images, ImageName name) =>
        name.Tags.Zip(name.FullReferences, (tag, reference) => images.Root.Descriptor with
        {
            Annotations = new SortedList<string, string>(images.DescriptorAnnotations.ToDictionary(), StringComparer.Ordinal)
            {
                [Layout.NameAnnotation] = reference,
                [Layout.TagAnnotation] = tag,
            },
        });
}
