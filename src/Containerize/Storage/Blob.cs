using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>Immutable bytes with a descriptor, wherever they lie: in memory, in a file, in a registry.</summary>
internal abstract class Blob
{
    /// <summary>Creates the blob.</summary>
    /// <param name="descriptor">What the bytes are.</param>
    protected Blob(Descriptor descriptor) => Descriptor = descriptor;

    /// <summary>What the bytes are: media type, digest, size.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>
    /// Opens the bytes for one forward read. They are not verified: who reads them hashes them, which <c>VerifyingStream</c> does.
    /// </summary>
    /// <returns>The bytes; the caller disposes the stream.</returns>
    public abstract ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure of the bytes before something is read out of them. Those that lie elsewhere are copied to this machine.
    /// </summary>
    /// <param name="store">Takes them; its own copy is used when that is whole, and moved aside otherwise.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>; or what their source throws.</exception>
    internal virtual async Task<VerifiedFile> VerifyAsync(BlobStore store, CancellationToken cancellationToken)
    {
        if (await store.TryGetVerifiedAsync(Descriptor, cancellationToken) is { } kept)
        {
            return kept;
        }

        var content = await OpenReadAsync(cancellationToken);
        await using (content.ConfigureAwait(false))
        {
            return await VerifiedFile.WriteAsync(store, Descriptor, content, "an image", cancellationToken);
        }
    }
}

/// <summary>A blob in memory: manifests and configs.</summary>
internal sealed class MemoryBlob : Blob
{
    /// <summary>Creates the blob of a document.</summary>
    public MemoryBlob(RawDocument document)
        : base(document.Descriptor) => Document = document;

    /// <summary>Creates a blob from bytes that no digest names yet.</summary>
    /// <param name="content">The bytes; they must not be changed any more.</param>
    public MemoryBlob(string mediaType, ReadOnlyMemory<byte> content)
        : this(RawDocument.Of(mediaType, content))
    {
    }

    /// <summary>The document.</summary>
    public RawDocument Document { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory => Document.Content;

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Content => Memory.Span;

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream>(new MemoryStream(Memory.ToArray(), writable: false));
}

/// <summary>A blob that is a file, or a part of one (an entry of an archive).</summary>
internal class FileBlob : Blob
{
    /// <summary>Creates the blob.</summary>
    /// <param name="descriptor">What the bytes are.</param>
    /// <param name="offset">Where the blob begins in the file, in bytes.</param>
    public FileBlob(Descriptor descriptor, string path, long offset = 0)
        : base(descriptor)
    {
        Path = path;
        Offset = offset;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Where the blob begins in the file, in bytes.</summary>
    public long Offset { get; }

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) => ValueTask.FromResult(OpenRead());

    /// <summary>
    /// Verifies the bytes where they lie. A damaged blob of the store itself is moved aside, so that it is made or fetched again.
    /// </summary>
    internal override async Task<VerifiedFile> VerifyAsync(BlobStore store, CancellationToken cancellationToken) =>
        Path != store.PathOf(Descriptor.Digest) ? await VerifiedFile.ReadAsync(this, $"'{Path}'", cancellationToken)
        : await store.TryGetVerifiedAsync(Descriptor, cancellationToken) ?? throw new ContainerizeException(
            DiagnosticCode.DigestMismatch,
            $"The copy of the blob {Descriptor.Digest} in the cache '{store.Root}' was damaged. It is moved aside; build again.");

    /// <summary>Opens the bytes for one forward read. Only those of a <see cref="VerifiedFile"/> are verified.</summary>
    /// <returns>The bytes; the caller disposes the stream.</returns>
    internal Stream OpenRead()
    {
        // The default buffer would copy every byte once more; readers bring buffers of their own.
        var file = RegularFile.OpenRead(Path, FileOptions.SequentialScan);
        file.Position = Offset;
        return new BoundedStream(file, Descriptor.Size);
    }
}
