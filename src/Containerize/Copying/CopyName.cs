using Containerize.Oci;

namespace Containerize.Copying;

/// <summary>What an image is called in a layout or an archive.</summary>
/// <param name="Tag">The tag; null where it has no name at all.</param>
/// <param name="FullName">The full name with the tag; null where only the tag is known.</param>
internal sealed record CopyName(string? Tag, string? FullName)
{
    /// <summary>Reads a name: a tag, or an image's full name, whose tag is <c>latest</c> when it has none.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal static CopyName Parse(string text)
    {
        if (ImageReference.IsTag(text))
        {
            return new(text, null);
        }

        var image = ImageReference.Parse(text);
        return image.Digest is null ? Of(image with { Tag = image.Tag ?? "latest" }) : throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{text}' has a digest, and a destination is named by a tag. The digest stays the source's.");
    }

    /// <summary>The name of the source, where the user gives none.</summary>
    internal static CopyName From(CopiedImage image)
    {
        try
        {
            return image.Name is null || image.Name.StartsWith("docker-archive:", StringComparison.Ordinal)
                ? new(null, null) : Parse(image.Name);
        }
        catch (ContainerizeException)
        {
            return new(null, null);
        }
    }

    /// <summary>The entries of an index: those with names, and those that are found by what they refer to.</summary>
    internal (IReadOnlyList<Descriptor> Named, IReadOnlyList<Descriptor> Others) Entries(CopiedImage image)
    {
        var root = Named(image.Graph.Root.Descriptor, Tag, FullName);
        var named = image.Tags.Select(tag => Named(tag.Graph.Root.Descriptor, tag.Tag, null));
        var others = image.Referrers.Select(referrer => referrer.Entry);
        return Tag is null ? ([.. named], [root, .. others]) : ([root, .. named], [.. others]);
    }

    private static CopyName Of(ImageReference image) => new(image.Tag, image.ToString());

    private static Descriptor Named(Descriptor document, string? tag, string? fullName)
    {
        var names = new SortedList<string, string>(StringComparer.Ordinal);
        if (fullName is not null)
        {
            names[Layout.NameAnnotation] = fullName;
        }

        if (tag is not null)
        {
            names[Layout.TagAnnotation] = tag;
        }

        return new()
        {
            MediaType = document.MediaType,
            Digest = document.Digest,
            Size = document.Size,
            Annotations = names.Count == 0 ? null : names,
        };
    }
}
