namespace Containerize.Files;

/// <summary>
/// A file that only one process, and in it one caller, holds at a time. It is removed when it is released; one that a
/// crash left behind blocks no other.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private const int LinuxHeld = 11;
    private const int MacHeld = 35;
    private const int WindowsHeld = unchecked((int)0x80070020);
    private const int WindowsAccessDenied = unchecked((int)0x80070005);
    private const int MaxMark = 1 << 20;

    // A file that is being deleted is denied, not shared; so is one that must not be written, for ever.
    private static readonly TimeSpan s_deleted = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <summary>Waits for the lock.</summary>
    /// <param name="path">The file, in a directory that exists.</param>
    /// <param name="patience">How long to wait for others.</param>
    /// <param name="mode">The file's permissions; null for those that new files of this user have.</param>
    /// <returns>The lock; disposing it gives it back.</returns>
    /// <exception cref="IOException">Others held it all the time, or the file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be made.</exception>
    internal static async Task<FileLock> AcquireAsync(
        string path, TimeSpan patience, CancellationToken cancellationToken, UnixFileMode? mode = null)
    {
        for (var waited = TimeSpan.Zero; ; waited += s_pause)
        {
            try
            {
                if (TryAcquire(path, mode) is { } held)
                {
                    return held;
                }
            }
            catch (Exception failure) when (IsHeld(failure, waited) && waited < patience)
            {
                // Its holder gives it back soon.
            }

            await Task.Delay(s_pause, cancellationToken);
        }
    }

    public void Dispose()
    {
        if (!OperatingSystem.IsWindows())
        {
            // Before it is unlocked: the next process must not lock what is about to vanish.
            File.Delete(_file.Name);
        }

        _file.Dispose();
    }

    private static FileLock? TryAcquire(string path, UnixFileMode? mode)
    {
        if (FileStatus.TryOf(path, followLinks: true) is { Kind: not FileKind.File })
        {
            throw new IOException($"'{path}' is in the way of a lock: it is not a file.");
        }

        var options = new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.None,
            BufferSize = 0,
            // Only Windows deletes and unlocks in one.
            Options = OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        var file = new FileStream(path, options);
        try
        {
            if (OperatingSystem.IsWindows() || HasName(file, path))
            {
                return new FileLock(file);
            }
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose();
        return null;
    }

    // Its former holder may have deleted the file after it was opened here and before it was locked: then another one has the name,
    // and another caller holds that. The length tells the two apart; no bytes are written for it.
    private static bool HasName(FileStream file, string path)
    {
#pragma warning disable CA5394 // Tells files apart; nothing secret depends on it.
        file.SetLength(Random.Shared.Next(1, MaxMark));
#pragma warning restore CA5394
        return new FileInfo(path) is { Exists: true } named && named.Length == file.Length;
    }

    /// <summary>Whether opening a file failed because another process, or this one, holds it.</summary>
    /// <param name="waited">How long that has been so.</param>
    internal static bool IsHeld(Exception failure, TimeSpan waited = default) => failure.HResult switch
    {
        LinuxHeld => OperatingSystem.IsLinux(),
        MacHeld => OperatingSystem.IsMacOS(),
        _ => OperatingSystem.IsWindows() && IsHeldOnWindows(failure, waited),
    };

    internal static bool IsHeldOnWindows(Exception failure, TimeSpan waited) =>
        failure.HResult == WindowsHeld || (failure.HResult == WindowsAccessDenied && waited < s_deleted);
}
