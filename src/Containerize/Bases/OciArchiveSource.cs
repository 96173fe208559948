using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>A base image in a tar archive of an OCI layout, plain or gzipped.</summary>
internal sealed class OciArchiveSource : IImageSource
{
    private readonly string _file;
    private readonly string? _tag;
    private readonly BlobStore _store;

    /// <summary>Creates the source.</summary>
    /// <param name="file">The archive, as a full path.</param>
    /// <param name="tag">The tag or name of the image; null for the only one.</param>
    /// <param name="store">Takes the blobs of a gzipped archive; a plain one is used in place.</param>
    public OciArchiveSource(string file, string? tag, BlobStore store)
    {
        _file = file;
        _tag = tag;
        _store = store;
    }

    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        var files = await ArchiveFiles.OpenAsync(_file, _store, cancellationToken);
        var (image, name) = await LayoutReader.OpenAsync(files, _tag, platform, cancellationToken);
        return new BaseImage(image, ImageFiles.NameOf("oci-archive", _file, _tag, name));
    }
}
