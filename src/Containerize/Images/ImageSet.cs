using Containerize.Storage;

namespace Containerize.Images;

/// <summary>What a tag points to: one image, or an index of several.</summary>
/// <param name="Root">The manifest of the one image, or the index.</param>
/// <param name="Images">The images, in the order of the index.</param>
public sealed record ImageSet(MemoryBlob Root, IReadOnlyList<Image> Images)
{
    /// <summary>A single image.</summary>
    /// <param name="image">The image.</param>
    public ImageSet(Image image)
        : this(image.Manifest, [image])
    {
    }
}
