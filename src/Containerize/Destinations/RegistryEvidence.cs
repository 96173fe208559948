using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>Brings evidence into a repository: blobs, then manifests, then the lists and tags by which they are found.</summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="target">The repository that has the image.</param>
/// <param name="reporter">Takes the warning where evidence is optional.</param>
internal sealed class RegistryEvidence(RegistryClient client, RepositoryReference target, IReporter reporter)
{
    private const int MaxTries = 5;

    /// <summary>Pushes what is not there; all of it where the registry only says that it has it.</summary>
    /// <returns>Whether all of it is there; without optional evidence, always.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EvidenceNotDelivered"/>.</exception>
    internal async Task<bool> PushAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            await PushAsync(evidence, evenIfThere: false, cancellationToken);
            return true;
        }
        catch (ContainerizeException failure)
        {
            Message reason = failure.Message;
            if (!evidence.IsOptional)
            {
                throw new ContainerizeException(
                    DiagnosticCode.EvidenceNotDelivered,
                    $"What tells of the image could not be pushed to {target}, so no tag was moved. {reason} "
                    + $"Set ContainerizeEvidenceIsOptional to true if the image may be published without it.",
                    failure);
            }

            reporter.Warning(
                DiagnosticCode.EvidenceNotDelivered, $"What tells of the image is not complete in {target}: {reason}");
            return false;
        }
    }

    private async Task PushAsync(Evidence evidence, bool evenIfThere, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var about in evidence.Referrers.GroupBy(referrer => referrer.Subject.Digest))
            {
                await PushAsync(about.Key, [.. about], evenIfThere, cancellationToken);
            }

            foreach (var image in evidence.Images)
            {
                await PushAsync(image, evenIfThere, cancellationToken);
            }
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing && !evenIfThere)
        {
            reporter.Message($"{(Message)failure.Message} Sending what tells of the image once more.");
            await PushAsync(evidence, evenIfThere: true, cancellationToken);
        }
    }

    private async Task PushAsync(
        Digest subject, IReadOnlyList<Referrer> referrers, bool evenIfThere, CancellationToken cancellationToken)
    {
        var known = await ListAsync(subject, [.. referrers.Select(referrer => referrer.Entry.Digest)], evenIfThere, cancellationToken);
        IReadOnlyList<Referrer> missing = [.. referrers.Where(referrer => !known.Contains(referrer.Entry.Digest))];
        if (missing.Count > 0)
        {
            await PushBlobsAsync(missing.SelectMany(referrer => referrer.Blobs), evenIfThere, cancellationToken);
            await client.PutReferrersAsync(
                target, subject, [.. missing.Select(referrer => (referrer.Entry, referrer.Manifest.Memory))], cancellationToken);
        }
    }

    /// <summary>Which referrers are listed and there: a clean-up of what has no tag leaves the list under the subject's tag.</summary>
    /// <param name="wanted">Their digests.</param>
    /// <param name="evenIfThere">Whether none of them counts.</param>
    internal async Task<IReadOnlySet<Digest>> ListAsync(
        Digest subject, IReadOnlyList<Digest> wanted, bool evenIfThere, CancellationToken cancellationToken)
    {
        var there = new HashSet<Digest>();
        var listed = evenIfThere ? [] : await client.ListTargetReferrersAsync(target, subject, cancellationToken);
        foreach (var digest in wanted.Intersect(listed.Select(entry => entry.Digest)))
        {
            if ((await client.TryResolveTargetAsync(target, $"{digest}", cancellationToken))?.Digest == digest)
            {
                there.Add(digest);
            }
        }

        return there;
    }

    // Another build may write the tag at the same time: what it names afterwards has to have the layers.
    private async Task PushAsync(EvidenceImage image, bool evenIfThere, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var there = await client.TryGetTargetAsync(target, image.Tag, cancellationToken);
            if (image.Merge(there, $"{target}:{image.Tag}") is not { } merged)
            {
                return;
            }

            await PushBlobsAsync(image.Layers.Select(layer => layer.Blob).Append(merged.Config), evenIfThere, cancellationToken);
            await client.PutManifestAsync(
                target, image.Tag, merged.Manifest.Memory, merged.Manifest.Descriptor.MediaType, cancellationToken);
        }

        throw new ContainerizeException(
            DiagnosticCode.ReferrersContended, $"{target}:{image.Tag} was replaced {MaxTries} times while signatures were added to it.");
    }

    private async Task PushBlobsAsync(IEnumerable<MemoryBlob> blobs, bool evenIfThere, CancellationToken cancellationToken) =>
        await Task.WhenAll(
            blobs.DistinctBy(blob => blob.Descriptor.Digest)
                .Select(blob => client.PushBlobAsync(target, blob, cancellationToken, evenIfThere)));
}
