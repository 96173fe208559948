using Containerize.Files;

namespace Containerize.Storage;

/// <summary>What lies in a cache: the files of all its directories, but for those that only live as long as a build.</summary>
internal static class CacheFiles
{
    private const string Blobs = "blobs";

    private static readonly string[] s_passing = ["tmp", "leases", "locks"];

    private static readonly EnumerationOptions s_all = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };

    /// <summary>Lists the files. Links are not followed.</summary>
    /// <param name="root">The cache's directory.</param>
    /// <returns>The files; those that vanish meanwhile are left out.</returns>
    internal static IEnumerable<CacheFile> List(string root)
    {
        foreach (var directory in new DirectoryInfo(root).EnumerateDirectories().Where(directory => directory.LinkTarget is null && !s_passing.Contains(directory.Name)))
        {
            foreach (var file in directory.EnumerateFiles("*", s_all))
            {
                if (Look(file, directory.Name) is { } found)
                {
                    yield return found;
                }
            }
        }
    }

    /// <summary>When a file was last used. What nobody notes the use of was used when it was written.</summary>
    /// <param name="file">The file.</param>
    /// <returns>The time.</returns>
    internal static DateTime UsedAt(FileInfo file) => file.LastAccessTimeUtc > file.LastWriteTimeUtc ? file.LastAccessTimeUtc : file.LastWriteTimeUtc;

    private static CacheFile? Look(FileInfo file, string kind)
    {
        try
        {
            return new CacheFile(file, kind, kind == Blobs, file.Length, UsedAt(file));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }
}

/// <summary>A file of a cache.</summary>
/// <param name="File">The file.</param>
/// <param name="Kind">The directory that it lies in.</param>
/// <param name="IsBlob">Whether it counts for the size; everything else is small.</param>
/// <param name="Size">Its size, in bytes.</param>
/// <param name="UsedAt">When it was last used.</param>
internal sealed record CacheFile(FileInfo File, string Kind, bool IsBlob, long Size, DateTime UsedAt);
