using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>A place that a base image can be taken from.</summary>
internal interface IImageSource
{
    /// <summary>
    /// Opens the image for a platform. Only documents are read; the layers' bytes are read when a destination needs them.
    /// </summary>
    /// <param name="platform">The wanted platform; picks from an index, and is compared with a single image.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.BaseImageNotFound"/>,
    /// <see cref="DiagnosticCode.PlatformNotFound"/>, <see cref="DiagnosticCode.InvalidArchive"/>,
    /// <see cref="DiagnosticCode.InvalidDocument"/>, <see cref="DiagnosticCode.DigestMismatch"/>, or what the registry client throws.
    /// </exception>
    Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken);
}
