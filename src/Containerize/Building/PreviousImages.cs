using Containerize.Compression;
using Containerize.Bases;
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
/// <param name="request">Which images, and how far they are trusted.</param>
/// <param name="platform">The platform of the image that is built.</param>
/// <param name="store">Keeps documents, and blobs that are fetched to be compared.</param>
/// <param name="reporter">Is told what could not be read.</param>
internal sealed class PreviousImages(RegistryClient client, ReuseRequest request, Platform platform, BlobStore store, IReporter reporter)
{
    // What is worth fetching only to say how it differs: layers of an app's own code have about this size, those of its packages do not.
    private const long MostToCompare = 4L * 1024 * 1024;
    private const long MostUncompressedToCompare = 64L * 1024 * 1024;

    private readonly IReadOnlyList<ImageReference> _images = request.Images;
    private readonly Dictionary<ImageReference, IReadOnlyList<PreviousLayer>> _read = [];

    /// <summary>Whether the project trusts images, so that a layer need not be made to be used.</summary>
    internal bool Trusts => request.Trusts;

    /// <summary>Whether a layer may be used on the word of its image.</summary>
    internal bool MayTrust(PreviousLayer layer) => request.MayTrust(layer.Repository);

    /// <summary>The layers with an inputs hash.</summary>
    internal async Task<IReadOnlyList<PreviousLayer>> FindAsync(Digest inputs, CancellationToken cancellationToken)
    {
        var found = new List<PreviousLayer>();
        foreach (var image in _images)
        {
            found.AddRange((await LayersOfAsync(image, cancellationToken)).Where(layer => layer.Inputs == inputs));
            if (found.Exists(layer => request.Targets.Contains(layer.Repository)))
            {
                // There it need not even be mounted. What the others have is asked for only when a target does not have it.
                break;
            }
        }

        return found;
    }

    /// <summary>What went into a layer of the image that the push replaces: on a fresh machine, only the registry knows.</summary>
    /// <param name="name">The layer's name.</param>
    /// <returns>The content, without packages; null when there is no such layer, or it is too large to be fetched for this.</returns>
    internal async Task<LayerContent?> TryReadContentAsync(string name, CancellationToken cancellationToken)
    {
        foreach (var image in _images)
        {
            if ((await LayersOfAsync(image, cancellationToken)).FirstOrDefault(layer => layer.Name == name) is not { } layer)
            {
                continue;
            }

            try
            {
                return layer.Descriptor.Size > MostToCompare ? null : await ReadContentAsync(layer, cancellationToken);
            }
            catch (Exception failure) when (TarDamage.IsOne(failure) || failure is ContainerizeException or IOException)
            {
                reporter.Detail($"The layer '{name}' of {layer.Image} cannot be compared: {failure.Message}");
                return null;
            }
        }

        return null;
    }

    private async Task<LayerContent> ReadContentAsync(PreviousLayer layer, CancellationToken cancellationToken)
    {
        // Through the store: its bytes are verified there, and the next build finds them.
        var blob = await client.FetchAsync(layer.Repository, layer.Descriptor, store, cancellationToken);
        return await TarContent.ReadAsync(layer.Inputs, blob, MostUncompressedToCompare, cancellationToken);
    }

    private async Task<IReadOnlyList<PreviousLayer>> LayersOfAsync(ImageReference image, CancellationToken cancellationToken) =>
        _read.TryGetValue(image, out var layers) ? layers : _read[image] = await ReadAsync(image, cancellationToken);

    /// <summary>Looks for a blob that was made here, and whose bytes are gone, in the repositories that the image goes to.</summary>
    internal async Task<Blob?> TryFindBlobAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        foreach (var target in request.IsOff ? [] : request.Targets)
        {
            if (await HasAsync(target, descriptor, cancellationToken))
            {
                return client.CreateBlob(target, descriptor);
            }
        }

        return null;
    }

    /// <summary>The blob of a layer in the registry, if it is still there.</summary>
    /// <param name="own">What this build knows of the blob: nothing of what the image says is taken over.</param>
    internal async Task<Blob?> TryLocateAsync(PreviousLayer layer, Descriptor own, CancellationToken cancellationToken) =>
        await HasAsync(layer.Repository, own, cancellationToken)
            ? client.CreateBlob(layer.Repository, own with { Annotations = null })
            : null;

    /// <summary>The blob of a layer that is taken to be what its image says, if it is still there.</summary>
    /// <param name="encoding">How this build would have stored it.</param>
    internal async Task<Blob?> TryTrustAsync(PreviousLayer layer, LayerEncoding encoding, CancellationToken cancellationToken)
    {
        // Registries do not always tell the size of a blob, or not the right one.
        var said = new Descriptor { MediaType = encoding.MediaType, Digest = layer.Digest, Size = layer.Descriptor.Size };
        return await HasAsync(layer.Repository, said, cancellationToken) ? client.CreateBlob(layer.Repository, said) : null;
    }

    private async Task<bool> HasAsync(RepositoryReference repository, Descriptor descriptor, CancellationToken cancellationToken)
    {
        try
        {
            return await client.HasBlobAsync(repository, descriptor, cancellationToken);
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
            var source = new RegistrySource(client, reference, tags: null, store, prefetch: false);
            var image = (await source.OpenAsync(platform, cancellationToken)).Image;
            var layers = image.Document.Layers
                .Zip(image.Layers, (descriptor, layer) => LayerOf(reference, descriptor, layer))
                .OfType<PreviousLayer>()
                .ToList();
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
        descriptor.Annotations is { } annotations
        && annotations.TryGetValue(LayerAnnotations.Inputs, out var text) && Digest.TryParse(text, out var inputs)
            ? new PreviousLayer(
                inputs,
                new Descriptor { MediaType = descriptor.MediaType, Digest = descriptor.Digest, Size = descriptor.Size },
                layer.DiffId,
                annotations.TryGetValue(LayerAnnotations.Name, out var name) ? name : "",
                reference)
            : null;
}

/// <summary>A layer of an image in a registry that says what it was made from. All of it is a claim.</summary>
/// <param name="Inputs">Its inputs hash.</param>
/// <param name="Descriptor">Its blob. It is for reading it; no image of this build gets it.</param>
/// <param name="DiffId">Its diffID.</param>
/// <param name="Name">Its name.</param>
/// <param name="Image">The image.</param>
internal sealed record PreviousLayer(Digest Inputs, Descriptor Descriptor, Digest DiffId, string Name, ImageReference Image)
{
    /// <summary>The digest of its blob.</summary>
    internal Digest Digest => Descriptor.Digest;

    /// <summary>Where it is.</summary>
    internal RepositoryReference Repository => Image.Repository;
}
