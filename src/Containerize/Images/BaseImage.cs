namespace Containerize.Images;

/// <summary>An image to build upon.</summary>
/// <param name="Image">The image.</param>
/// <param name="Name">What the project calls it; null for an image from nothing.</param>
internal sealed record BaseImage(Image Image, string? Name)
{
    /// <summary>Its signature; null when none was demanded.</summary>
    public VerifiedSignature? Signature { get; init; }
}
