using System.Runtime.CompilerServices;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>Reads the signatures of a manifest from its repository: referrers, and the image of the older form.</summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="cache">Keeps what is read.</param>
/// <param name="subject">What is signed.</param>
internal sealed class SignatureReader(RegistryClient client, BlobStore cache, RepositoryReference repository, Digest subject)
{
    // A repository must not decide how long a build takes.
    private const int MostSignatures = 100;
    private const int MaxSize = 1024 * 1024;

    private static readonly string[] s_envelopes = [NotarySignature.EnvelopeType, NotaryCose.EnvelopeType];

    /// <summary>The signatures, in no order that means anything. What cannot be read as one is passed over.</summary>
    /// <param name="rule">Who may sign, and so in which forms.</param>
    internal async IAsyncEnumerable<FoundSignature> ReadAsync(
        TrustRule rule, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isSigstore = rule.Keys.Count > 0 || rule.Identities.Count > 0;
        var isNotary = rule.Stores.Count > 0;
        var referrers = await client.ListReferrersAsync(repository, subject, cancellationToken);
        foreach (var referrer in referrers.Where(each => (isSigstore && SigstoreBundle.IsBundle(each.ArtifactType))
            || (isNotary && each.ArtifactType == NotarySignature.ArtifactType)).Take(MostSignatures))
        {
            if (await ManifestAsync(referrer.Digest.ToString(), cancellationToken) is not { } manifest
                || manifest.Subject?.Digest != subject)
            {
                continue;
            }

            if (referrer.ArtifactType == NotarySignature.ArtifactType)
            {
                foreach (var layer in manifest.Layers.Where(each => s_envelopes.Contains(each.MediaType)).Take(MostSignatures))
                {
                    yield return new FoundNotarySignature(await BlobAsync(layer, cancellationToken), layer.MediaType);
                }

                continue;
            }

            foreach (var layer in manifest.Layers.Where(layer => SigstoreBundle.IsBundle(layer.MediaType)).Take(MostSignatures))
            {
                if (SigstoreBundle.Read(await BlobAsync(layer, cancellationToken), referrer.Digest.ToString()) is { } bundle)
                {
                    yield return new FoundBundle(bundle);
                }
            }
        }

        if (isSigstore && await ManifestAsync(SimpleSigning.TagOf(subject), cancellationToken) is { } image)
        {
            foreach (var layer in image.Layers.Where(layer => layer.MediaType == SimpleSigning.MediaType).Take(MostSignatures))
            {
                if (JsonMembers.Base64(layer.Annotations?.GetValueOrDefault(SimpleSigning.SignatureAnnotation)) is { } signature)
                {
                    yield return new FoundSimpleSignature(
                        await BlobAsync(layer, cancellationToken), signature, layer.Annotations!);
                }
            }
        }
    }

    /// <summary>What is signed, with its size and type.</summary>
    /// <returns>Null when the registry does not have it.</returns>
    internal async Task<Descriptor?> TryDescribeAsync(CancellationToken cancellationToken) =>
        (await client.TryGetManifestAsync(repository, subject.ToString(), cancellationToken))?.Descriptor;

    private async Task<Manifest?> ManifestAsync(string target, CancellationToken cancellationToken) =>
        await client.TryGetManifestAsync(repository, target, cancellationToken) is { } document
            && MediaTypes.IsManifest(document.Descriptor.MediaType)
                ? OciJson.ReadManifest(document, $"{repository} ({target})")
                : null;

    private async Task<byte[]> BlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        if (descriptor.Size > MaxSize)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"A signature of {repository}@{subject} has {descriptor.Size} bytes; no signature needs more than {MaxSize}.");
        }

        var file = await client.FetchAsync(repository, descriptor, cache, cancellationToken);
        return RegularFile.ReadAllBytes(file.Path, MaxSize);
    }
}
