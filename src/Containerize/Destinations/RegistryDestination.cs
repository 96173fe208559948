using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;
using Containerize.SupplyChain;

namespace Containerize.Destinations;

/// <summary>A repository in a registry. Blobs go first, then manifests by digest, and the tags move last.</summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="target">The repository.</param>
/// <param name="tags">The tags to move.</param>
/// <param name="reporter">Is told when everything has to be sent again.</param>
/// <param name="budget">How much may be sent; null for as much as it takes.</param>
/// <param name="attached">Remembers which evidence is there; null asks the registry.</param>
internal sealed class RegistryDestination(
    RegistryClient client,
    RepositoryReference target,
    IReadOnlyList<string> tags,
    IReporter reporter,
    UploadBudget? budget = null,
    AttachedEvidence? attached = null)
    : IImageDestination
{
    internal const string Kind = "registry";

    /// <inheritdoc/>
    public string Id => $"{Kind} {target} {string.Join(' ', tags)}";

    /// <inheritdoc/>
    public bool NeedsFiles => false;

    /// <inheritdoc/>
    public async Task<DestinationResult?> FindAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
            var there = await Task.WhenAll(tags.Select(tag => client.TryResolveTargetAsync(target, tag, cancellationToken)));
            return Array.TrueForAll(there, manifest => manifest?.Digest == images.Root.Descriptor.Digest)
                ? Result([.. BlobsOf(images).Select(blob => new SentBlob(blob.Descriptor.Size, 0))])
                : null;
        }
        catch (ContainerizeException)
        {
            // The push will find out why, and say it.
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null)
    {
        try
        {
            return await PushAsync(images, evidence, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code != DiagnosticCode.UploadBudgetExceeded)
        {
            // What failed is a blob or a request; what the user wanted is an image.
            Message reason = failure.Message;
            throw new ContainerizeException(failure.Code, $"{target}:{tags[0]} was not pushed. {reason}", failure);
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.EvidenceNotDelivered"/>.</exception>
    public async Task AttachAsync(ImageSet images, Evidence evidence, CancellationToken cancellationToken)
    {
        // The image is there; so is what went with it, as far as this project knows.
        if (attached?.Knows(target.ToString(), evidence) != true)
        {
            await PushAsync(evidence, cancellationToken);
        }
    }

    private async Task PushAsync(Evidence evidence, CancellationToken cancellationToken)
    {
        if (await new RegistryEvidence(client, target, reporter).PushAsync(evidence, cancellationToken))
        {
            attached?.Note(target.ToString(), evidence);
        }
    }

    private async Task<DestinationResult> PushAsync(ImageSet images, Evidence? evidence, CancellationToken cancellationToken)
    {
        var sent = await PushBlobsAsync(images, evenIfThere: false, cancellationToken);
        // Before anything has a name: what exceeds the budget is not published where that is an error.
        budget?.Check(target, sent.Sum(blob => blob.Sent));
        try
        {
            await PutManifestsAsync(images, evidence, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing)
        {
            // Some registries say that they have what they lack, in another storage or after a clean-up.
            reporter.Message($"{failure.Message} Sending everything once more.");
            var again = await PushBlobsAsync(images, evenIfThere: true, cancellationToken);
            sent = [.. sent.Zip(again, (first, second) => first with { Sent = first.Sent + second.Sent })];
            await PutManifestsAsync(images, evidence, cancellationToken);
        }

        return Result(sent);
    }

    private DestinationResult Result(IReadOnlyList<SentBlob> blobs) => new(
        Kind,
        [.. tags.Select(tag => $"{target}:{tag}")],
        blobs.Sum(blob => blob.Sent),
        blobs.Sum(blob => blob.Size - Math.Min(blob.Size, blob.Sent)));

    private static IEnumerable<Blob> BlobsOf(ImageSet images) => images.Images
        .SelectMany(image => image.Layers.Select(layer => layer.Blob).Append(image.Config.Blob))
        .Where(blob => !MediaTypes.IsForeignLayer(blob.Descriptor.MediaType))
        .DistinctBy(blob => blob.Descriptor.Digest);

    private async Task<IReadOnlyList<SentBlob>> PushBlobsAsync(
        ImageSet images, bool evenIfThere, CancellationToken cancellationToken) =>
        await Task.WhenAll(BlobsOf(images).Select(async blob =>
        {
            var outcome = await client.PushBlobAsync(target, blob, cancellationToken, evenIfThere);
            return new SentBlob(blob.Descriptor.Size, outcome.BytesSent);
        }));

    private async Task PutManifestsAsync(ImageSet images, Evidence? evidence, CancellationToken cancellationToken)
    {
        var root = images.Root.Descriptor.Digest;
        foreach (var manifest in images.Images.Select(image => image.Manifest).Where(manifest => manifest.Descriptor.Digest != root))
        {
            await PutAsync(manifest.Descriptor.Digest.ToString(), manifest, cancellationToken);
        }

        if (evidence is not null)
        {
            // What it is about has to be there, and has no name yet.
            await PutAsync(root.ToString(), images.Root, cancellationToken);
            await PushAsync(evidence, cancellationToken);
        }

        foreach (var tag in tags)
        {
            await PutAsync(tag, images.Root, cancellationToken);
        }
    }

    private Task PutAsync(string tagOrDigest, MemoryBlob manifest, CancellationToken cancellationToken) =>
        client.PutManifestAsync(target, tagOrDigest, manifest.Memory, manifest.Descriptor.MediaType, cancellationToken);

    // A class: for a pair of numbers, each list and query would be compiled in every build.
    private sealed record SentBlob(long Size, long Sent);
}
