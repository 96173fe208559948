using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>A repository in a registry. Blobs go first, then manifests by digest, and the tags move last.</summary>
public sealed class RegistryDestination : IImageDestination
{
    private readonly RegistryClient _client;
    private readonly RepositoryReference _target;
    private readonly IReadOnlyList<string> _tags;

    /// <summary>Creates the destination.</summary>
    /// <param name="client">Talks to the registry.</param>
    /// <param name="target">The repository.</param>
    /// <param name="tags">The tags to move.</param>
    public RegistryDestination(RegistryClient client, RepositoryReference target, IReadOnlyList<string> tags)
    {
        _client = client;
        _target = target;
        _tags = tags;
    }

    /// <inheritdoc/>
    public async Task<DestinationResult> WriteAsync(ImageSet images, CancellationToken cancellationToken)
    {
        var blobs = images.Images
            .SelectMany(image => image.Layers.Select(layer => layer.Blob).Where(blob => !MediaTypes.IsForeignLayer(blob.Descriptor.MediaType)).Append(image.Config.Blob))
            .DistinctBy(blob => blob.Descriptor.Digest);
        var sent = await Task.WhenAll(blobs.Select(async blob => (blob.Descriptor.Size, await _client.PushBlobAsync(_target, blob, cancellationToken))));
        foreach (var manifest in images.Images.Select(image => image.Manifest).Where(manifest => manifest.Descriptor.Digest != images.Root.Descriptor.Digest))
        {
            await PutAsync(manifest.Descriptor.Digest.ToString(), manifest, cancellationToken);
        }

        foreach (var tag in _tags)
        {
            await PutAsync(tag, images.Root, cancellationToken);
        }

        return new DestinationResult(
            "registry",
            [.. _tags.Select(tag => $"{_target}:{tag}")],
            sent.Sum(blob => blob.Item2.BytesSent),
            sent.Sum(blob => blob.Size - Math.Min(blob.Size, blob.Item2.BytesSent)));
    }

    private Task PutAsync(string target, MemoryBlob manifest, CancellationToken cancellationToken) =>
        _client.PutManifestAsync(_target, target, manifest.Memory, manifest.Descriptor.MediaType, cancellationToken);
}
