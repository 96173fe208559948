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

    /// <summary>Pushes what is not there.</summary>
    /// <returns>Whether all of it is there; without optional evidence, always.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EvidenceNotDelivered"/>.</exception>
    internal async Task<bool> PushAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var about in evidence.Referrers.GroupBy(referrer => referrer.Subject.Digest))
            {
                await PushAsync(about.Key, [.. about], cancellationToken);
            }

            foreach (var image in evidence.Images)
            {
                await PushAsync(image, cancellationToken);
            }

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

    private async Task PushAsync(Digest subject, IReadOnlyList<Referrer> referrers, CancellationToken cancellationToken)
    {
        var listed = await client.ListTargetReferrersAsync(target, subject, cancellationToken);
        var known = listed.Select(entry => entry.Digest).ToHashSet();
        IReadOnlyList<Referrer> missing = [.. referrers.Where(referrer => !known.Contains(referrer.Manifest.Descriptor.Digest))];
        if (missing.Count > 0)
        {
            await PushBlobsAsync(missing.SelectMany(referrer => referrer.Blobs), cancellationToken);
            await client.PutReferrersAsync(
                target, subject, [.. missing.Select(referrer => (referrer.Entry, referrer.Manifest.Memory))], cancellationToken);
        }
    }

    // Another build may write the tag at the same time: what it names afterwards has to have the layers.
    private async Task PushAsync(EvidenceImage image, CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var there = await client.TryGetTargetAsync(target, image.Tag, cancellationToken);
            if (image.Merge(there, $"{target}:{image.Tag}") is not { } merged)
            {
                return;
            }

            await PushBlobsAsync(image.Layers.Select(layer => layer.Blob).Append(merged.Config), cancellationToken);
            await client.PutManifestAsync(
                target, image.Tag, merged.Manifest.Memory, merged.Manifest.Descriptor.MediaType, cancellationToken);
        }

        throw new ContainerizeException(
            DiagnosticCode.ReferrersContended, $"{target}:{image.Tag} was replaced {MaxTries} times while signatures were added to it.");
    }

    private async Task PushBlobsAsync(IEnumerable<MemoryBlob> blobs, CancellationToken cancellationToken) => await Task.WhenAll(
        blobs.DistinctBy(blob => blob.Descriptor.Digest).Select(blob => client.PushBlobAsync(target, blob, cancellationToken)));
}
