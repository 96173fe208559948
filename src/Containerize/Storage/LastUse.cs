using Containerize.Files;

namespace Containerize.Storage;

/// <summary>Notes in the access time of a file of the cache when it was last used; file systems note that lazily or not at all.</summary>
internal static class LastUse
{
    /// <summary>How much later than noted a use may have been: a build uses a file several times, and one note is enough.</summary>
    internal static TimeSpan Precision { get; } = TimeSpan.FromHours(1);

    /// <summary>Notes that a file is used now.</summary>
    /// <param name="path">The file.</param>
    internal static void Note(string path)
    {
        try
        {
            var now = DateTime.UtcNow;
            if (now - File.GetLastAccessTimeUtc(path) > Precision)
            {
                File.SetLastAccessTimeUtc(path, now);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The file counts as unused then, and is made or fetched again when it was pruned too early.
        }
    }
}
