using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Microsoft.Win32.SafeHandles;

namespace Containerize.Destinations;

/// <summary>The blobs that an image consists of.</summary>
internal static class ImageBlobs
{
    private const int CopyBuffer = 128 * 1024;

    /// <summary>Every blob once: index, manifests, configs, then layers. Layers that must not be passed on are left out.</summary>
    /// <param name="images">The image, or the index with its images.</param>
    internal static IReadOnlyList<Blob> Of(ImageSet images) =>
        [.. Documents(images).Concat(images.Images.SelectMany(Layers)).DistinctBy(blob => blob.Descriptor.Digest)];

    /// <summary>The same blobs, documents behind layers.</summary>
    internal static IReadOnlyList<Blob> LayersFirst(ImageSet images) =>
        [.. images.Images.SelectMany(Layers).Concat(Documents(images)).DistinctBy(blob => blob.Descriptor.Digest)];

    /// <summary>Says which layers a place gets only the names of, so that it is not taken for complete.</summary>
    /// <param name="images">The image, or the index with its images.</param>
    internal static void TellForeign(ImageSet images, string place, IReporter reporter)
    {
        var foreign = images.Images.SelectMany(image => image.Document.Layers)
            .Where(layer => MediaTypes.IsForeignLayer(layer.MediaType))
            .DistinctBy(layer => layer.Digest)
            .ToList();
        if (foreign.Count > 0)
        {
            var urls = foreign.SelectMany(layer => layer.Urls ?? []).Select(Printable.Clean).Take(1).ToList();
            var source = urls.Count == 0 ? "" : $": {urls[0]}";
            reporter.Message(
                $"{place} does not hold {foreign.Count} layer(s) of the base image, which their vendor does not let be passed on "
                + $"({foreign.Sum(layer => layer.Size)} bytes). What runs the image fetches them from where it says{source}.");
        }
    }

    /// <summary>Copies a blob, verifying it on the way.</summary>
    /// <param name="target">Takes the bytes.</param>
    /// <returns>When all bytes are written.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task CopyAsync(Blob blob, Stream target, CancellationToken cancellationToken)
    {
        var origin = blob is FileBlob file ? $"'{file.Path}'" : "the image";
        var content = new VerifyingStream(await OpenAsync(blob, cancellationToken), blob.Descriptor, origin);
        await using (content.ConfigureAwait(false))
        {
            await content.CopyToAsync(target, CopyBuffer, cancellationToken);
        }
    }

    /// <summary>Verifies the blobs that are files, on all cores, but for those that this process has verified.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static Task VerifyFilesAsync(IEnumerable<Blob> blobs, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(blobs.OfType<FileBlob>().Where(blob => blob is not VerifiedFile), cancellationToken, async (blob, token) =>
        {
            try
            {
                await CopyAsync(blob, Stream.Null, token);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                throw Unreadable(blob, failure);
            }
        });

    /// <summary>Copies a blob into a file, the fastest way. A file is not verified, see <see cref="VerifyFilesAsync"/>.</summary>
    /// <param name="target">Takes the bytes where it stands.</param>
    internal static Task CopyToFileAsync(Blob blob, FileStream target, CancellationToken cancellationToken) =>
        blob is FileBlob file
            ? Task.Run(() => Copy(file, target, cancellationToken), cancellationToken)
            : CopyAsync(blob, target, cancellationToken);

    // What is missing here is a layer, and no fault of the place that it goes to.
    private static async Task<Stream> OpenAsync(Blob blob, CancellationToken cancellationToken)
    {
        try
        {
            return await blob.OpenReadAsync(cancellationToken);
        }
        catch (Exception failure) when (blob is FileBlob file && FileFailure.IsOne(failure))
        {
            throw Unreadable(file, failure);
        }
    }

    private static ContainerizeException Unreadable(FileBlob blob, Exception failure) => new(
        DiagnosticCode.DigestMismatch,
        $"The blob {blob.Descriptor.Digest} of the image cannot be read from '{blob.Path}': {failure.Message} "
        + $"It was deleted or damaged after the image was built.",
        failure);

    private static void Copy(FileBlob blob, FileStream target, CancellationToken cancellationToken)
    {
        using var source = Open(blob);
        var size = blob.Descriptor.Size;
        var copied = FileCopy.Run(source, blob.Offset, size, target.SafeFileHandle, target.Position, cancellationToken);
        // Of the others, their verification says it.
        if (copied < size && blob is VerifiedFile)
        {
            throw Unreadable(blob, new EndOfStreamException($"It ends after {copied} of {size} bytes."));
        }

        target.Position += blob.Descriptor.Size;
    }

    private static SafeFileHandle Open(FileBlob blob)
    {
        try
        {
            return RegularFile.OpenHandle(blob.Path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Unreadable(blob, failure);
        }
    }

    private static IEnumerable<Blob> Documents(ImageSet images) =>
        new Blob[] { images.Root }.Concat(images.Images.SelectMany(image => new Blob[] { image.Manifest, image.Config.Blob }));

    private static IEnumerable<Blob> Layers(Image image) =>
        image.Document.Layers.Zip(image.Layers, (named, layer) => MediaTypes.IsForeignLayer(named.MediaType) ? null : layer.Blob)
            .OfType<Blob>();
}
