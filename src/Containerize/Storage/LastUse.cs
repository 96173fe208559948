using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Notes when something in a cache was last used; file systems note that lazily or not at all. A record has the note in its access time.
/// Setting that changes the stamp of a file, by which blobs are known to be whole, so the note of a blob is a file of its own.
/// </summary>
internal static class LastUse
{
    /// <summary>How much later than noted a use may have been: a build uses a file several times, and one note is enough.</summary>
    internal static TimeSpan Precision { get; } = TimeSpan.FromHours(1);

    /// <summary>Notes that a record is used now.</summary>
    internal static void Note(string record)
    {
        try
        {
            var now = DateTime.UtcNow;
            if (now - File.GetLastAccessTimeUtc(record) > Precision)
            {
                File.SetLastAccessTimeUtc(record, now);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The file counts as unused then, and is made or fetched again when it was pruned too early.
        }
    }

    /// <summary>Notes that a blob is used now.</summary>
    /// <param name="name">The name of the blob's file.</param>
    internal static void NoteBlob(BlobStore store, string name)
    {
        try
        {
            var path = NoteOf(store.Root, name);
            var now = DateTime.UtcNow;
            if (!File.Exists(path))
            {
                store.WriteFile(Path.GetRelativePath(store.Root, path), []);
            }
            else if (now - File.GetLastWriteTimeUtc(path) > Precision)
            {
                File.SetLastWriteTimeUtc(path, now);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // As above.
        }
    }

    /// <summary>When a record or blob was last used. What was never used counts as used when it was written.</summary>
    /// <param name="root">The cache's directory.</param>
    internal static DateTime Of(string root, FileInfo file, bool isBlob)
    {
        var used = file.LastAccessTimeUtc > file.LastWriteTimeUtc ? file.LastAccessTimeUtc : file.LastWriteTimeUtc;
        // The time of a file that does not exist is long ago.
        return isBlob && File.GetLastWriteTimeUtc(NoteOf(root, file.Name)) is var noted && noted > used ? noted : used;
    }

    /// <summary>Where the note of a blob lies.</summary>
    internal static string NoteOf(string root, string name) => Path.Combine(root, RecordKind.Use.Name, name);
}
