using Containerize.Manifests.Yaml;
using Containerize.Oci;

namespace Containerize.Manifests;

/// <summary>A place in a text that names an image.</summary>
/// <param name="At">The node that is shown for it.</param>
/// <param name="Image">The name, as it is written or as its parts give it: <c>[registry/]repository[:tag][@digest]</c>.</param>
internal abstract record ImagePlace(YamlNode At, string Image)
{
    private const string DefaultTag = "latest";

    /// <summary>The name, parsed; null where it is no image's name.</summary>
    internal ImageReference? Reference
    {
        get
        {
            try
            {
                return ImageReference.Parse(Image);
            }
            catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidReference)
            {
                return null;
            }
        }
    }

    /// <summary>The name with a digest; its tag stays, because it says to people which version it is.</summary>
    internal static string Pin(ImageReference image, string written, Digest digest)
    {
        var at = written.IndexOf('@', StringComparison.Ordinal);
        var name = at < 0 ? written : written[..at];
        return image is { Tag: null, Digest: null } ? $"{name}:{DefaultTag}@{digest}" : $"{name}@{digest}";
    }

    /// <summary>The edits that put a digest beside the name.</summary>
    /// <param name="image">The name, parsed.</param>
    /// <returns>The edits; null where the text cannot take them.</returns>
    internal abstract IReadOnlyList<TextEdit>? Pin(string text, ImageReference image, Digest digest);
}

/// <summary>A text that is the whole name.</summary>
internal sealed record NamePlace(YamlScalar Scalar) : ImagePlace(Scalar, Scalar.Value.Trim())
{
    internal override IReadOnlyList<TextEdit>? Pin(string text, ImageReference image, Digest digest) =>
        Replace(text, Pin(image, Image, digest));

    /// <summary>The edits that put another name there.</summary>
    internal IReadOnlyList<TextEdit>? Replace(string text, string name) =>
        ScalarText.Replace(text, Scalar, name) is { } edit ? [edit] : null;
}

/// <summary>A text that names a project, whose image takes its place.</summary>
/// <param name="Project">The path of the project.</param>
internal sealed record ProjectPlace(YamlScalar Scalar, string Project) : ImagePlace(Scalar, Scalar.Value.Trim())
{
    internal override IReadOnlyList<TextEdit>? Pin(string text, ImageReference image, Digest digest) =>
        ScalarText.Replace(text, Scalar, $"{image with { Digest = digest }}") is { } edit ? [edit] : null;
}

/// <summary>A mapping that has the name in parts.</summary>
/// <param name="Tag">The tag; null where there is none.</param>
/// <param name="DigestNode">The digest, possibly empty; null where there is no such key.</param>
/// <param name="Place">Where the digest goes without such a key.</param>
internal sealed record PartsPlace(
    YamlMapping Mapping, string Image, YamlNode? Tag, YamlNode? DigestNode, DigestPlace Place) : ImagePlace(Mapping, Image)
{
    private const string DigestKey = "digest";

    internal override IReadOnlyList<TextEdit>? Pin(string text, ImageReference image, Digest digest)
    {
        if (DigestNode is not null)
        {
            // An alias gives way; what it stands for may be the digest of other images, too.
            return Set(text, DigestNode, digest.ToString()) is { } replaced ? [replaced] : null;
        }

        if (Tag is null)
        {
            return null;
        }

        var edit = Place == DigestPlace.BehindTag ? Set(text, Tag, $"{image.Tag}@{digest}") : Add(text, Tag, digest);
        return edit is null ? null : [edit];
    }

    private static TextEdit? Set(string text, YamlNode node, string value) => node switch
    {
        // The tag of other images, too, which have another digest.
        { IsShared: true } => null,
        YamlAlias alias => new(alias.Span.Start, alias.Span.End - alias.Span.Start, value),
        YamlScalar scalar => ScalarText.Replace(text, scalar, value),
        _ => null,
    };

    private TextEdit? Add(string text, YamlNode tag, Digest digest)
    {
        // A tag that is merged from another mapping stands elsewhere.
        if (Mapping.Entries.Find(entry => entry.Value == tag).Key is not { } key)
        {
            return null;
        }

        if (Mapping.IsFlow)
        {
            return new(tag.Span.End, 0, $", {DigestKey}: {digest}");
        }

        // A block of several lines ends behind the break of its last one.
        var from = tag.Span.End > 0 && text[tag.Span.End - 1] == '\n' ? tag.Span.End - 1 : tag.Span.End;
        var end = text.IndexOf('\n', from);
        var (at, newLine) = end < 0 ? (text.Length, "\n") : end > 0 && text[end - 1] == '\r' ? (end - 1, "\r\n") : (end, "\n");
        return new(at, 0, $"{newLine}{new string(' ', key.Span.Column - 1)}{DigestKey}: {digest}");
    }
}

/// <summary>Where a digest goes that a mapping has no key for.</summary>
internal enum DigestPlace
{
    /// <summary>Behind the tag: charts put repository and tag together, and know no further key.</summary>
    BehindTag,

    /// <summary>To a key of its own, which kustomize reads.</summary>
    OwnKey,
}

/// <summary>A name that is left as it is, and why.</summary>
internal sealed record LeftPlace(YamlNode At, string Image, string Why);
