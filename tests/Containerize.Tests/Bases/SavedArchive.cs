using Containerize.Destinations;
using Containerize.Images;

namespace Containerize.Tests.Bases;

/// <summary>Archives as Docker saves them from containerd's image store: a layout, and a list of its own platform's images.</summary>
internal static class SavedArchive
{
    /// <summary>Writes one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="images">The index, and its images.</param>
    /// <param name="listed">How many of the images are in the list.</param>
    /// <param name="stored">How many of the images are in the archive; the index names all.</param>
    /// <param name="name">Null for an image that was saved by its id.</param>
    internal static async Task WriteAsync(string path, ImageSet images, int listed, int stored, ImageName? name = null)
    {
        var list = ArchiveContents.ForDocker(
            images with { Images = [.. images.Images.Take(listed)] }, name?.FullReferences ?? []);
        var contents = ArchiveContents.Of(
            ImageBlobs.LayersFirst(images with { Images = [.. images.Images.Take(stored)] }),
            name is null ? [images.Root.Descriptor] : [.. LayoutIndex.Entries(images, name)],
            list,
            gzip: false);
        using var file = File.Create(path);
        await contents.WriteAsync(file, CancellationToken.None);
    }
}
