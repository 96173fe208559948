using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Announces that a build uses a cache, so that nothing it uses is pruned: a file that the build keeps locked. The kernel drops the lock
/// with the process, however that ends.
/// </summary>
internal sealed class BuildLease : IDisposable
{
    // Where locks do not reach (another machine, a file system without them), a build may take this long.
    private static readonly TimeSpan s_longestUnseenBuild = TimeSpan.FromDays(1);

    private readonly FileStream _file;

    private BuildLease(FileStream file) => _file = file;

    /// <summary>Announces a build.</summary>
    /// <returns>The lease; disposing it ends the announcement. Null when the cache cannot be written, so that it is not pruned
    /// either.</returns>
    internal static BuildLease? Take(BlobStore store)
    {
        try
        {
            return new BuildLease(AbandonedFiles.Create(store.CreateDirectory(CacheFiles.Leases), FileModes.PrivateData));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>
    /// When the oldest of the running builds began, as the file system's clock has it. Leases of builds that ended are removed.
    /// </summary>
    /// <param name="running">How many run.</param>
    /// <returns>The time; null when none runs.</returns>
    internal static DateTime? OldestRunning(BlobStore store, DateTimeOffset now, out int running)
    {
        var directory = new DirectoryInfo(Path.Combine(store.Root, CacheFiles.Leases));
        AbandonedFiles.Remove(directory.FullName, now, patience: s_longestUnseenBuild);
        var began = directory is { Exists: true, LinkTarget: null }
            ? directory.GetFiles().Where(file => AbandonedFiles.IsName(file.Name)).Select(file => file.LastWriteTimeUtc).ToList()
            : [];
        running = began.Count;
        return running == 0 ? null : began.Min();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_file.Name);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Without its lock it announces nothing.
        }

        _file.Dispose();
    }
}
