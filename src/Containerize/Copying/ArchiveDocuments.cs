using System.Text;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Sbom;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Statements;

namespace Containerize.Copying;

/// <summary>
/// What a build or a signer left beside an archive, which has no place for it: bills of materials, statements, signatures as bundles. Where
/// the archive is copied, they refer to its images as if the build had pushed them. Each has to be about this very image.
/// </summary>
/// <param name="archive">The archive's full path.</param>
/// <param name="cache">Takes configs that are read.</param>
/// <param name="reporter">Is told of files that are about another image.</param>
internal sealed class ArchiveDocuments(string archive, BlobStore cache, IReporter reporter)
{
    // Signers that make several signatures number them from the second on.
    private const int MostSignatures = 9;

    private static readonly string[] s_documents =
        [SbomDocument.Suffix(SbomFormat.Spdx), SbomDocument.Suffix(SbomFormat.CycloneDx), ProvenanceWriter.Suffix, VexWriter.Suffix];

    private static readonly string[] s_signatures = [KeySigner.Suffix, NotarySignature.Suffix];

    private static readonly string[] s_suffixes =
    [
        .. s_documents,
        .. s_documents.Select(document => $"{document}.{KeySigner.Suffix}"),
        .. s_signatures,
        .. Enumerable.Range(2, MostSignatures - 1).SelectMany(number => s_signatures.Select(suffix => $"{number}.{suffix}")),
    ];

    /// <summary>Adds the documents to what is copied. One that is about another image, of an earlier build, is left out.</summary>
    /// <param name="source">The archive, where one image of several is copied: files are called after all of them.</param>
    internal async Task<CopiedImage> AddToAsync(
        CopiedImage image, CancellationToken cancellationToken, ICopySource? source = null)
    {
        if (await RunnableImages.ReadAsync(image, cache, cancellationToken) is not { } images)
        {
            return image;
        }

        var root = source is null ? image.Graph.Root : await source.ReadRootAsync(cancellationToken);
        var areSeveral = images.Images.Count > 1
            || (root.Descriptor.Digest != image.Digest && await HasOthersAsync(source!, root, image.Digest, cancellationToken));

        var copied = image.Graph.Documents.Select(document => document.Descriptor.Digest).ToHashSet();
        var found = new List<CopiedReferrer>();
        // An index of one image shares its files with it.
        var there = Places(images, areSeveral, root).Where(place => RegularFile.IsThere(place.Path));
        foreach (var places in there.GroupBy(place => place.Path))
        {
            if (!places.Any(place => copied.Contains(place.Subject.Digest)))
            {
                continue;
            }

            var (referrer, why) = Read(places.Key, [.. places.Select(place => (place.Subject, place.Suffix))]);
            if (referrer is null)
            {
                reporter.Warning(
                    DiagnosticCode.DocumentOfAnotherImage,
                    $"'{places.Key}' is not copied: {why}. It may be of an earlier build; build or sign the image again, or delete the " +
                    $"file.");
            }
            else if (copied.Contains(referrer.Subject.Digest))
            {
                found.Add(new(referrer.Subject.Digest, referrer.Entry, new([referrer.Manifest.Document], referrer.Blobs)));
            }
        }

        return image with { Referrers = [.. image.Referrers.Concat(found).DistinctBy(referrer => referrer.Entry.Digest)] };
    }

    private IEnumerable<(Descriptor Subject, string Suffix, string Path)> Places(ImageSet images, bool areSeveral, RawDocument root) =>
        from subject in images.Images.Select(each => (each.Manifest.Descriptor, Platform: areSeveral ? each.Config.Platform : null))
            .Append((images.Root.Descriptor, null)).Append((root.Descriptor, null)).DistinctBy(each => each.Descriptor.Digest)
        from suffix in s_suffixes
        select (subject.Descriptor, suffix, ArchiveEvidence.PathOf(archive, subject.Platform, suffix));

    // The others need not be there, as only this image is copied; an archive may have lost them on its way.
    private static async Task<bool> HasOthersAsync(
        ICopySource source, RawDocument root, Digest copied, CancellationToken cancellationToken)
    {
        foreach (var entry in OciJson.ReadIndex(root, source.Origin).Manifests
            .Where(entry => entry.Digest != copied && entry is { IsArtifact: false, Platform: not { Os: "unknown" } }))
        {
            if (!MediaTypes.IsManifest(entry.MediaType) || await source.TryReadAsync(entry, cancellationToken) is not { } document
                || OciJson.ReadManifest(document, source.Origin) is { IsArtifact: false })
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="meant">The images that it may be about, and what its name says that it is.</param>
    /// <returns>What refers to the image, or why it is not copied.</returns>
    private static (Referrer? Referrer, Message Why) Read(string path, IReadOnlyList<(Descriptor Subject, string Suffix)> meant)
    {
        try
        {
            var text = RegularFile.ReadAllBytes(path);
            return (
                meant.Select(each => Read(each.Subject, each.Suffix, text)).FirstOrDefault(read => read is not null),
                $"it does not say that it is about {meant[0].Subject.Digest}, which the archive holds");
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return (null, failure.Message.TrimEnd('.'));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return (null, failure.Message.TrimEnd('.'));
        }
    }

    private static Referrer? Read(Descriptor subject, string suffix, byte[] text) =>
        suffix.EndsWith(KeySigner.Suffix, StringComparison.Ordinal) ? ReadBundle(subject, suffix, text)
        : suffix.EndsWith(NotarySignature.Suffix, StringComparison.Ordinal) ? NotarySignature.Read(subject, text)
        : suffix == ProvenanceWriter.Suffix ? ReadStatement(subject, suffix, text)
        // Of megabytes that say it somewhere, this is enough.
        : text.AsSpan().IndexOf(Encoding.ASCII.GetBytes(subject.Digest.Hex)) < 0 ? null
        : suffix == VexWriter.Suffix ? new(subject, VexWriter.MediaType, new MemoryBlob(VexWriter.MediaType, text), suffix)
        : TypeOf(suffix) is var type ? new(subject, type, new MemoryBlob(type, text), suffix) : null;

    private static Referrer? ReadBundle(Descriptor subject, string suffix, byte[] text) =>
        SigstoreBundle.Read(text, "a signature") is { } bundle
            && SignStatement.PredicateTypeOf(bundle.Envelope.Payload.Span, subject.Digest) is { } predicate
                ? new(subject, bundle.Type, new MemoryBlob(bundle.Type, text), suffix, SigstoreBundle.Annotations(predicate))
                : null;

    private static Referrer? ReadStatement(Descriptor subject, string suffix, byte[] text) =>
        SignStatement.PredicateTypeOf(text, subject.Digest) is { } predicate
            ? new(
                subject, Attestation.MediaType, new MemoryBlob(Attestation.MediaType, text), suffix,
                new Dictionary<string, string> { [EvidenceReferrer.PredicateAnnotation] = predicate })
            : null;

    private static string TypeOf(string suffix) =>
        SbomDocument.MediaType(suffix == SbomDocument.Suffix(SbomFormat.Spdx) ? SbomFormat.Spdx : SbomFormat.CycloneDx);
}
