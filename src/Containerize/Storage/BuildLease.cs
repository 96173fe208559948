using System.Diagnostics;
using System.Globalization;
using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Announces that a build uses a cache, so that nothing it uses is pruned. A small file that names the process; one whose process has ended,
/// however it ended, announces nothing.
/// </summary>
internal sealed class BuildLease : IDisposable
{
    private const string DirectoryName = "leases";
    private const string Title = "lease 1";

    // Where processes cannot be told apart (another machine, another container), a build may take this long.
    private static readonly TimeSpan s_longestForeignBuild = TimeSpan.FromDays(1);

    // Pruning what a build uses is worse than pruning late: a lease that does not say whose it is counts as that of a long build.
    private static readonly TimeSpan s_longestUnknownBuild = TimeSpan.FromHours(1);

    // The start of a process is computed from the time since the machine's start; it moves when the clock is set.
    private static readonly TimeSpan s_startTolerance = TimeSpan.FromSeconds(10);

    private readonly string _path;

    private BuildLease(string path) => _path = path;

    /// <summary>Announces a build.</summary>
    /// <param name="store">The cache.</param>
    /// <returns>The lease; disposing it ends the announcement. Null when the cache cannot be written, so that nobody prunes it either.</returns>
    public static BuildLease? Take(BlobStore store)
    {
        try
        {
            var directory = Path.Combine(store.Root, DirectoryName);
            BlobStore.CreateDirectory(directory);
            using var process = Process.GetCurrentProcess();
            var path = Path.Combine(directory, Guid.NewGuid().ToString("N"));
            store.WriteFile(Path.GetRelativePath(store.Root, path), SealedText.Write(
                Title, string.Create(CultureInfo.InvariantCulture, $"{process.Id} {process.StartTime.ToUniversalTime().Ticks} {Environment.MachineName}")));
            return new BuildLease(path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>When the oldest of the running builds began, as the file system's clock has it. Leases of builds that ended are removed.</summary>
    /// <param name="store">The cache.</param>
    /// <param name="now">The time.</param>
    /// <param name="running">How many run.</param>
    /// <returns>The time; null when none runs.</returns>
    internal static DateTime? OldestRunning(BlobStore store, DateTimeOffset now, out int running)
    {
        DateTime? oldest = null;
        running = 0;
        var directory = new DirectoryInfo(Path.Combine(store.Root, DirectoryName));
        foreach (var file in directory is { Exists: true, LinkTarget: null } ? directory.GetFiles() : [])
        {
            try
            {
                var began = file.LastWriteTimeUtc;
                if (IsRunning(SealedText.Read(Title, File.ReadAllBytes(file.FullName)), now - began))
                {
                    running++;
                    oldest = oldest < began ? oldest : began;
                }
                else
                {
                    file.Delete();
                }
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                // The build ended meanwhile.
            }
        }

        return oldest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // It ends with the process.
        }
    }

    private static bool IsRunning(string? text, TimeSpan age)
    {
        if (text?.Split(' ', 3) is not [var id, var start, var machine] || !int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var processId) || !long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks))
        {
            // Damaged, or of another version.
            return age < s_longestUnknownBuild;
        }

        if (machine != Environment.MachineName)
        {
            return age < s_longestForeignBuild;
        }

        try
        {
            using var process = Process.GetProcessById(processId);
            return !process.HasExited && (process.StartTime.ToUniversalTime() - new DateTime(ticks, DateTimeKind.Utc)).Duration() < s_startTolerance;
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidOperationException)
        {
            return false;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // It runs, and is not ours to look at.
            return true;
        }
    }
}
