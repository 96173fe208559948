namespace Containerize.Files;

/// <summary>
/// A file that appears whole or not at all: written under another name in the same directory, then renamed over its target.
/// Disposed before <see cref="Commit"/>, it leaves the target as it was and nothing beside it.
/// </summary>
internal sealed class AtomicFile : IDisposable
{
    // Whoever still writes has changed its file since.
    private static readonly TimeSpan s_abandonedAfter = TimeSpan.FromHours(1);

    private readonly string _path;
    private readonly string _temporary;
    private bool _committed;

    private AtomicFile(string path, string temporary, FileStream stream)
    {
        _path = path;
        _temporary = temporary;
        Stream = stream;
    }

    /// <summary>Takes the bytes.</summary>
    internal FileStream Stream { get; }

    /// <summary>Starts a file, creating its directories. It gets the permissions that new files of this user have.</summary>
    /// <param name="path">The target, as a full path.</param>
    /// <param name="mode">Other permissions than that.</param>
    /// <returns>The file.</returns>
    internal static AtomicFile Create(string path, UnixFileMode? mode = null)
    {
        var directory = Path.GetDirectoryName(path)!;
        Directory.CreateDirectory(directory);
        RemoveAbandoned(directory, Path.GetFileName(path));
        var temporary = Path.Combine(directory, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read | FileShare.Delete, BufferSize = 0 };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        return new AtomicFile(path, temporary, new FileStream(temporary, options));
    }

    /// <summary>Writes a small file. One that has the content already is left alone, so that its time says when it changed.</summary>
    /// <param name="path">The target, as a full path.</param>
    /// <param name="content">Its content.</param>
    /// <param name="mode">Other permissions than new files of this user have.</param>
    /// <param name="durable">See <see cref="Commit"/>.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null, bool durable = false)
    {
        if (File.Exists(path) && new FileInfo(path).Length == content.Length && content.SequenceEqual(File.ReadAllBytes(path)))
        {
            return;
        }

        using var file = Create(path, mode);
        file.Stream.Write(content);
        file.Commit(durable);
    }

    /// <summary>Puts the file in the target's place.</summary>
    /// <param name="durable">
    /// Whether its bytes reach the disk before the name does. Without it, a crash of the machine can leave the name on bytes that were never
    /// written: that is for files whose readers find that out.
    /// </param>
    internal void Commit(bool durable = false)
    {
        if (durable)
        {
            Stream.Flush(flushToDisk: true);
        }

        Stream.Dispose();
        File.Move(_temporary, _path, overwrite: true);
        _committed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stream.Dispose();
        if (!_committed)
        {
            File.Delete(_temporary);
        }
    }

    private static void RemoveAbandoned(string directory, string name)
    {
        foreach (var file in new DirectoryInfo(directory).EnumerateFiles($".{name}.*.tmp"))
        {
            if (DateTime.UtcNow - file.LastWriteTimeUtc > s_abandonedAfter)
            {
                file.Delete();
            }
        }
    }
}
