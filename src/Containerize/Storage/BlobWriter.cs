using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>A blob on its way into a <see cref="BlobStore"/>: a temporary file that gets its name when its digest is known.</summary>
internal sealed class BlobWriter : IDisposable
{
    private readonly BlobStore _store;
    private readonly string _path;
    private readonly FileStream _stream;
    private bool _committed;

    internal BlobWriter(BlobStore store, string path, FileStream stream)
    {
        _store = store;
        _path = path;
        _stream = stream;
    }

    /// <summary>Takes the bytes.</summary>
    public Stream Stream => _stream;

    /// <summary>Gives the bytes their name.</summary>
    /// <param name="descriptor">What they are; the caller has computed or verified it while writing.</param>
    /// <returns>The blob in the store.</returns>
    public FileBlob Commit(Descriptor descriptor)
    {
        // Not flushed to the disk itself: after a power failure a short or damaged file is found when it is read, and made again.
        _stream.Dispose();
        var blob = _store.Commit(_path, descriptor);
        _committed = true;
        return blob;
    }

    /// <summary>Removes the temporary file unless it was committed.</summary>
    public void Dispose()
    {
        _stream.Dispose();
        if (!_committed)
        {
            File.Delete(_path);
        }
    }
}
