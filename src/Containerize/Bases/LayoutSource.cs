using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>A base image in an OCI layout directory.</summary>
/// <param name="directory">The layout, as a full path.</param>
/// <param name="tag">The tag or name of the image; null for the only one.</param>
internal sealed class LayoutSource(string directory, string? tag = null) : IImageSource
{
    /// <inheritdoc/>
    public async Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(directory))
        {
            throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                File.Exists(directory)
                    ? $"The OCI layout '{directory}' is a file. For an archive of a layout write oci-archive: and the file."
                    : $"The OCI layout '{directory}' does not exist. Check the path; a relative one starts at the directory of the " +
                    $"project, or of the command.");
        }

        var (image, name) = await LayoutReader.OpenAsync(new DirectoryFiles(directory), tag, platform, cancellationToken);
        return ImageFiles.Named(image, "oci", directory, tag, name);
    }
}
