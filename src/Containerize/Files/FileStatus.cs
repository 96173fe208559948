using System.Runtime.InteropServices;

namespace Containerize.Files;

/// <summary>All that a file system says of a name, by one question: asking for each thing by itself is what takes the time where there are thousands of files.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">The permissions; none on Windows.</param>
/// <param name="Stamp">By what changes are seen.</param>
internal readonly partial record struct FileStatus(FileKind Kind, UnixFileMode Mode, FileStamp Stamp)
{
    /// <summary>Looks at a name.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether what a link leads to counts, and not the link.</param>
    /// <returns>The status.</returns>
    /// <exception cref="IOException">It does not exist, or cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be looked at.</exception>
    internal static FileStatus Of(string path, bool followLinks) =>
        OperatingSystem.IsLinux() && Native.TryGet(path, followLinks) is { } status ? status : Managed(path, followLinks);

    private static FileStatus Managed(string path, bool followLinks)
    {
        FileSystemInfo item = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (item.LinkTarget is not null)
        {
            if (!followLinks)
            {
                return new FileStatus(FileKind.Link, Mode: default, new FileStamp(0, FileStamp.Nanoseconds(item.LastWriteTimeUtc), FileStamp.Nanoseconds(item.CreationTimeUtc), 0));
            }

            item = item.ResolveLinkTarget(returnFinalTarget: true) ?? item;
        }

        return item.Exists
            ? new FileStatus(
                item is DirectoryInfo ? FileKind.Directory : FileKind.File,
                OperatingSystem.IsWindows() ? default : item.UnixFileMode,
                new FileStamp(item is FileInfo file ? file.Length : 0, FileStamp.Nanoseconds(item.LastWriteTimeUtc), FileStamp.Nanoseconds(item.CreationTimeUtc), 0))
            : throw new FileNotFoundException($"'{path}' does not exist.", path);
    }

    private static partial class Native
    {
        private const int CurrentDirectory = -100;
        private const int NoFollow = 0x100;
        private const uint WantedFields = 0x7ff;
        private const long Second = 1_000_000_000;
        private const int TypeMask = 0xf000;

        internal static FileStatus? TryGet(string path, bool followLinks)
        {
            try
            {
                return Get(path, followLinks);
            }
            catch (EntryPointNotFoundException)
            {
                // C libraries older than the system call.
                return null;
            }
        }

        private static FileStatus? Get(string path, bool followLinks) => Statx(CurrentDirectory, path, followLinks ? 0 : NoFollow, WantedFields, out var status) == 0
            ? new FileStatus(
                KindOf(status.Mode & TypeMask),
                (UnixFileMode)(status.Mode & ~TypeMask),
                new FileStamp((long)status.Size, (status.ModifiedSeconds * Second) + status.ModifiedNanoseconds, (status.ChangedSeconds * Second) + status.ChangedNanoseconds, status.Inode))
            : null;

        private static FileKind KindOf(int type) => type switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xa000 => FileKind.Link,
            _ => FileKind.Special,
        };

        [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Statx(int directory, string path, int flags, uint mask, out Status status);

        /// <summary><c>struct statx</c>, which is the same on all architectures.</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct Status
        {
            [FieldOffset(28)]
            public ushort Mode;
            [FieldOffset(32)]
            public ulong Inode;
            [FieldOffset(40)]
            public ulong Size;
            [FieldOffset(96)]
            public long ChangedSeconds;
            [FieldOffset(104)]
            public uint ChangedNanoseconds;
            [FieldOffset(112)]
            public long ModifiedSeconds;
            [FieldOffset(120)]
            public uint ModifiedNanoseconds;
        }
    }
}

/// <summary>What a name in a file system stands for.</summary>
internal enum FileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A socket, a pipe, a device: nothing that could be read to its end.</summary>
    Special,
}
