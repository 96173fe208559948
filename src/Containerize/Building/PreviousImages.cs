using System.Security.Cryptography;
using Containerize.Bases;
using Containerize.Compression;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Building;

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
internal sealed class PreviousImages(
    RegistryClient client, IReadOnlyList<ImageReference> images, IReadOnlyList<RepositoryReference> targets, Platform platform, BlobStore store, bool verify, IReporter reporter)
{
    // What is worth fetching only to say how it differs: the layers of an app's own code have about this size, those of its packages do not.
    private const long MostToCompare = 4L * 1024 * 1024;
    private const long MostUncompressedToCompare = 64L * 1024 * 1024;

    private readonly Dictionary<ImageReference, IReadOnlyList<PreviousLayer>> _read = [];

    /// <summary>Whether the bytes of a layer are compared with what is said of them before it is used.</summary>
    internal bool Verifies => verify;

    /// <summary>Whether a record may be used: it is this machine's own knowledge, or the word of a repository that is trusted in this build.</summary>
    /// <param name="record">The record.</param>
    internal bool IsTrusted(LayerRecord record) => record.TrustedFrom is not { } repository || (!verify && images.Any(image => image.Repository == repository));

    /// <summary>The layers with an inputs hash.</summary>
    /// <param name="inputs">The hash.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal async Task<IReadOnlyList<PreviousLayer>> FindAsync(Digest inputs, CancellationToken cancellationToken)
    {
        var found = new List<PreviousLayer>();
        foreach (var image in images)
        {
            found.AddRange((await LayersOfAsync(image, cancellationToken)).Where(layer => layer.Inputs == inputs));
            if (found.Exists(layer => targets.Contains(layer.Repository)))
            {
                // There it need not even be mounted. What the others have is asked for only when a target does not have it.
                break;
            }
        }

        return found;
    }

    /// <summary>What went into the layer of a name in the image that the push replaces: on a machine that has built nothing yet, only the registry knows.</summary>
    /// <param name="name">The layer's name.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The content, without packages; null when there is no such layer, or it is too large to be fetched for a comparison.</returns>
    internal async Task<LayerContent?> TryReadContentAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var image in images)
        {
            if ((await LayersOfAsync(image, cancellationToken)).FirstOrDefault(layer => layer.Name == name) is not { } layer)
            {
                continue;
            }

            try
            {
                return layer.Blob.Descriptor.Size > MostToCompare ? null : await ReadContentAsync(layer, cancellationToken);
            }
            catch (Exception failure) when (failure is ContainerizeException or InvalidDataException or EndOfStreamException or IOException or FormatException or ZstdSharp.ZstdException)
            {
                reporter.Detail($"The layer '{name}' of {layer.Origin} cannot be compared: {failure.Message}");
                return null;
            }
        }

        return null;
    }

    private async Task<LayerContent> ReadContentAsync(PreviousLayer layer, CancellationToken cancellationToken)
    {
        // Through the store: its bytes are verified there, and the next build finds them.
        var blob = await client.FetchAsync(layer.Repository, layer.Blob.Descriptor, store, cancellationToken);
        return await TarContent.ReadAsync(layer.Inputs, blob, MostUncompressedToCompare, cancellationToken);
    }

    private async Task<IReadOnlyList<PreviousLayer>> LayersOfAsync(ImageReference image, CancellationToken cancellationToken) =>
        _read.TryGetValue(image, out var layers) ? layers : _read[image] = await ReadAsync(image, cancellationToken);

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
    internal async Task<Blob?> TryUseAsync(PreviousLayer layer, CancellationToken cancellationToken)
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

    private async Task<IReadOnlyList<PreviousLayer>> ReadAsync(ImageReference reference, CancellationToken cancellationToken)
    {
        try
        {
            var image = (await new RegistrySource(client, reference, tags: null, store, prefetch: false).OpenAsync(platform, cancellationToken)).Image;
            var layers = image.Document.Layers.Zip(image.Layers, (descriptor, layer) => LayerOf(reference, descriptor, layer)).OfType<PreviousLayer>().ToList();
            reporter.Detail($"{reference} has {layers.Count} layers that Containerize made.");
            return layers;
        }
        catch (ContainerizeException failure)
        {
            reporter.Detail($"{reference} is no help: {failure.Message}");
            return [];
        }
    }

    private static PreviousLayer? LayerOf(ImageReference reference, Descriptor descriptor, Layer layer) =>
        descriptor.Annotations is { } annotations && annotations.TryGetValue(LayerAnnotations.Inputs, out var text) && Digest.TryParse(text, out var inputs)
            ? new PreviousLayer(
                inputs,
                layer.Blob,
                layer.DiffId,
                annotations.TryGetValue(LayerAnnotations.Name, out var name) ? name : "",
                reference.Repository,
                reference.ToString())
            : null;

    private static async Task<Digest?> DiffIdOfAsync(VerifiedFile blob, CancellationToken cancellationToken)
    {
        try
        {
            await using var tar = LayerTar.Open(blob);
            return Digest.FromSha256(await SHA256.HashDataAsync(tar, cancellationToken));
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException or ZstdSharp.ZstdException)
        {
            return null;
        }
    }
}

/// <summary>A layer of an image in a registry that says what it was made from.</summary>
/// <param name="Inputs">Its inputs hash, as the image says.</param>
/// <param name="Blob">Its bytes, in the registry.</param>
/// <param name="DiffId">Its diffID, as the image says.</param>
/// <param name="Name">Its name, as the image says.</param>
/// <param name="Repository">Where the bytes are.</param>
/// <param name="Origin">The image, for messages.</param>
internal sealed record PreviousLayer(Digest Inputs, Blob Blob, Digest DiffId, string Name, RepositoryReference Repository, string Origin);
