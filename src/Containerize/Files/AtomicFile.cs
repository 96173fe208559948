using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Containerize.Files;

/// <summary>
/// A file that appears whole or not at all: written under another name on the same file system, then renamed to its target.
/// Disposed before it is committed, it leaves the target as it was and nothing beside it; killed, it is swept by the next writer.
/// </summary>
internal sealed partial class AtomicFile : IDisposable
{
    // The same on Linux and macOS.
    private const int OtherFileSystem = 18;

    private readonly string _temporary;
    private readonly bool _stays;
    private readonly Lock _flushing = new();
    private string? _target;
    private bool _committed;
    private Exception? _unflushed;

    private AtomicFile(FileStream stream, string? target, bool stays = false)
    {
        Stream = stream;
        _temporary = stream.Name;
        _target = target;
        _stays = stays;
    }

    /// <summary>Takes the bytes.</summary>
    internal FileStream Stream { get; }

    /// <summary>Starts a file beside its target, whose directories are created.</summary>
    /// <param name="path">The target, as a full path. A link stays one: the file that it leads to is the target.</param>
    /// <param name="mode">Its permissions; null for those that new files of this user have.</param>
    /// <param name="isOurs">
    /// Whether no user chose the name, so that anything else under it is damage and is replaced: links, pipes and devices too.
    /// </param>
    /// <exception cref="IOException">A pipe, a socket or a device has the name, or the file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    internal static AtomicFile Create(string path, UnixFileMode? mode = null, bool isOurs = false)
    {
        var target = isOurs ? path : TargetOf(path);
        var directory = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(directory);
        AbandonedFiles.Remove(directory, DateTimeOffset.UtcNow);
        return new AtomicFile(AbandonedFiles.Create(directory, mode), target);
    }

    /// <summary>Starts a file whose name is not known yet.</summary>
    /// <param name="directory">Where it lies until then; it exists, and other code removes what is left there.</param>
    /// <param name="mode">Its permissions; null for those that new files of this user have.</param>
    internal static AtomicFile CreateIn(string directory, UnixFileMode? mode) => new(AbandonedFiles.Create(directory, mode), target: null);

    /// <summary>
    /// Goes on with a file whose writer did not get to its end, or starts it. Disposed before it is committed, it stays for the next writer
    /// unless it is empty.
    /// </summary>
    /// <param name="directory">Where it lies until then; it exists, and other code removes what is left there.</param>
    /// <param name="ending">What the name ends with: says what the file will be.</param>
    /// <param name="maxLength">How many bytes it may have; a longer one is not gone on with.</param>
    internal static AtomicFile ContinueIn(string directory, string ending, long maxLength, UnixFileMode mode) => new(
        AbandonedFiles.TryTakeOver(directory, ending, maxLength) ?? AbandonedFiles.Create(directory, mode, ending),
        target: null,
        stays: true);

    /// <summary>Writes a small file. One that has the content already is left alone, so that its time says when it changed.</summary>
    /// <param name="path">The target, as a full path.</param>
    /// <param name="mode">Its permissions; null for those that new files of this user have.</param>
    /// <param name="durable">See <see cref="Commit"/>.</param>
    /// <param name="isOurs">See <see cref="Create"/>.</param>
    /// <inheritdoc cref="Create" path="/exception"/>
    internal static void Write(
        string path, ReadOnlySpan<byte> content, UnixFileMode? mode = null, bool durable = false, bool isOurs = false)
    {
        if (Has(path, content))
        {
            return;
        }

        using var file = Create(path, mode, isOurs);
        file.Stream.Write(content);
        file.Commit(durable);
    }

    /// <summary>Whether a file has a content already.</summary>
    internal static bool Has(string path, ReadOnlySpan<byte> content)
    {
        try
        {
            return FileStatus.TryOf(path, followLinks: true) is { Kind: FileKind.File } status && status.Stamp.Size == content.Length
                && content.SequenceEqual(RegularFile.ReadAllBytes(path));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return false;
        }
    }

