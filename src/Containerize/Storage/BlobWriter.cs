using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>A blob on its way into a <see cref="BlobStore"/>: a temporary file that gets its name when its digest is known.</summary>
internal sealed class BlobWriter(BlobStore store, AtomicFile file) : IDisposable
{
    /// <summary>Takes the bytes. One that an earlier build began has bytes already; it stands at the first of them.</summary>
    internal Stream Stream => file.Stream;

    /// <summary>Gives the bytes their name.</summary>
    /// <param name="descriptor">What they are; the caller has computed or verified it while writing.</param>
    internal FileBlob Commit(Descriptor descriptor)
    {
        // Not flushed to the disk itself: after a power failure a short or damaged file is found when it is read, and made again.
        return store.Commit(file, descriptor);
    }

    /// <summary>Removes the temporary file unless it was committed, or is a part that the next build goes on with.</summary>
    public void Dispose() => file.Dispose();
}
