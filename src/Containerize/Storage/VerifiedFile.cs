using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// A blob whose bytes have been compared with its digest and size. Code that interprets what a digest names (layers, packages, indexes)
/// takes this type and no other, and the comparisons below are the only ways to get one.
/// </summary>
internal sealed class VerifiedFile : FileBlob
{
    private const int CopyBuffer = 128 * 1024;

    private VerifiedFile(FileBlob blob, Descriptor descriptor)
        : base(descriptor, blob.Path, blob.Offset)
    {
    }

    /// <summary>Verifies a file where it lies.</summary>
    /// <param name="blob">The file, or the part of one.</param>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task<VerifiedFile> ReadAsync(FileBlob blob, string origin, CancellationToken cancellationToken)
    {
        var stream = new VerifyingStream(blob.OpenRead(), blob.Descriptor, origin);
        await using (stream.ConfigureAwait(false))
        {
            await stream.CopyToAsync(Stream.Null, CopyBuffer, cancellationToken);
            return new VerifiedFile(blob, blob.Descriptor);
        }
    }

    /// <summary>Copies a stream into a store and verifies it on the way.</summary>
    /// <param name="store">The store; it keeps nothing of a stream that is not what it should be.</param>
    /// <param name="expected">What the bytes should be.</param>
    /// <param name="content">The bytes; read to the end, not disposed.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task<VerifiedFile> WriteAsync(
        BlobStore store, Descriptor expected, Stream content, string origin, CancellationToken cancellationToken)
    {
        using var writer = store.CreateWriter();
        // Not disposed: the wrapper would dispose the caller's stream.
        await new VerifyingStream(content, expected, origin).CopyToAsync(writer.Stream, CopyBuffer, cancellationToken);
        return new VerifiedFile(writer.Commit(expected), expected);
    }

    /// <summary>
    /// Adds a download to the part of a blob that a store has, and verifies all of it: what was there before as well. A part that is not
    /// what it should be is emptied, and so is one that the disk has no room for.
    /// </summary>
    /// <param name="writer">Has the bytes before the download's position, and maybe others, which are replaced.</param>
    /// <param name="expected">What all bytes should be.</param>
    /// <param name="rest">The download; read to the end, not disposed.</param>
    /// <param name="origin">Where it comes from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task<VerifiedFile> CompleteAsync(
        BlobWriter writer, Descriptor expected, Stream rest, string origin, CancellationToken cancellationToken)
    {
        try
        {
            writer.Stream.SetLength(rest.Position);
            writer.Stream.Position = 0;
            // Not disposed: the wrapper would dispose the caller's stream.
            var verifying = new VerifyingStream(rest, expected, origin);
            await verifying.BeginWithAsync(writer.Stream, cancellationToken);
            await verifying.CopyToAsync(writer.Stream, CopyBuffer, cancellationToken);
            return new VerifiedFile(writer.Commit(expected), expected);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || BlobStore.IsMismatch(failure))
        {
            writer.Stream.SetLength(0);
            throw;
        }
    }

    /// <summary>The same bytes under another media type: digest and size do not depend on it.</summary>
    internal VerifiedFile As(string mediaType) => new(this, Descriptor with { MediaType = mediaType });

    /// <summary>Opens the bytes for a reader that goes back in them, or that reads byte by byte.</summary>
    /// <exception cref="InvalidOperationException">They are a part of a file, behind which other bytes follow.</exception>
    internal FileStream OpenSeekable()
    {
        var file = RegularFile.OpenRead(Path, FileOptions.SequentialScan, CopyBuffer);
        if (Offset == 0 && file.Length == Descriptor.Size)
        {
            return file;
        }

        file.Dispose();
        throw new InvalidOperationException($"The blob {Descriptor.Digest} is not a file of its own.");
    }
}