    /// <summary>Gives a file its target, whose directories are created, if it will be there what one made beside the target is.</summary>
    /// <param name="path">The target, as a full path.</param>
    /// <returns>Whether it has the target now. It has not in another mount, where it would not appear at once, nor where mounts are not
    /// told apart, nor where new files get the group of their directory.</returns>
    internal bool TryAim(string path)
    {
        var target = TargetOf(path);
        var directory = Path.GetDirectoryName(target)!;
        Directory.CreateDirectory(directory);
        if (FileStatus.TryOf(directory, followLinks: true) is not { Mount: { } mount } place
            || place.Mode.HasFlag(UnixFileMode.SetGroup)
            || FileStatus.TryOf(_temporary, followLinks: false)?.Mount != mount)
        {
            return false;
        }

        AbandonedFiles.Remove(directory, DateTimeOffset.UtcNow);
        _target = target;
        return true;
    }

    /// <summary>Puts the file in its target's place.</summary>
    /// <param name="durable">
    /// Whether its bytes reach the disk before the name does. Without it, a crash of the machine can leave the name on bytes that were
    /// never written: that is for files whose readers find that out.
    /// </param>
    internal void Commit(bool durable = false)
    {
        if (durable)
        {
            Flush(isLast: true);
        }

        CommitAs(_target ?? throw new InvalidOperationException("The file has no target."));
    }

    /// <summary>
    /// Has what was written so far reach the disk, while more may be written: a durable <see cref="Commit"/> has less to wait for then.
    /// It also throws what fails here, which the system says only once.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The file was given up.</exception>
    internal void FlushAhead() => Flush(isLast: false);

    private void Flush(bool isLast)
    {
        lock (_flushing)
        {
            try
            {
                RandomAccess.FlushToDisk(Stream.SafeFileHandle);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure) && !isLast)
            {
                _unflushed = failure;
            }

            if (isLast && _unflushed is not null)
            {
                ExceptionDispatchInfo.Throw(_unflushed);
            }
        }
    }

    private static string TargetOf(string path)
    {
        var target = FileStatus.TryOf(path, followLinks: false) is { Kind: FileKind.Link }
            ? File.ResolveLinkTarget(path, returnFinalTarget: true)!.FullName
            : path;
        return FileStatus.TryOf(target, followLinks: true) is { Kind: FileKind.Special or FileKind.Null }
            ? throw new IOException($"'{path}' is a pipe, a socket or a device, which a file does not replace.")
            : target;
    }

    /// <summary>Puts the file in a place on its file system; on another one, a copy of it.</summary>
    internal void CommitAs(string path)
    {
        if (OperatingSystem.IsWindows() || Rename(_temporary, path) != 0)
        {
            if (!OperatingSystem.IsWindows() && Marshal.GetLastPInvokeError() == OtherFileSystem
                && Path.GetDirectoryName(path) is { } directory && directory != Path.GetDirectoryName(_temporary))
            {
                CopyTo(path, directory);
            }
            else
            {
                File.Move(_temporary, path, overwrite: true);
            }
        }

        _committed = true;
        // Closed afterwards: without its lock another process would take it for abandoned.
        Stream.Dispose();
    }

    // Places in one mount may be on two file systems: subvolumes of btrfs, projects with a quota. The framework's move would copy there
    // under the target's own name.
    [UnsupportedOSPlatform("windows")]
    private void CopyTo(string path, string directory)
    {
        using var copy = new AtomicFile(AbandonedFiles.Create(directory, FileModes.PrivateData), path);
        var (source, target) = (Stream.SafeFileHandle, copy.Stream.SafeFileHandle);
        FileCopy.Run(source, 0, RandomAccess.GetLength(source), target, 0, CancellationToken.None);
        File.SetUnixFileMode(target, File.GetUnixFileMode(source));
        copy.Commit(durable: true);
        File.Delete(_temporary);
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Rename(string from, string to);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_committed && Stream.CanWrite && !(_stays && Stream.Length > 0))
        {
            File.Delete(_temporary);
        }

        Stream.Dispose();
    }
}
