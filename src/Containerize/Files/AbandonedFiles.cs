using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Containerize.Files;

/// <summary>
/// Temporary files, and how those are told whose writer died. A writer keeps a lock on its file, and the kernel drops the lock with the
/// process, however that ends. Process ids would not do: they are given again, and mean nothing in another container.
/// </summary>
internal static partial class AbandonedFiles
{
    // Locks do not reach other machines on every file system; a writer there has changed its file since.
    private static readonly TimeSpan s_abandonedElsewhere = TimeSpan.FromHours(1);

    // Tells files of this machine; part of each name.
    private static readonly string s_machine =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Environment.MachineName)).AsSpan(0, 4));

    /// <summary>A name that no other file has.</summary>
    /// <param name="ending">What it ends with.</param>
    internal static string NewName(string ending = ".tmp") => $".{s_machine}{Guid.NewGuid().ToString("N")[8..]}{ending}";

    /// <summary>Whether a name is one that temporary files have, in this version or an earlier one.</summary>
    internal static bool IsName(string name) => Name().IsMatch(name);

    /// <summary>Creates a temporary file and keeps it locked while it is open.</summary>
    /// <param name="directory">Where; it exists.</param>
    /// <param name="mode">Its permissions; null for those that new files of this user have.</param>
    /// <param name="ending">What its name ends with.</param>
    internal static FileStream Create(string directory, UnixFileMode? mode, string ending = ".tmp")
    {
        while (true)
        {
            if (TryHold(Path.Combine(directory, NewName(ending)), FileMode.CreateNew, mode) is { } file)
            {
                return file;
            }
        }
    }

    /// <summary>
    /// Takes over a file whose writer died, and keeps it locked while it is open. Of several that want it one gets it: it gets a new name.
    /// </summary>
    /// <param name="directory">Where; it exists.</param>
    /// <param name="ending">What its name ends with.</param>
    /// <param name="maxLength">How many bytes it may have; a longer one is removed, and so is a shorter one beside a longer one.</param>
    /// <returns>The file; null when there is none, or its writer may be alive.</returns>
    internal static FileStream? TryTakeOver(string directory, string ending, long maxLength)
    {
        try
        {
            var found = new DirectoryInfo(directory).GetFiles($".*{ending}");
            bool? locksWork = null;
            FileStream? taken = null;
            foreach (var file in found.OrderByDescending(file => file.Length))
            {
                bool IsLeft() => IsDead(file, DateTimeOffset.UtcNow, s_abandonedElsewhere, ref locksWork);
                if (taken is null && file.Length <= maxLength)
                {
                    taken = TryTakeOver(file.FullName, ending, IsLeft);
                }
                else
                {
                    TryRemove(file.FullName, IsLeft);
                }
            }

            return taken;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Nothing is lost but what was done before.
            return null;
        }
    }

    /// <summary>Whether a process, this one too, holds a file that <see cref="Create"/> made.</summary>
    internal static bool IsHeld(string path)
    {
        using var file = TryLock(path, out var isHeld);
        return isHeld;
    }

    /// <summary>Removes the temporary files of a directory whose writers died. Failing to is no failure.</summary>
    /// <param name="isName">Which names are those of temporary files; null for <see cref="IsName"/>.</param>
    /// <param name="patience">How long a file counts as written whose lock could not be seen here; null for an hour.</param>
    /// <returns>How many went, and their size in bytes.</returns>
    internal static (int Files, long Bytes) Remove(
        string directory, DateTimeOffset now, Func<string, bool>? isName = null, TimeSpan? patience = null)
    {
        var (files, bytes) = (0, 0L);
        bool? locksWork = null;
        try
        {
            foreach (var entry in new DirectoryInfo(directory).EnumerateFileSystemInfos().Where(entry => (isName ?? IsName)(entry.Name)))
            {
                if (TryRemove(entry.FullName, () => IsDead(entry, now, patience ?? s_abandonedElsewhere, ref locksWork)) is { } size)
                {
                    (files, bytes) = (files + 1, bytes + size);
                }
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The directory is gone, or another process sweeps as well.
        }

        return (files, bytes);
    }

    /// <summary>Removes a file unless a process holds it.</summary>
    /// <param name="path">The file; a link, a pipe or an empty directory that was moved aside is held by none.</param>
    /// <param name="isDead">Asked when it is not locked.</param>
    /// <returns>Its size in bytes; null when it stays.</returns>
    internal static long? TryRemove(string path, Func<bool> isDead)
    {
        try
        {
            switch (FileStatus.TryOf(path, followLinks: false)?.Kind)
            {
                case FileKind.File:
                    // Not unlocked before it is gone: it could be taken for a living one.
                    using (var file = TryLock(path, out _))
                    {
                        if (file is null || !isDead())
                        {
                            return null;
                        }

                        var size = file.Length;
                        File.Delete(path);
                        return size;
                    }

                case FileKind.Directory:
                    Directory.Delete(path);
                    return 0;
                case null:
                    return null;
                default:
                    File.Delete(path);
                    return 0;
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>Whether the file system of a directory has locks at all.</summary>
    internal static bool LocksWork(string directory)
    {
        try
        {
            using var probe = Create(directory, FileModes.PrivateData);
            try
            {
                return IsHeld(probe.Name);
            }
            finally
            {
                File.Delete(probe.Name);
            }
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return false;
        }
    }

    // Asked of a file whose lock can be had. That is no sign of death where locks do not work, or do not reach the writer's machine.
    private static bool IsDead(FileSystemInfo entry, DateTimeOffset now, TimeSpan patience, ref bool? locksWork) =>
        (entry.Name.StartsWith($".{s_machine}", StringComparison.Ordinal)
            && (locksWork ??= LocksWork(Path.GetDirectoryName(entry.FullName)!)))
        || now - entry.LastWriteTimeUtc > patience;

    private static FileStream? TryTakeOver(string path, string ending, Func<bool> isDead)
    {
        var own = Path.Combine(Path.GetDirectoryName(path)!, NewName(ending));
        using (var file = TryLock(path, out _))
        {
            if (file is null || !isDead())
            {
                return null;
            }

            File.Move(path, own);
        }

        // Unlocked for a moment: this lock keeps out readers of the finished file, and a writer's does not.
        return TryHold(own, FileMode.Open, mode: null);
    }

    private static FileStream? TryHold(string path, FileMode fileMode, UnixFileMode? mode)
    {
        // Not write alone: a network file system locks only what may be read.
        var options = new FileStreamOptions
        {
            Mode = fileMode,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Read | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode is not null && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            var file = new FileStream(path, options);
            if (File.Exists(path))
            {
                return file;
            }

            // Between its creation and its lock another process took it for abandoned.
            file.Dispose();
        }
        catch (IOException failure) when (FileLock.IsHeld(failure))
        {
            // Another process looks whether it is abandoned.
        }

        return null;
    }

    private static FileStream? TryLock(string path, out bool isHeld)
    {
        isHeld = false;
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.ReadWrite,
                // Unix takes a lock for sharing with no one; Windows deletes only what is shared for deletion.
                Share = OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None,
                BufferSize = 0,
            });
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            isHeld = FileLock.IsHeld(failure);
            return null;
        }
    }

    // Earlier versions put the name of the target before the digits.
    [GeneratedRegex(@"\A\.(?:.+\.)?[0-9a-f]{32}\.tmp\z", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
