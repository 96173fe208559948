using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>A base image in a tar archive of an OCI layout, plain or gzipped.</summary>
/// <param name="file">The archive, as a full path.</param>
/// <param name="tag">The tag or name of the image; null for the only one.</param>
/// <param name="store">Takes the blobs of a gzipped archive; a plain one is used in place.</param>
internal sealed class OciArchiveSource(string file, string? tag, BlobStore store) : IImageSource
{
    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var files = await ArchiveFiles.OpenAsync(file, store, cancellationToken);
        var (image, name) = await LayoutReader.OpenAsync(files, tag, platform, cancellationToken);
        return ImageFiles.Named(image, "oci-archive", file, tag, name);
    }
}
