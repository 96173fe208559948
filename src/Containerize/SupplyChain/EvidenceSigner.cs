using Containerize.Images;
using Containerize.Oci;

namespace Containerize.SupplyChain;

/// <summary>Signs an image and what is said of it.</summary>
/// <param name="request">What is to be signed.</param>
/// <returns>The signatures, each about one of the subjects.</returns>
/// <exception cref="ContainerizeException">Nothing was signed; nothing is delivered then.</exception>
internal delegate Task<Evidence> EvidenceSigner(SigningRequest request, CancellationToken cancellationToken);

/// <summary>What is to be signed.</summary>
/// <param name="Subjects">The manifests: the index, if there is one, then each platform's.</param>
/// <param name="Attestations">What is said of them.</param>
/// <param name="Names">The image's names, as users pull it: one per registry and repository, without tags; none without registries.</param>
internal sealed record SigningRequest(
    IReadOnlyList<Descriptor> Subjects, IReadOnlyList<Attestation> Attestations, IReadOnlyList<string> Names)
{
    /// <summary>What there is to sign of an image, or of an index with its images.</summary>
    internal static SigningRequest Of(ImageSet images, IReadOnlyList<Attestation> attestations, IReadOnlyList<string> names) => new(
        [.. images.Images.Select(image => image.Manifest).Prepend(images.Root).Select(manifest => manifest.Descriptor)
            .DistinctBy(manifest => manifest.Digest)],
        attestations,
        names);
}

/// <summary>A statement about a manifest, before it is signed.</summary>
/// <param name="Subject">The manifest that it is about.</param>
/// <param name="PredicateType">What kind of statement it is, as a URI.</param>
/// <param name="Statement">An in-toto statement, as UTF-8 JSON: the bytes to sign.</param>
/// <param name="Suffix">What the file of the statement ends in: a signature's own suffix begins with it, so that they are told apart.
/// </param>
internal sealed record Attestation(Descriptor Subject, string PredicateType, ReadOnlyMemory<byte> Statement, string Suffix)
{
    /// <summary>The media type of <see cref="Statement"/>, as DSSE names it.</summary>
    internal const string MediaType = "application/vnd.in-toto+json";
}
