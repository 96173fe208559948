namespace Containerize.Images;

/// <summary>An image to build upon.</summary>
/// <param name="Image">The image.</param>
/// <param name="Name">What the project calls it; null for an image from nothing.</param>
internal sealed record BaseImage(Image Image, string? Name)
{
    /// <summary>What its place calls it, a name with a tag; null where that is not known, or it has no such name.</summary>
    public string? OwnName { get; init; }

    /// <summary>Its signature; null when none was demanded.</summary>
    public VerifiedSignature? Signature { get; init; }

    /// <summary>
    /// What its files are, in a word: the diffIDs of its layers, unless its source knows what they are made of. That is the same at any
    /// <c>SOURCE_DATE_EPOCH</c>, and diffIDs are not.
    /// </summary>
    public string Identity
    {
        get => field ?? string.Join(' ', Image.Layers.Select(layer => layer.DiffId));
        init;
    }
}
