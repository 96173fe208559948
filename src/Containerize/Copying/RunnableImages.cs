using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>The images of a graph that engines run; statements of build tools stand beside them in indexes.</summary>
internal static class RunnableImages
{
    /// <summary>Reads them.</summary>
    /// <param name="cache">Takes configs that are read.</param>
    /// <returns>The images under the same root; null when there are none.</returns>
    internal static async Task<ImageSet?> ReadAsync(CopiedImage image, BlobStore cache, CancellationToken cancellationToken)
    {
        var blobs = image.Graph.Blobs.ToDictionary(blob => blob.Descriptor.Digest);
        var images = new List<Image>();
        foreach (var document in image.Graph.Documents.Where(each => MediaTypes.IsManifest(each.Descriptor.MediaType)))
        {
            var manifest = OciJson.ReadManifest(document, image.Origin);
            if (manifest.IsArtifact)
            {
                continue;
            }

            var config = await BlobBytes.ReadAsync(blobs[manifest.Config.Digest], image.Origin, cache, cancellationToken);
            if (TryRead(document, config, layer => blobs[layer.Digest], image.Origin) is { Config.Platform.Os: not "unknown" } read)
            {
                images.Add(read);
            }
        }

        return images.Count == 0 ? null : new ImageSet(new MemoryBlob(image.Graph.Root), images);
    }

    // What is no image that runs may be an artifact with the config of one.
    private static Image? TryRead(RawDocument manifest, byte[] config, Func<Descriptor, Blob> layer, string origin)
    {
        try
        {
            return Image.Read(new MemoryBlob(manifest), config, layer, origin);
        }
        catch (ContainerizeException failure) when (failure.Code == DiagnosticCode.InvalidDocument)
        {
            return null;
        }
    }
}
