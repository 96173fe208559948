using Containerize.Oci;
using Containerize.Registry;
using Containerize.Storage;

namespace Containerize.Copying;

/// <summary>Brings the bytes of blobs near, verified.</summary>
internal static class BlobBytes
{
    /// <summary>Reads a small blob.</summary>
    /// <param name="cache">Keeps those of registries.</param>
    /// <param name="most">How many bytes it may have.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: too large;
    /// <see cref="DiagnosticCode.DigestMismatch"/>, or what its source says.</exception>
    internal static async Task<byte[]> ReadAsync(
        Blob blob, string origin, BlobStore cache, CancellationToken cancellationToken, long most = OciJson.MaxDocumentSize)
    {
        if (blob.Descriptor.Size > most)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The blob {blob.Descriptor.Digest} of {origin} is read as a document and has more than {most} bytes; " +
                $"no image needs that.");
        }

        var near = (await FetchAsync([blob], cache, cancellationToken))[0];
        var content = new VerifyingStream(await near.OpenReadAsync(cancellationToken), blob.Descriptor, origin);
        await using (content.ConfigureAwait(false))
        {
            using var bytes = new MemoryStream();
            await content.CopyToAsync(bytes, cancellationToken);
            return bytes.ToArray();
        }
    }

    /// <summary>Fetches blobs of registries into the cache, several at a time; what is on this machine stays where it is.</summary>
    /// <returns>The blobs, in their order.</returns>
    internal static Task<Blob[]> FetchAsync(IEnumerable<Blob> blobs, BlobStore cache, CancellationToken cancellationToken) =>
        Task.WhenAll(blobs.Select(async blob => blob is RegistryBlob ? await blob.VerifyAsync(cache, cancellationToken) : blob));
}

/// <summary>A part of a file of the user, which is compared with its digest each time it is read.</summary>
/// <param name="file">The part.</param>
/// <param name="origin">What users call the place, for the error message.</param>
internal sealed class CheckedBlob(FileBlob file, string origin) : Blob(file.Descriptor)
{
    /// <inheritdoc/>
    public override async ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) =>
        new VerifyingStream(await file.OpenReadAsync(cancellationToken), Descriptor, origin);
}
