using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Bases;

/// <summary>The image from nothing: no layers, any platform.</summary>
internal sealed class ScratchSource : IImageSource
{
    /// <summary>What projects call it.</summary>
    public const string Name = "scratch";

    /// <inheritdoc/>
    public Task<BaseImage> OpenAsync(Platform platform, CancellationToken cancellationToken) =>
        Task.FromResult(
            new BaseImage(Image.Create(ImageFormat.Oci, ImageConfig.Scratch(platform), [], new Dictionary<string, string>()), Name: null));
}
