using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Rebasing;

/// <summary>What an image says of its base, in the annotations of its manifest or in its labels.</summary>
/// <param name="Name">What its project called the base; null when the image does not say.</param>
/// <param name="Digest">The digest of the base's manifest; null when the image does not say.</param>
/// <remarks>OCI image specification, <i>annotations.md</i>, "Pre-Defined Annotation Keys".</remarks>
internal sealed record BaseRecord(string? Name, Digest? Digest)
{
    /// <summary>Begins the names of annotations and labels that the specification defines.</summary>
    internal const string Prefix = "org.opencontainers.image.";

    /// <summary>The name of the base.</summary>
    internal const string NameKey = Prefix + "base.name";

    /// <summary>The digest of the base.</summary>
    internal const string DigestKey = Prefix + "base.digest";

    /// <summary>Reads what an image says.</summary>
    internal static BaseRecord Of(Image image)
    {
        var annotations = image.Document.Annotations ?? new Dictionary<string, string>();
        return new(
            Find(NameKey),
            Find(DigestKey) is { } text && Oci.Digest.TryParse(text, out var digest) ? digest : null);

        // Docker's schema has no annotations; labels say the same.
        string? Find(string key) => annotations.GetValueOrDefault(key) ?? image.Config.Labels.GetValueOrDefault(key);
    }

    /// <summary>The base as its project called it, which may have become another image since; null for what is in no registry.</summary>
    internal ImageReference? Called
    {
        get
        {
            try
            {
                return Name is { } name && ImageReference.NamesRegistry(name) ? ImageReference.Parse(name) : null;
            }
            catch (ContainerizeException)
            {
                // A name that only its build understood, as that of a layout.
                return null;
            }
        }
    }

    /// <summary>The very image that the base was, where its digest is known; null for what is in no registry.</summary>
    internal ImageReference? Pinned => Called is { } image && Digest is { } digest ? image with { Digest = digest } : Called;
}
