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
            // A clean-up of what has no tag takes the images of an index and leaves the index.
            var there = await Task.WhenAll(
                tags.Select(tag => IsThereAsync(tag, images.Root))
                    .Concat(ChildrenOf(images).Select(child => IsThereAsync($"{child.Descriptor.Digest}", child))));
            return Array.TrueForAll(there, isThere => isThere)
                ? Result([.. BlobsOf(images).Select(blob => new SentBlob(blob.Descriptor.Size, 0))])
                : null;
        }
        catch (ContainerizeException)
        {
            // The push will find out why, and say it.
            return null;
        }

        async Task<bool> IsThereAsync(string tagOrDigest, MemoryBlob manifest) =>
            (await client.TryResolveTargetAsync(target, tagOrDigest, cancellationToken))?.Digest == manifest.Descriptor.Digest;
    }

    /// <inheritdoc/>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken, Evidence? evidence = null) =>
        await (await BringAsync(images, evidence, isOneOfSeveral: false, cancellationToken))(cancellationToken);

    /// <summary>Brings all that the image consists of, and what tells of it. No tag moves.</summary>
    /// <param name="isOneOfSeveral">Whether other registries get the image, too: then no tag of theirs moves either before this one took
    /// the root.</param>
    /// <returns>What moves the tags.</returns>
    /// <exception cref="ContainerizeException">Why it is not there; <see cref="DiagnosticCode.UploadBudgetExceeded"/> as well.</exception>
    internal async Task<NamingStep> BringAsync(
        ImageSet images, Evidence? evidence, bool isOneOfSeveral, CancellationToken cancellationToken)
    {
        var sent = await ExplainAsync(() => PushAsync(images, evidence, isOneOfSeveral, cancellationToken));
        return stop => ExplainAsync(() => NameAsync(images, evidence, sent, stop));
    }

    private async Task<T> ExplainAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work();
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

    private async Task<IReadOnlyList<SentBlob>> PushAsync(
        ImageSet images, Evidence? evidence, bool isOneOfSeveral, CancellationToken cancellationToken)
    {
        var sent = await PushBlobsAsync(images, evenIfThere: false, cancellationToken);
        // Before anything has a name: what exceeds the budget is not published where that is an error.
        budget?.Check(target, sent.Sum(blob => blob.Sent));
        try
        {
            await PutManifestsAsync(images, evidence, isOneOfSeveral, cancellationToken);
            return sent;
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing)
        {
            return await PushAgainAsync(images, evidence, isOneOfSeveral, sent, failure, cancellationToken);
        }
    }

    private async Task<DestinationResult> NameAsync(
        ImageSet images, Evidence? evidence, IReadOnlyList<SentBlob> sent, CancellationToken cancellationToken)
    {
        try
        {
            await PutTagsAsync(images, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing)
        {
            sent = await PushAgainAsync(images, evidence, withRoot: false, sent, failure, cancellationToken);
            await PutTagsAsync(images, cancellationToken);
        }

        return Result(sent);
    }

    // Some registries say that they have what they lack, in another storage or after a clean-up.
    private async Task<IReadOnlyList<SentBlob>> PushAgainAsync(
        ImageSet images,
        Evidence? evidence,
        bool withRoot,
        IReadOnlyList<SentBlob> sent,
        ContainerizeException failure,
        CancellationToken cancellationToken)
    {
        reporter.Message($"{failure.Message} Sending everything once more.");
        var again = await PushBlobsAsync(images, evenIfThere: true, cancellationToken);
        await PutManifestsAsync(images, evidence, withRoot, cancellationToken);
        return [.. sent.Zip(again, (first, second) => first with { Sent = first.Sent + second.Sent })];
    }

    private DestinationResult Result(IReadOnlyList<SentBlob> blobs) => new(
        Kind,
        [.. tags.Select(tag => $"{target}:{tag}")],
        blobs.Sum(blob => blob.Sent),
        blobs.Sum(blob => blob.Size - Math.Min(blob.Size, blob.Sent)));

    private static IEnumerable<MemoryBlob> ChildrenOf(ImageSet images) => images.Images
        .Select(image => image.Manifest)
        .Where(manifest => manifest.Descriptor.Digest != images.Root.Descriptor.Digest);

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

    private async Task PutManifestsAsync(ImageSet images, Evidence? evidence, bool withRoot, CancellationToken cancellationToken)
    {
        var root = images.Root.Descriptor.Digest;
        foreach (var manifest in ChildrenOf(images))
        {
            await PutAsync(manifest.Descriptor.Digest.ToString(), manifest, cancellationToken);
        }

        // What evidence is about has to be there, and has no name yet.
        if (withRoot || evidence is not null)
        {
            await PutAsync(root.ToString(), images.Root, cancellationToken);
        }

        if (evidence is not null)
        {
            await PushAsync(evidence, cancellationToken);
        }
    }

    private async Task PutTagsAsync(ImageSet images, CancellationToken cancellationToken)
    {
        foreach (var tag in tags)
        {
            await PutAsync(tag, images.Root, cancellationToken);
        }
    }

    private Task PutAsync(string tagOrDigest, MemoryBlob manifest, CancellationToken cancellationToken) =>
        client.PutManifestAsync(target, tagOrDigest, manifest.Memory, manifest.Descriptor.MediaType, cancellationToken);

    /// <summary>Moves the tags to what was brought.</summary>
    /// <returns>Where the image is now.</returns>
    internal delegate Task<DestinationResult> NamingStep(CancellationToken cancellationToken);

    // A class: for a pair of numbers, each list and query would be compiled in every build.
    private sealed record SentBlob(long Size, long Sent);
}
