using Containerize.Bases;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Inspection;

/// <summary>What stands beside an image where it is: the platforms of its index, and what is said of it.</summary>
/// <param name="Root">The digest that the name leads to: the index, or the image itself.</param>
/// <param name="Platforms">The images of the index, in its order; none where the name leads to a single image.</param>
/// <param name="Evidence">Signatures, bills of materials and the like, of the index and of the image; in the order in which they were
/// found.</param>
internal sealed record ImageListing(Digest Root, IReadOnlyList<Descriptor> Platforms, IReadOnlyList<ImageEvidence> Evidence)
{
    private const string AttestationType = "vnd.docker.reference.type";
    private const string AttestationSubject = "vnd.docker.reference.digest";

    /// <summary>Lists what stands beside an image. Of the places, registries and OCI layouts have a place for such things.</summary>
    /// <param name="reference">Where the image is; in a registry by the digest that its tag was resolved to.</param>
    /// <param name="image">The digest of the image that was chosen there.</param>
    /// <exception cref="ContainerizeException">As opening an image does.</exception>
    internal static async Task<ImageListing> ReadAsync(
        BaseImageReference reference, Digest image, RegistryClient registries, BlobStore cache, CancellationToken cancellationToken) =>
        reference switch
        {
            RegistryReference { Image: { Digest: { } root } named } =>
                await new RegistryListing(registries, named, root, cache).ReadAsync(image, cancellationToken),
            LayoutReference layout =>
                await new LayoutListing(new DirectoryFiles(layout.Directory)).ReadAsync(image, cancellationToken),
            OciArchiveReference archive => await new LayoutListing(
                await ArchiveFiles.OpenAsync(archive.File, cache, cancellationToken)).ReadAsync(image, cancellationToken),
            _ => new(image, [], []),
        };

    /// <summary>What an index lists itself: images, and attestations of BuildKit.</summary>
    internal static ImageListing Of(Digest root, ImageIndex? index, Digest image)
    {
        var entries = index?.Manifests ?? [];
        return new(
            root,
            [.. entries.Where(entry => !entry.IsArtifact && TypeOf(entry) is null)],
            [.. entries.Where(entry => TypeOf(entry) is not null
                    && entry.Annotations!.GetValueOrDefault(AttestationSubject) == image.ToString())
                .Select(entry => new ImageEvidence(image, TypeOf(entry)!, EvidencePlace.Index, entry.Digest))]);
    }

    /// <summary>The evidence of a list of referrers.</summary>
    internal static IEnumerable<ImageEvidence> Of(Digest subject, IEnumerable<Descriptor> referrers) => referrers.Select(
        referrer => new ImageEvidence(subject, referrer.ArtifactType ?? referrer.MediaType, EvidencePlace.Referrers, referrer.Digest));

    private static string? TypeOf(Descriptor entry) => entry.Annotations?.GetValueOrDefault(AttestationType);
}

/// <summary>Something that is said of an image.</summary>
/// <param name="Subject">The digest of the index or image that it is about.</param>
/// <param name="Type">What it is: the type of the artifact, or how its tag ends.</param>
/// <param name="Place">How it was found.</param>
/// <param name="Digest">The digest of its manifest.</param>
internal sealed record ImageEvidence(Digest Subject, string Type, EvidencePlace Place, Digest Digest);

/// <summary>How evidence is found.</summary>
internal enum EvidencePlace
{
    /// <summary>It refers to the image, and is listed with what does.</summary>
    Referrers,

    /// <summary>By a tag that follows from the image's digest.</summary>
    Tag,

    /// <summary>It stands in the image's index.</summary>
    Index,
}
