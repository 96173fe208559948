using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Remembers which blobs of a cache were read and found whole, by the stamps of their files. It saves reading them once more before they
/// are read by a writer that verifies them anyway. A stamp does not see a disk that loses bits; a writer that finds such a blob has all of
/// this forgotten.
/// </summary>
/// <param name="store">The cache.</param>
internal sealed class VerifiedBlobs(BlobStore store)
{
    // The bytes of a new file are in memory only, and a crash of the machine may lose them and keep the stamp. Systems write within a
    // minute.
    private static readonly TimeSpan s_reachesDisk = TimeSpan.FromMinutes(2);

    /// <summary>Whether a blob was found whole, and its file is as it was then.</summary>
    internal bool Knows(FileBlob blob) => RecordOf(blob).ReadHere() is { } known && TryStamp(blob) is { } stamp && known == stamp.Text;

    /// <summary>Remembers that a blob was found whole, unless its file is too young.</summary>
    /// <param name="stamp">The stamp of its file before it was read.</param>
    internal void Note(FileBlob blob, FileStamp? stamp, DateTimeOffset now)
    {
        if (stamp is { } before && before.IsSettled(now - s_reachesDisk) && TryStamp(blob) == before)
        {
            RecordOf(blob).Write(before.Text);
        }
    }

    /// <summary>Forgets all.</summary>
    internal void Forget()
    {
        foreach (var record in CacheFiles.List(store.Root).Where(file => file.Kind == RecordKind.Verified.Name))
        {
            try
            {
                record.File.Delete();
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                // The cache can only be read.
            }
        }
    }

    /// <summary>The stamp of a blob's file; null when it cannot be had.</summary>
    internal static FileStamp? TryStamp(FileBlob blob) =>
        FileStatus.TryOf(blob.Path, followLinks: false) is { Kind: FileKind.File } status ? status.Stamp : null;

    private Record RecordOf(FileBlob blob) => new(store, RecordKind.Verified, blob.Descriptor.Digest);
}
