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

    /// <summary>Opens the bytes for one forward read. They are not verified: who reads them hashes them, which <c>VerifyingStream</c> does.</summary>
    /// <param name="cancellationToken">Stops a slow opening.</param>
    /// <returns>The bytes; the caller disposes the stream.</returns>
    public abstract ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken);
}

/// <summary>A blob in memory: manifests and configs.</summary>
internal sealed class MemoryBlob : Blob
{
    /// <summary>Creates a blob from bytes that are trusted, and names them.</summary>
    /// <param name="mediaType">Their media type.</param>
    /// <param name="content">The bytes; they must not be changed any more.</param>
    public MemoryBlob(string mediaType, ReadOnlyMemory<byte> content)
        : base(new Descriptor { MediaType = mediaType, Digest = Digest.Of(content.Span), Size = content.Length }) => Memory = content;

    /// <summary>The bytes.</summary>
    public ReadOnlyMemory<byte> Memory { get; }

    /// <summary>The bytes.</summary>
    public ReadOnlySpan<byte> Content => Memory.Span;

    /// <inheritdoc/>
    public override ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<Stream>(new MemoryStream(Memory.ToArray(), writable: false));
}

/// <summary>A blob that is a file, or a part of one (an entry of an archive).</summary>
internal sealed class FileBlob : Blob
{
    /// <summary>Creates the blob.</summary>
    /// <param name="descriptor">What the bytes are.</param>
    /// <param name="path">The file.</param>
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

    /// <summary>Opens the bytes for one forward read; they are not verified.</summary>
    /// <returns>The bytes; the caller disposes the stream.</returns>
    internal Stream OpenRead()
    {
        // The default buffer would copy every byte once more; readers bring buffers of their own.
        var file = new FileStream(Path, new FileStreamOptions { BufferSize = 0, Options = FileOptions.SequentialScan, Share = FileShare.Read | FileShare.Delete });
        file.Position = Offset;
        return new BoundedStream(file, Descriptor.Size);
    }
}
