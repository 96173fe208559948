namespace Containerize.Storage;

/// <summary>Notes in the access time of a file of the cache when it was last used; file systems note that lazily or not at all.</summary>
internal static class LastUse
{
    // A build uses a file several times; one note is enough.
    private static readonly TimeSpan s_enough = TimeSpan.FromHours(1);

    /// <summary>Notes that a file is used now.</summary>
    /// <param name="path">The file.</param>
    internal static void Note(string path)
    {
        try
        {
            var now = DateTime.UtcNow;
            if (now - File.GetLastAccessTimeUtc(path) > s_enough)
            {
                File.SetLastAccessTimeUtc(path, now);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The file counts as unused then, and is made or fetched again when it was pruned too early.
        }
    }
}
