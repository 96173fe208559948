using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>A blob on its way into a <see cref="BlobStore"/>: a temporary file that gets its name when its digest is known.</summary>
internal sealed class BlobWriter : IDisposable
{
    private readonly BlobStore _store;
    private readonly AtomicFile _file;

    internal BlobWriter(BlobStore store, AtomicFile file)
    {
        _store = store;
        _file = file;
    }

    /// <summary>Takes the bytes.</summary>
    internal Stream Stream => _file.Stream;

    /// <summary>Gives the bytes their name.</summary>
    /// <param name="descriptor">What they are; the caller has computed or verified it while writing.</param>
    internal FileBlob Commit(Descriptor descriptor)
    {
        // Not flushed to the disk itself: after a power failure a short or damaged file is found when it is read, and made again.
        return _store.Commit(_file, descriptor);
    }

    /// <summary>Removes the temporary file unless it was committed.</summary>
    public void Dispose() => _file.Dispose();
}
