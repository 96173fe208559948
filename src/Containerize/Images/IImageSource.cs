using Containerize.Oci;

namespace Containerize.Images;

/// <summary>A place that a base image can be taken from.</summary>
public interface IImageSource
{
    /// <summary>Opens the image for a platform. Only documents are read; the layers' bytes are read when a destination needs them.</summary>
    /// <param name="platform">The wanted platform; picks from an index, and is compared with a single image.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The image.</returns>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.BaseImageNotFound"/>, <see cref="DiagnosticCode.PlatformNotFound"/>,
    /// <see cref="DiagnosticCode.InvalidArchive"/>, <see cref="DiagnosticCode.InvalidDocument"/>, <see cref="DiagnosticCode.DigestMismatch"/>,
    /// or what the registry client throws.
    /// </exception>
    Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken);
}

/// <summary>An image to build upon.</summary>
/// <param name="Image">The image.</param>
/// <param name="Name">What the project calls it; null for an image from nothing.</param>
public sealed record BaseImage(Image Image, string? Name);
