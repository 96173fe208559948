using System.Runtime.InteropServices;

namespace Containerize.Files;

/// <summary>
/// All that a file system says of a name, by one question: asking for each thing by itself is what takes the time where there are thousands
/// of files.
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="Mode">The permissions; none on Windows.</param>
/// <param name="Stamp">By what changes are seen.</param>
/// <param name="Owner">The number of the user that it belongs to; null where the system does not say (all but Linux).</param>
/// <param name="Mount">The number of the mount that it is in; null where the system does not say (all but Linux since 5.8).</param>
internal readonly partial record struct FileStatus(
    FileKind Kind, UnixFileMode Mode, FileStamp Stamp, uint? Owner, ulong? Mount = null)
{
    private const uint Root = 0;

    /// <summary>The number of the user that this process acts as; Windows has none.</summary>
    internal static uint CurrentUser => Native.EffectiveUser();

    /// <summary>Whether another user could change it: it is his, or all may write. Root may change everything anyway.</summary>
    internal bool IsOpenToOthers => IsOthers || (Kind != FileKind.Link && Mode.HasFlag(UnixFileMode.OtherWrite));

    /// <summary>Whether it belongs to another user than this one and root.</summary>
    internal bool IsOthers => Owner is { } owner && owner != Root && owner != Native.EffectiveUser();

    /// <summary>Looks at a name.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether what a link leads to counts, and not the link.</param>
    /// <exception cref="IOException">It does not exist, or cannot be looked at.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be looked at.</exception>
    internal static FileStatus Of(string path, bool followLinks) =>
        OperatingSystem.IsLinux() && Native.TryGet(path, followLinks, out _) is { } status ? status : Managed(path, followLinks);

    /// <summary>Looks at a name that may not exist.</summary>
    /// <returns>The status; null when there is nothing, or nothing that may be looked at.</returns>
    internal static FileStatus? TryOf(string path, bool followLinks)
    {
        // Exceptions are slow, and many names are looked for in vain.
        if (OperatingSystem.IsLinux() && Native.TryGet(path, followLinks, out var isKnown) is var status && isKnown)
        {
            return status;
        }

        try
        {
            return Managed(path, followLinks);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    private static FileStatus Managed(string path, bool followLinks)
    {
        FileSystemInfo item = Directory.Exists(path) ? new DirectoryInfo(path) : new FileInfo(path);
        if (item.LinkTarget is not null)
        {
            if (!followLinks)
            {
                return new FileStatus(FileKind.Link, Mode: default, StampOf(item), Owner: null);
            }

            item = item.ResolveLinkTarget(returnFinalTarget: true) ?? item;
        }

        return item.Exists
            ? new FileStatus(
                item is DirectoryInfo ? FileKind.Directory : FileKind.File,
                OperatingSystem.IsWindows() ? default : item.UnixFileMode,
                StampOf(item),
                Owner: null)
            : throw new FileNotFoundException($"'{path}' {Missing(path)}.", path);
    }

    // The runtime puts this character where the bytes of a name are no UTF-8, and does not find the file by that name.
    private static string Missing(string path) => path.Contains('\ufffd', StringComparison.Ordinal)
        ? "does not exist, or its name is not UTF-8 and has to be changed" : "does not exist";

    private static FileStamp StampOf(FileSystemInfo item) => new(
        item is FileInfo { Exists: true } file
            ? file.Length
            : 0, FileStamp.Nanoseconds(item.LastWriteTimeUtc), FileStamp.Nanoseconds(item.CreationTimeUtc), 0);

    /// <summary>Whether a number of an error says that there is nothing under a name, or nothing that may be looked at.</summary>
    /// <param name="error">ENOENT, EACCES, ENOTDIR, ENAMETOOLONG, ELOOP; they are the same on all architectures but MIPS.</param>
    internal static bool IsAbsence(int error) => error is 2 or 13 or 20 or 36 or 40;

    private static partial class Native
    {
        private const int CurrentDirectory = -100;
        private const int NoFollow = 0x100;
        private const uint MountField = 0x1000;
        private const uint WantedFields = 0x7ff | MountField;
        private const long Second = 1_000_000_000;
        private const int TypeMask = 0xf000;
        private const int CharacterDevice = 0x2000;

        /// <param name="path">The path.</param>
        /// <param name="isKnown">
        /// Whether the system answered, so that no status means that there is nothing, or nothing that may be looked at. Sandboxes refuse
        /// the call itself.
        /// </param>
        internal static FileStatus? TryGet(string path, bool followLinks, out bool isKnown)
        {
            try
            {
                var status = Get(path, followLinks);
                isKnown = status is not null || IsAbsence(Marshal.GetLastPInvokeError());
                return status;
            }
            catch (EntryPointNotFoundException)
            {
                // C libraries older than the system call.
                isKnown = false;
                return null;
            }
        }

        [LibraryImport("libc", EntryPoint = "geteuid")]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        internal static partial uint EffectiveUser();

        private static FileStatus? Get(string path, bool followLinks) =>
            Statx(CurrentDirectory, path, followLinks ? 0 : NoFollow, WantedFields, out var status) == 0
                ? new FileStatus(
                    KindOf(status),
                    (UnixFileMode)(status.Mode & ~TypeMask),
                    new FileStamp(
                        (long)status.Size,
                        (status.ModifiedSeconds * Second) + status.ModifiedNanoseconds,
                        (status.ChangedSeconds * Second) + status.ChangedNanoseconds,
                        status.Inode),
                    status.Owner,
                    (status.Known & MountField) == 0 ? null : status.Mount)
                : null;

        private static FileKind KindOf(in Status status) => (status.Mode & TypeMask) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Directory,
            0xa000 => FileKind.Link,
            // /dev/null has these numbers on every Linux.
            CharacterDevice when status is { DeviceMajor: 1, DeviceMinor: 3 } => FileKind.Null,
            _ => FileKind.Special,
        };

        [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Statx(int directory, string path, int flags, uint mask, out Status status);

        /// <summary><c>struct statx</c>, which is the same on all architectures.</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct Status
        {
            [FieldOffset(0)]
            public uint Known;
            [FieldOffset(20)]
            public uint Owner;
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
            [FieldOffset(128)]
            public uint DeviceMajor;
            [FieldOffset(132)]
            public uint DeviceMinor;
            [FieldOffset(144)]
            public ulong Mount;
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

    /// <summary>The null device, which reads as an empty file: links to it stand for configuration that is switched off.</summary>
    Null,

    /// <summary>A socket, a pipe, another device: nothing that could be read to its end.</summary>
    Special,
}
