using Containerize.Oci;

namespace Containerize.Copying;

/// <summary>What an image is called in a layout or an archive.</summary>
/// <param name="Tag">The tag; null where it has no name at all.</param>
/// <param name="FullName">The full name with the tag; null where only the tag is known.</param>
internal sealed record CopyName(string? Tag, string? FullName)
{
    /// <summary>Reads a name: a tag, or an image's full name, whose tag is <c>latest</c> when it has none.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidReference"/>.</exception>
    internal static CopyName Parse(string text) => ImageReference.IsTag(text) ? new(text, null) : ParseFull(text);

    /// <summary>An image that has no name.</summary>
    internal static CopyName None { get; } = new(null, null);

    /// <summary>The name of an image with a tag.</summary>
    internal static CopyName Of(ImageReference image) => new(image.Tag, image.ToString());

    /// <summary>The name that an entry of a layout has; none where it is one that no destination could have.</summary>
    internal static CopyName Of(Descriptor entry) => Layout.NamesOf(entry).FirstOrDefault() is { } name ? TryRead(name, Parse) : None;

    /// <summary>
    /// The name that an engine knows an image by, whose tag is <c>latest</c> when it has none; none for an id, as engines print it.
    /// </summary>
    internal static CopyName OfEngine(string name) =>
        name.StartsWith("sha256:", StringComparison.Ordinal) || (name.Length is 12 or 64 && name.All(char.IsAsciiHexDigitLower))
            ? None : TryRead(name, ParseFull);

    /// <summary>The entries of an index: those with names, and those that are found by what they refer to.</summary>
    internal (IReadOnlyList<Descriptor> Named, IReadOnlyList<Descriptor> Others) Entries(CopiedImage image)
    {
        var root = Named(image.Graph.Root.Descriptor, Tag, FullName);
        var named = image.Tags.Select(tag => Named(tag.Graph.Root.Descriptor, tag.Tag, null));
        var others = image.Referrers.Select(referrer => referrer.Entry);
        return Tag is null ? ([.. named], [root, .. others]) : ([root, .. named], [.. others]);
    }

    private static CopyName ParseFull(string text)
    {
        var image = ImageReference.Parse(text);
        return image.Digest is null ? Of(image with { Tag = image.Tag ?? "latest" }) : throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{text}' has a digest, and a destination is named by a tag. The digest stays the source's.");
    }

    private static CopyName TryRead(string name, Func<string, CopyName> parse)
    {
        try
        {
            return parse(name);
        }
        catch (ContainerizeException)
        {
            return None;
        }
    }

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
