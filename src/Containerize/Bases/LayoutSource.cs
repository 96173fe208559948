using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>A base image in an OCI layout directory.</summary>
internal sealed class LayoutSource : IImageSource
{
    private readonly string _directory;
    private readonly string? _tag;

    /// <summary>Creates the source.</summary>
    /// <param name="directory">The layout, as a full path.</param>
    /// <param name="tag">The tag or name of the image; null for the only one.</param>
    public LayoutSource(string directory, string? tag = null)
    {
        _directory = directory;
        _tag = tag;
    }

    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_directory))
        {
            throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                File.Exists(_directory)
                    ? $"The OCI layout '{_directory}' is a file. For an archive of a layout write oci-archive: and the file."
                    : $"The OCI layout '{_directory}' does not exist. Check the path of the base image; a relative one starts at the " +
                    $"project's directory.");
        }

        var (image, name) = await LayoutReader.OpenAsync(new DirectoryFiles(_directory), _tag, platform, cancellationToken);
        return new BaseImage(image, ImageFiles.NameOf("oci", _directory, _tag, name));
    }
}
