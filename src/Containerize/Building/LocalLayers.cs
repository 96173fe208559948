using Containerize.Images;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Building;

/// <summary>Brings layers that lie in a registry to this machine, for destinations that need their bytes, and verify them.</summary>
internal static class LocalLayers
{
    /// <summary>The same images with all layers in files. Documents and digests do not change.</summary>
    /// <param name="client">Fetches what the cache lacks.</param>
    public static async Task<ImageSet> FetchAsync(
        ImageSet images, RegistryClient client, BlobStore cache, CancellationToken cancellationToken)
    {
        return images with { Images = await Task.WhenAll(images.Images.Select(LocalizeImageAsync)) };

        async Task<Image> LocalizeImageAsync(Image image) => image.WithLayers(await Task.WhenAll(image.Layers.Select(LocalizeAsync)));

        async Task<Layer> LocalizeAsync(Layer layer) =>
            layer.Blob is RegistryBlob remote && !MediaTypes.IsForeignLayer(remote.Descriptor.MediaType)
                ? layer with
                {
                    Blob = client.TryGetDownloaded(remote.Descriptor, cache)
                        ?? await cache.TryGetForVerifiedUseAsync(remote.Descriptor, cancellationToken)
                        ?? await client.FetchAsync(remote.Repository, remote.Descriptor, cache, cancellationToken),
                }
                : layer;
    }
}
