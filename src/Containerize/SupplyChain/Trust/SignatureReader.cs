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

    /// <summary>
    /// The signatures, those first that do not announce themselves as something else: one that is valid is enough, and what is behind it
    /// is not fetched then.
    /// </summary>
    /// <param name="rule">Who may sign, and so in which forms.</param>
    /// <exception cref="ContainerizeException">The registry does not answer, or does not let the signatures be read. What it answers
    /// is no failure: it becomes an <see cref="UnusableSignature"/> at most.</exception>
    internal async IAsyncEnumerable<FoundSignature> ReadAsync(
        TrustRule rule, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (referrers, why) = await TryAsync<IReadOnlyList<Descriptor>>(
            "the list of signatures", async () => await client.ListReferrersAsync(repository, subject, cancellationToken));
        foreach (var place in Places(rule, referrers ?? []))
        {
            await foreach (var found in ReadAsync(place, cancellationToken))
            {
                yield return found;
            }
        }

        if (why is not null)
        {
            yield return new UnusableSignature(why);
        }
    }

    /// <summary>What is signed, with its size and type.</summary>
    /// <returns>Null when the registry does not have it.</returns>
    internal async Task<Descriptor?> TryDescribeAsync(CancellationToken cancellationToken) =>
        (await client.TryGetManifestAsync(repository, subject.ToString(), cancellationToken))?.Descriptor;

    /// <summary>Where signatures may lie, in the order in which they are read.</summary>
    private IEnumerable<Place> Places(TrustRule rule, IEnumerable<Descriptor> referrers)
    {
        var isSigstore = rule.Keys.Count > 0 || rule.Identities.Count > 0;
        // An annotation may be wrong: what it says decides the order and nothing more.
        var isOther = referrers
            .Where(each => (isSigstore && SigstoreBundle.IsBundle(each.ArtifactType))
                || (rule.Stores.Count > 0 && each.ArtifactType == NotarySignature.ArtifactType))
            .OrderBy(IsOther).Take(MostSignatures).ToLookup(IsOther, each => new Place(
                each.Digest.ToString(),
                each.ArtifactType == NotarySignature.ArtifactType ? s_envelopes.Contains : SigstoreBundle.IsBundle));
        IEnumerable<Place> images = isSigstore
            ? [new(SimpleSigning.TagOf(subject), type => type == SimpleSigning.MediaType) { IsReferrer = false }] : [];
        return [.. isOther[false], .. images, .. isOther[true]];

        static bool IsOther(Descriptor referrer) =>
            SigstoreBundle.AnnouncedPredicate(referrer) is { } predicate && !Signatories.IsSignature(predicate);
    }

    private async IAsyncEnumerable<FoundSignature> ReadAsync(Place place, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (manifest, why) = await TryAsync(place.Target, () => ManifestAsync(place.Target, cancellationToken));
        if (why is not null)
        {
            yield return new UnusableSignature(why);
        }

        if (manifest is null || (place.IsReferrer && manifest.Subject?.Digest != subject))
        {
            yield break;
        }

        foreach (var layer in manifest.Layers.Where(layer => place.IsForm(layer.MediaType)).Take(MostSignatures))
        {
            var (found, whyNot) = await TryAsync(place.Target, async () => Read(layer, await BlobAsync(layer, cancellationToken)));
            yield return found ?? new UnusableSignature(whyNot ?? $"{place.Target} holds no signature of the form that it names");
        }
    }

    private static FoundSignature? Read(Descriptor layer, byte[] content) =>
        s_envelopes.Contains(layer.MediaType) ? new FoundNotarySignature(content, layer.MediaType)
        : SigstoreBundle.IsBundle(layer.MediaType) ? SigstoreBundle.Read(content, "a base image") is { } bundle
            ? new FoundBundle(bundle) : null
        : JsonMembers.Base64(layer.Annotations?.GetValueOrDefault(SimpleSigning.SignatureAnnotation)) is { } signature
            ? new FoundSimpleSignature(content, signature, layer.Annotations!)
        : null;

    /// <summary>Reads something that others may have put there, and that need not be a signature.</summary>
    /// <returns>What was read, or why it cannot be used; neither where there is nothing.</returns>
    private static async Task<(T? Read, string? Why)> TryAsync<T>(string what, Func<Task<T?>> read)
        where T : class
    {
        try
        {
            return (await read(), null);
        }
        catch (ContainerizeException failure) when (failure.Code is DiagnosticCode.InvalidDocument or DiagnosticCode.DigestMismatch
            or DiagnosticCode.RegistryNotFound)
        {
            return (null, $"{what} cannot be used: {failure.Message.TrimEnd('.')}");
        }
    }

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

    /// <summary>An image whose layers are signatures.</summary>
    /// <param name="Target">Its digest or tag.</param>
    /// <param name="IsForm">Whether a layer of a media type is one of them.</param>
    private sealed record Place(string Target, Func<string, bool> IsForm)
    {
        /// <summary>Whether it has to refer to what is signed; else its tag names that.</summary>
        internal bool IsReferrer { get; init; } = true;
    }
}
