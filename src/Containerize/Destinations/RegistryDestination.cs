using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>A repository in a registry. Blobs go first, then manifests by digest, and the tags move last.</summary>
internal sealed class RegistryDestination : IImageDestination
{
    private readonly RegistryClient _client;
    private readonly RepositoryReference _target;
    private readonly IReadOnlyList<string> _tags;
    private readonly IReporter _reporter;
    private readonly UploadBudget? _budget;

    /// <summary>Creates the destination.</summary>
    /// <param name="client">Talks to the registry.</param>
    /// <param name="target">The repository.</param>
    /// <param name="tags">The tags to move.</param>
    /// <param name="reporter">Is told when everything has to be sent again.</param>
    /// <param name="budget">How much may be sent; null for as much as it takes.</param>
    public RegistryDestination(RegistryClient client, RepositoryReference target, IReadOnlyList<string> tags, IReporter reporter, UploadBudget? budget = null)
    {
        _budget = budget;
        _client = client;
        _target = target;
        _tags = tags;
        _reporter = reporter;
    }

    /// <summary>Writes an image to several registries at once. One that fails does not keep it from the others.</summary>
    /// <param name="destinations">The registries.</param>
    /// <param name="images">The image, or the index with its images.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <returns>Where the image is now.</returns>
    /// <exception cref="ContainerizeException">Why one or more registries do not have it; the message says which ones have.</exception>
    public static async Task<IReadOnlyList<DestinationResult>> WriteAllAsync(IReadOnlyList<RegistryDestination> destinations, ImageSet images, CancellationToken cancellationToken)
    {
        var pushes = destinations.Select(destination => destination.WriteAsync(images, cancellationToken)).ToList();
        await ((Task)Task.WhenAll(pushes)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var failures = pushes.Select(push => push.Exception?.InnerException).OfType<ContainerizeException>().ToList();
        var arrived = pushes.Where(push => push.IsCompletedSuccessfully).SelectMany(push => push.Result.Locations).ToList();
        return failures.Count == 0 || destinations.Count == 1
            ? await Task.WhenAll(pushes)
            : throw new ContainerizeException(
                failures[0].Code,
                string.Join(' ', failures.Select(failure => failure.Message).Append(arrived.Count == 0 ? "No other registry has the image." : $"The image is at {string.Join(", ", arrived)}.")),
                failures[0]);
    }

    /// <inheritdoc/>
    public async Task<bool> HoldsAsync(ImageSet images, CancellationToken cancellationToken)
    {
        try
        {
            var there = await Task.WhenAll(_tags.Select(tag => _client.TryResolveTargetAsync(_target, tag, cancellationToken)));
            return Array.TrueForAll(there, manifest => manifest?.Digest == images.Root.Descriptor.Digest);
        }
        catch (ContainerizeException)
        {
            // The push will find out why, and say it.
            return false;
        }
    }

    /// <inheritdoc/>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken)
    {
        if (await HoldsAsync(images, cancellationToken))
        {
            return Result([.. BlobsOf(images).Select(blob => (blob.Descriptor.Size, 0L))]);
        }

        var sent = await PushBlobsAsync(images, evenIfThere: false, cancellationToken);
        // Before anything has a name: what exceeds the budget is not published where that is an error.
        _budget?.Check(_target, sent.Sum(blob => blob.Sent));
        try
        {
            await PutManifestsAsync(images, cancellationToken);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.RegistryContentMissing)
        {
            // Some registries say that they have what they lack, in another storage or after a clean-up.
            _reporter.Message($"{failure.Message} Sending everything once more.");
            var again = await PushBlobsAsync(images, evenIfThere: true, cancellationToken);
            sent = [.. sent.Zip(again, (first, second) => (first.Size, first.Sent + second.Sent))];
            await PutManifestsAsync(images, cancellationToken);
        }

        return Result(sent);
    }

    private DestinationResult Result(IReadOnlyList<(long Size, long Sent)> blobs) => new(
        "registry",
        [.. _tags.Select(tag => $"{_target}:{tag}")],
        blobs.Sum(blob => blob.Sent),
        blobs.Sum(blob => blob.Size - Math.Min(blob.Size, blob.Sent)));

    private static IEnumerable<Blob> BlobsOf(ImageSet images) => images.Images
        .SelectMany(image => image.Layers.Select(layer => layer.Blob).Where(blob => !MediaTypes.IsForeignLayer(blob.Descriptor.MediaType)).Append(image.Config.Blob))
        .DistinctBy(blob => blob.Descriptor.Digest);

    private async Task<IReadOnlyList<(long Size, long Sent)>> PushBlobsAsync(ImageSet images, bool evenIfThere, CancellationToken cancellationToken) =>
        await Task.WhenAll(BlobsOf(images).Select(async blob => (blob.Descriptor.Size, (await _client.PushBlobAsync(_target, blob, cancellationToken, evenIfThere)).BytesSent)));

    private async Task PutManifestsAsync(ImageSet images, CancellationToken cancellationToken)
    {
        foreach (var manifest in images.Images.Select(image => image.Manifest).Where(manifest => manifest.Descriptor.Digest != images.Root.Descriptor.Digest))
        {
            await PutAsync(manifest.Descriptor.Digest.ToString(), manifest, cancellationToken);
        }

        foreach (var tag in _tags)
        {
            await PutAsync(tag, images.Root, cancellationToken);
        }
    }

    private Task PutAsync(string target, MemoryBlob manifest, CancellationToken cancellationToken) =>
        _client.PutManifestAsync(_target, target, manifest.Memory, manifest.Descriptor.MediaType, cancellationToken);
}
