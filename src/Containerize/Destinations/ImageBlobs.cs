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

    /// <summary>Copies blobs into a file, those that are files by the fastest way the system has. They are verified on the way.</summary>
    /// <param name="target">Takes the bytes, each blob where it stands when its turn has come.</param>
    /// <param name="blobs">The blobs.</param>
    /// <param name="write">Writes all of it; is given what copies one blob.</param>
    /// <param name="cancellationToken">Stops the copying.</param>
    /// <returns>When all is written and verified.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task CopyAllAsync(FileStream target, IEnumerable<Blob> blobs, Func<Func<Blob, CancellationToken, Task>, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // What the kernel copies is not seen here, so it is read beside that: hashing takes longer than the copying, and each hash a core.
        var verification = Parallel.ForEachAsync(blobs.OfType<FileBlob>(), stop.Token, async (blob, token) => await CopyAsync(blob, Stream.Null, token));
        try
        {
            await write((blob, token) => blob is FileBlob file ? Task.Run(() => Copy(file, target, token), token) : CopyAsync(blob, target, token), cancellationToken);
        }
        catch
        {
            await stop.CancelAsync();
            await verification.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        await verification;
    }

    private static void Copy(FileBlob blob, FileStream target, CancellationToken cancellationToken)
    {
        using var source = File.OpenHandle(blob.Path, share: FileShare.Read | FileShare.Delete);
        // A source that is too short is found out by its verification.
        FileCopy.Run(source, blob.Offset, blob.Descriptor.Size, target.SafeFileHandle, target.Position, cancellationToken);
        target.Position += blob.Descriptor.Size;
    }

    private static IEnumerable<Blob> Layers(Image image) =>
        image.Document.Layers.Zip(image.Layers).Where(layer => !MediaTypes.IsForeignLayer(layer.First.MediaType)).Select(layer => layer.Second.Blob);
}
