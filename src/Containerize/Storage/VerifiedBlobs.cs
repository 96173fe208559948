using System.Globalization;
using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Remembers which blobs of a cache were read and found whole, by the stamps of their files. It saves reading them once more before somebody
/// reads them who verifies them anyway. A stamp does not see a disk that loses bits; whoever finds such a blob has all of this forgotten.
/// </summary>
/// <param name="store">The cache.</param>
internal sealed class VerifiedBlobs(BlobStore store)
{
    private const string Kind = "verified";

    // The bytes of a new file are in memory only, and a crash of the machine may lose them and keep the stamp. Systems write within a minute.
    private static readonly TimeSpan s_reachesDisk = TimeSpan.FromMinutes(2);

    /// <summary>Whether a blob was found whole, and its file is as it was then.</summary>
    /// <param name="blob">The blob.</param>
    /// <returns>Whether it was.</returns>
    internal bool Knows(FileBlob blob) =>
        SealedFile.TryRead(store, NameOf(blob), Title(blob)) is { } known && TryStamp(blob) is { } stamp && known == Text(stamp);

    /// <summary>Remembers that a blob was found whole, unless its file is too young.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="stamp">The stamp of its file before it was read.</param>
    /// <param name="now">The time.</param>
    internal void Note(FileBlob blob, FileStamp? stamp, DateTimeOffset now)
    {
        if (stamp is { } before && before.IsSettled(now - s_reachesDisk) && TryStamp(blob) == before)
        {
            SealedFile.TryWrite(store, NameOf(blob), Title(blob), Text(before));
        }
    }

    /// <summary>Forgets all.</summary>
    internal void Forget()
    {
        try
        {
            Directory.Delete(Path.Combine(store.Root, Kind), recursive: true);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Nothing was remembered, or the cache can only be read.
        }
    }

    /// <summary>The stamp of a blob's file.</summary>
    /// <param name="blob">The blob.</param>
    /// <returns>The stamp; null when there is none to be had.</returns>
    internal static FileStamp? TryStamp(FileBlob blob)
    {
        try
        {
            return FileStamp.Of(blob.Path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    private static string NameOf(FileBlob blob) => Path.Combine(Kind, blob.Descriptor.Digest.Algorithm, blob.Descriptor.Digest.Hex);

    private static string Title(FileBlob blob) => $"{Kind} 1 {blob.Descriptor.Digest}";

    private static string Text(FileStamp stamp) =>
        string.Create(CultureInfo.InvariantCulture, $"{stamp.Size} {stamp.Modified} {stamp.Changed} {stamp.Inode}\n");
}
