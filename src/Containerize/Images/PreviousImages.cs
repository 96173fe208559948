using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>
/// Images in registries whose layers may be the ones that this build is about to make: those that the push is going to replace, and those
/// that the project names. They are read when a layer is missing here, and only then. That they cannot be read is no failure.
/// </summary>
/// <param name="client">Talks to the registries.</param>
/// <param name="images">The images, those that are likeliest to help first.</param>
/// <param name="targets">The repositories that the image goes to.</param>
/// <param name="platform">The platform of the image that is built.</param>
/// <param name="store">Keeps documents, and blobs that are verified.</param>
/// <param name="verify">Whether the bytes of a layer are fetched and compared with what the image says of them, before it is used.</param>
/// <param name="reporter">Is told what could not be read.</param>
public sealed class PreviousImages(
    RegistryClient client, IReadOnlyList<ImageReference> images, IReadOnlyList<RepositoryReference> targets, Platform platform, BlobStore store, bool verify, IReporter reporter)
{
    private readonly Dictionary<ImageReference, IReadOnlyList<ForeignLayer>> _read = [];

    /// <summary>Whether the bytes of a layer are compared with what is said of them before it is used.</summary>
    internal bool Verifies => verify;

    /// <summary>Whether a record may be used: it is this machine's own knowledge, or the word of a repository that is trusted in this build.</summary>
    /// <param name="record">The record.</param>
    internal bool IsTrusted(LayerRecord record) => record.TrustedFrom is not { } repository || (!verify && images.Any(image => image.Repository == repository));

    /// <summary>The layers with an inputs hash.</summary>
    /// <param name="inputs">The hash.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<IReadOnlyList<ForeignLayer>> FindAsync(Digest inputs, CancellationToken cancellationToken)
    {
        foreach (var image in images)
        {
            if (!_read.TryGetValue(image, out var layers))
            {
                _read[image] = layers = await ReadAsync(image, cancellationToken);
            }

            if (layers.Where(layer => layer.Inputs == inputs).ToList() is { Count: > 0 } found)
            {
                return found;
            }
        }

        return [];
    }

    /// <summary>Looks for a blob that was made here once, and of which only the bytes are gone, in the repositories that the image goes to.</summary>
    /// <param name="descriptor">The blob.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<Blob?> TryFindBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        foreach (var target in targets)
        {
            if (await HasAsync(target, descriptor, cancellationToken))
            {
                return client.CreateBlob(target, descriptor);
            }
        }

        return null;
    }

    /// <summary>Makes sure that a layer is still there, and that it is what it says where that is asked for.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The layer's blob; null when it must not be used.</returns>
    internal async Task<Blob?> TryUseAsync(ForeignLayer layer, CancellationToken cancellationToken)
    {
        if (!await HasAsync(layer.Repository, layer.Blob.Descriptor, cancellationToken))
        {
            return null;
        }

        if (!verify)
        {
            return layer.Blob;
        }

        try
        {
            var local = await client.FetchAsync(layer.Repository, layer.Blob.Descriptor, store, cancellationToken);
            if (await DiffIdOfAsync(local, cancellationToken) == layer.DiffId)
            {
                return layer.Blob;
            }

            reporter.Warning(DiagnosticCode.ForeignLayerMismatch, $"The layer {layer.Blob.Descriptor.Digest} of {layer.Origin} does not hold what the image says ({layer.DiffId}). It is not used. If nobody but your builds pushes there, look into it.");
        }
        catch (ContainerizeException failure)
        {
            reporter.Detail($"The layer {layer.Blob.Descriptor.Digest} of {layer.Origin} cannot be verified and is not used: {failure.Message}");
        }

        return null;
    }

    private async Task<bool> HasAsync(RepositoryReference repository, Descriptor descriptor, CancellationToken cancellationToken)
    {
        try
        {
            return await client.HasBlobAsync(repository, descriptor.Digest, cancellationToken);
        }
        catch (ContainerizeException failure)
        {
            reporter.Detail($"Whether {repository} has {descriptor.Digest} could not be found out: {failure.Message}");
            return false;
        }
    }

    private async Task<IReadOnlyList<ForeignLayer>> ReadAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        try
        {
            var image = (await new RegistrySource(client, reference, tags: null, store, prefetch: false).OpenAsync(platform, cancellationToken)).Image;
            var layers = image.Document.Layers.Zip(image.Layers, (descriptor, layer) => LayerOf(reference, descriptor, layer)).OfType<ForeignLayer>().ToList();
            reporter.Detail($"{reference} has {layers.Count} layers that Containerize made.");
            return layers;
        }
        catch (ContainerizeException failure)
        {
            reporter.Detail($"{reference} is no help: {failure.Message}");
            return [];
        }
    }

    private static ForeignLayer? LayerOf(ImageReference reference, Descriptor descriptor, Layer layer) =>
        descriptor.Annotations is { } annotations && annotations.TryGetValue(LayerAnnotations.Inputs, out var text) && Digest.TryParse(text, out var inputs)
            ? new ForeignLayer(
                inputs,
                layer.Blob,
                layer.DiffId,
                reference.Repository,
                reference.ToString())
            : null;

    private static async Task<Digest?> DiffIdOfAsync(FileBlob blob, CancellationToken cancellationToken)
    {
        await using var stored = await blob.OpenReadAsync(cancellationToken);
        Stream? plain = blob.Descriptor.MediaType switch
        {
            MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => new GZipStream(stored, CompressionMode.Decompress),
            MediaTypes.OciLayer or MediaTypes.DockerLayer => stored,
            _ => null,
        };
        try
        {
            return plain is null ? null : Digest.FromSha256(await SHA256.HashDataAsync(plain, cancellationToken));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

/// <summary>A layer of an image in a registry that says what it was made from.</summary>
/// <param name="Inputs">Its inputs hash, as the image says.</param>
/// <param name="Blob">Its bytes, in the registry.</param>
/// <param name="DiffId">Its diffID, as the image says.</param>
/// <param name="Repository">Where the bytes are.</param>
/// <param name="Origin">The image, for messages.</param>
internal sealed record ForeignLayer(Digest Inputs, Blob Blob, Digest DiffId, RepositoryReference Repository, string Origin);
