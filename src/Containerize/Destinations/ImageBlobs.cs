using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>The blobs that an image consists of.</summary>
internal static class ImageBlobs
{
    private const int CopyBuffer = 128 * 1024;

    /// <summary>Every blob once: index, manifests, configs, then layers. Layers that their vendor lets nobody pass on are left out.</summary>
    /// <param name="images">The image, or the index with its images.</param>
    /// <returns>The blobs.</returns>
    internal static IReadOnlyList<Blob> Of(ImageSet images) =>
    [
        .. new Blob[] { images.Root }
            .Concat(images.Images.SelectMany(image => new Blob[] { image.Manifest, image.Config.Blob }))
            .Concat(images.Images.SelectMany(Layers))
            .DistinctBy(blob => blob.Descriptor.Digest),
    ];

    /// <summary>Copies a blob, verifying it on the way.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="target">Takes the bytes.</param>
    /// <param name="cancellationToken">Stops the copying.</param>
    /// <returns>When all bytes are written.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task CopyAsync(Blob blob, Stream target, CancellationToken cancellationToken)
    {
        var origin = blob is FileBlob file ? $"'{Printable.Clean(file.Path)}'" : "the image";
        var content = new VerifyingStream(await blob.OpenReadAsync(cancellationToken), blob.Descriptor, origin);
        await using (content.ConfigureAwait(false))
        {
            await content.CopyToAsync(target, CopyBuffer, cancellationToken);
        }
    }

    private static IEnumerable<Blob> Layers(Image image) =>
        image.Document.Layers.Zip(image.Layers).Where(layer => !MediaTypes.IsForeignLayer(layer.First.MediaType)).Select(layer => layer.Second.Blob);
}
