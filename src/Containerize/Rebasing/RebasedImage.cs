using Containerize.Copying;
using Containerize.Images;
using Containerize.Inspection;
using Containerize.Oci;
using Containerize.Starting;
using Containerize.SupplyChain;

namespace Containerize.Rebasing;

/// <summary>An image on another base.</summary>
/// <param name="Before">The image as it was.</param>
/// <param name="Image">The image on the new base.</param>
/// <param name="OldBase">The base that it had.</param>
/// <param name="NewBase">The base that it has now.</param>
/// <param name="IsExact">Whether its own part, put on the old base, gives the image as it was: then it is known that on the new base it
/// gives what a build would.</param>
/// <param name="Findings">What the start check found.</param>
internal sealed record RebasedImage(
    Image Before, Image Image, BaseImage OldBase, BaseImage NewBase, bool IsExact, IReadOnlyList<StartFinding> Findings)
{
    /// <summary>Whether the image is the one that it was.</summary>
    internal bool IsUnchanged => Before.Manifest.Descriptor.Digest == Image.Manifest.Descriptor.Digest;

    /// <summary>The layers that stay.</summary>
    internal IReadOnlyList<Layer> Kept => [.. Image.Layers.Skip(NewBase.Image.Layers.Count)];

    /// <summary>The settings that the new base changed.</summary>
    internal IReadOnlyList<SettingDifference> Settings => [.. ImageDifferences.SettingsOf(Before.Config, Image.Config)];
}

/// <summary>What an image or an index becomes on another base.</summary>
/// <param name="Before">The image or index as it was, with what refers to it.</param>
/// <param name="Images">Each platform.</param>
/// <param name="Set">The images under their root.</param>
internal sealed record RebasedSet(CopiedImage Before, IReadOnlyList<RebasedImage> Images, ImageSet Set)
{
    /// <summary>Whether all images are those that they were.</summary>
    internal bool IsUnchanged => Images.All(image => image.IsUnchanged);

    /// <summary>The digest of the image or index.</summary>
    internal Digest Digest => IsUnchanged ? Before.Digest : Set.Root.Descriptor.Digest;

    /// <summary>
    /// What says something of the image as it was: signatures, bills of materials, statements. They do not hold for the new one. What says
    /// something of a platform's image that stays is not among them.
    /// </summary>
    internal IReadOnlyList<LeftOutDocument> LeftOut =>
    [
        .. Before.Referrers.Except(Carried).Select(referrer => new LeftOutDocument(
            referrer.Entry.ArtifactType ?? referrer.Entry.MediaType, referrer.Entry.Digest)),
        .. Before.Tags.Except(CarriedTags).Select(tag => new LeftOutDocument(tag.Tag, tag.Graph.Root.Descriptor.Digest)),
        // Statements of BuildKit stand in the index itself.
        .. Before.Graph.Documents.Select(document => document.Descriptor)
            .Where(document => MediaTypes.IsManifest(document.MediaType)
                && Images.All(image => image.Before.Manifest.Descriptor.Digest != document.Digest))
            .Select(document => new LeftOutDocument(document.MediaType, document.Digest)),
    ];

    // What refers to an image that stays as it is holds for it still; so does what refers to that.
    private IReadOnlyList<CopiedReferrer> Carried
    {
        get
        {
            var subjects = Unchanged.ToHashSet();
            // Subjects come first.
            return [.. Before.Referrers.Where(referrer => subjects.Contains(referrer.Subject) && subjects.Add(referrer.Entry.Digest))];
        }
    }

    private IEnumerable<CopiedTag> CarriedTags => Before.Tags.Where(tag => Unchanged.Contains(tag.Subject.Digest));

    private IEnumerable<Digest> Unchanged =>
        Images.Where(image => image.IsUnchanged).Select(image => image.Image.Manifest.Descriptor.Digest);

    /// <summary>The images as they are brought to destinations, with what is said of those that stay as they are.</summary>
    /// <param name="evidence">What is said of the new images.</param>
    internal CopiedImage ToCopy(Evidence evidence) => IsUnchanged ? Before : new(
        Before.Origin,
        Before.Name,
        new ImageGraph(
            [.. Set.Images.Select(image => image.Manifest).Append(Set.Root).DistinctBy(document => document.Descriptor.Digest)
                .Select(document => document.Document)],
            [.. Set.Images.SelectMany(image => image.Layers.Select(layer => layer.Blob).Append(image.Config.Blob))
                .DistinctBy(blob => blob.Descriptor.Digest)]),
        [
            .. Carried,
            .. evidence.Referrers.Select(document => new CopiedReferrer(
                document.Subject.Digest, document.Entry, new([document.Manifest.Document], document.Blobs))),
        ],
        [.. CarriedTags]);
}

/// <summary>A document about an image that is not one about its successor.</summary>
/// <param name="Type">What it is: a media type, or the tag that names it.</param>
/// <param name="Digest">The digest of its manifest.</param>
internal sealed record LeftOutDocument(string Type, Digest Digest);
