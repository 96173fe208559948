using System.Runtime.InteropServices;

namespace Containerize.Storage;

/// <summary>
/// What a file system says of a file without reading it. Two equal stamps mean the same content, except for a change so soon after the
/// first look that the clock of the file system had not moved; <see cref="IsSettled"/> tells when that can be ruled out.
/// </summary>
/// <param name="Size">The size, in bytes.</param>
/// <param name="Modified">When the content last changed, in nanoseconds since 1970.</param>
/// <param name="Changed">When content or metadata last changed, in nanoseconds since 1970; no program can set it. The time of creation where the system has none.</param>
/// <param name="Inode">Which file of the file system it is; 0 where the system does not say.</param>
public readonly partial record struct FileStamp(long Size, long Modified, long Changed, ulong Inode)
{
    private const long Second = 1_000_000_000;

    // The clock of Linux file systems moves with the timer: every 10 ms at the slowest. Systems that do not say more than seconds get two.
    private const long FineClock = 50_000_000;
    private const long CoarseClock = 2 * Second;

    /// <summary>Looks at a file, following links.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The stamp.</returns>
    /// <exception cref="IOException">It does not exist, or cannot be looked at.</exception>
    public static FileStamp Of(string path)
    {
        if (OperatingSystem.IsLinux() && NativeStatus.TryGet(path) is { } stamp)
        {
            return stamp;
        }

        var file = new FileInfo(path);
        var target = file.LinkTarget is null ? file : (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        return target.Exists
            ? new FileStamp(target.Length, Nanoseconds(target.LastWriteTimeUtc), Nanoseconds(target.CreationTimeUtc), 0)
            : throw new FileNotFoundException($"'{path}' does not exist.", path);
    }

    /// <summary>Whether a later change would have given the file another stamp.</summary>
    /// <param name="lookedAt">When the stamp was taken.</param>
    /// <returns>Whether the last change is long enough before that.</returns>
    public bool IsSettled(DateTimeOffset lookedAt)
    {
        var last = Math.Max(Modified, Changed);
        var clock = Changed % Second == 0 || Inode == 0 ? CoarseClock : FineClock;
        return last < Nanoseconds(lookedAt.UtcDateTime) - clock;
    }

    private static long Nanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * 100;

    private static partial class NativeStatus
    {
        private const int CurrentDirectory = -100;
        private const uint WantedFields = 0x7ff;

        internal static FileStamp? TryGet(string path)
        {
            try
            {
                return Get(path);
            }
            catch (EntryPointNotFoundException)
            {
                // C libraries older than the system call.
                return null;
            }
        }

        private static FileStamp? Get(string path) => Statx(CurrentDirectory, path, 0, WantedFields, out var status) == 0
            ? new FileStamp((long)status.Size, (status.ModifiedSeconds * Second) + status.ModifiedNanoseconds, (status.ChangedSeconds * Second) + status.ChangedNanoseconds, status.Inode)
            : null;

        [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial int Statx(int directory, string path, int flags, uint mask, out Status status);

        /// <summary><c>struct statx</c>, which is the same on all architectures.</summary>
        [StructLayout(LayoutKind.Explicit, Size = 256)]
        private struct Status
        {
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
