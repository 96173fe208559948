using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.SupplyChain.Trust;

/// <summary>Makes sure that a base is signed by whom the project trusts, before anything is built on it.</summary>
/// <param name="rules">What the project demands.</param>
/// <param name="client">Reads signatures from registries.</param>
/// <param name="cache">Keeps signatures, and remembers what was verified.</param>
/// <param name="locked">What the lock file says was verified; an offline build believes it.</param>
/// <param name="isOffline">Whether no registry may be asked.</param>
/// <param name="time">The clock, by which certificates expire.</param>
/// <param name="reporter">Is told who signed.</param>
internal sealed class BaseTrust(
    IReadOnlyList<TrustRule> rules,
    RegistryClient client,
    BlobStore cache,
    IReadOnlyCollection<VerifiedSignature> locked,
    bool isOffline,
    TimeProvider time,
    IReporter reporter)
{
    private readonly TrustMemory _memory = new(cache);

    /// <summary>Verifies the signature of a base.</summary>
    /// <param name="image">What the project calls it.</param>
    /// <param name="digests">What the name means, and each manifest that leads from there to the platform's: a signature of any of them
    /// vouches for the last.</param>
    /// <returns>What was verified; null when the project demands no signature of this base.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.BaseNotSigned"/> or
    /// <see cref="DiagnosticCode.BaseSignatureInvalid"/>, or what the registry client throws.</exception>
    internal async Task<VerifiedSignature?> VerifyAsync(
        ImageReference image, IReadOnlyList<Digest> digests, CancellationToken cancellationToken)
    {
        if (RuleFor(image.Repository) is not { AllowsUnsigned: false } rule)
        {
            return null;
        }

        if (digests.Select(digest => _memory.Recall(digest, rule)).FirstOrDefault(each => each is not null) is { } recalled)
        {
            return recalled;
        }

        if (isOffline)
        {
            var known = locked.FirstOrDefault(each => each.Rule == rule.Digest && digests.Contains(each.Image));
            return known ?? throw new ContainerizeException(
                DiagnosticCode.BaseNotSigned,
                $"ContainerizeOffline is set, and whether the base image {image} is signed as ContainerizeBaseTrust '{rule.Prefix}' "
                    + $"demands is known neither on this machine nor from the lock file. Build once without it, or run 'dotnet build "
                    + $"-t:ContainerizeLock' where the registry can be reached and commit the file.");
        }

        var refusals = new List<string>();
        foreach (var digest in digests)
        {
            if (await FindAsync(image.Repository, digest, rule, refusals, cancellationToken) is { } signer)
            {
                var verified = new VerifiedSignature(digest, rule.Digest, signer);
                _memory.Remember(verified, rule);
                reporter.Message($"The base image {image} ({digest}) is signed by {signer}.");
                return verified;
            }
        }

        throw Refuse(image, digests[0], rule, refusals);
    }

    /// <summary>The rule of the longest prefix; several of one prefix count as one.</summary>
    internal TrustRule? RuleFor(RepositoryReference repository) => rules.Max(rule => rule.PartOf(repository)) is { } longest
        ? rules.Where(rule => rule.PartOf(repository) == longest).Aggregate((all, next) => all.Or(next)) : null;

    private static ContainerizeException Refuse(ImageReference image, Digest digest, TrustRule rule, List<string> refusals) =>
        refusals.Count == 0
            ? new(
                DiagnosticCode.BaseNotSigned,
                $"The base image {image} ({digest}) has no signature that ContainerizeBaseTrust '{rule.Prefix}' could accept. Nothing was "
                    + $"built on it. Sign it, use another base image, or allow it with an item of a longer prefix "
                    + $"and AllowUnsigned=\"true\".")
            : new(
                DiagnosticCode.BaseSignatureInvalid,
                $"The base image {image} ({digest}) is not signed as ContainerizeBaseTrust '{rule.Prefix}' demands: "
                    + $"{(Message)string.Join("; ", refusals.Distinct().Take(3))}. Nothing was built on it. Check that the item names the "
                    + $"right key, identity or certificates; if it does, this is not the image that its publisher signed.");

    private async Task<string?> FindAsync(
        RepositoryReference repository, Digest digest, TrustRule rule, List<string> refusals, CancellationToken cancellationToken)
    {
        var signatures = new SignatureReader(client, cache, repository, digest);
        // Only signatures of the Notary Project are over size and type as well.
        var subject = new Descriptor { MediaType = "", Digest = digest, Size = 0 };
        await foreach (var signature in signatures.ReadAsync(rule, cancellationToken))
        {
            if (signature is FoundNotarySignature && subject.MediaType.Length == 0)
            {
                subject = await signatures.TryDescribeAsync(cancellationToken) ?? subject;
            }

            if (Signatories.Find(signature, subject, rule, time.GetUtcNow(), out var why) is { } signer)
            {
                return $"{signer} ({signature.Form})";
            }

            refusals.Add(why);
        }

        return null;
    }
}
