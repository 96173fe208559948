using System.Globalization;

namespace Containerize.Files;

/// <summary>
/// What a file system says of a file without reading it. Two equal stamps mean the same content, except for a change so soon after the
/// first look that the clock of the file system had not moved; <see cref="IsSettled"/> tells when that can be ruled out.
/// </summary>
/// <param name="Size">The size, in bytes.</param>
/// <param name="Modified">When the content last changed, in nanoseconds since 1970.</param>
/// <param name="Changed">When content or metadata last changed, in nanoseconds since 1970; no program can set it. The time of creation
/// where the system has none.</param>
/// <param name="Inode">Which file of the file system it is; 0 where the system does not say.</param>
internal readonly record struct FileStamp(long Size, long Modified, long Changed, ulong Inode)
{
    private const long Second = 1_000_000_000;

    // The clock of Linux file systems moves with the timer: every 10 ms at the slowest. Systems that do not say more than seconds get two.
    private const long FineClock = 50_000_000;
    private const long CoarseClock = 2 * Second;

    /// <summary>Looks at a file, following links.</summary>
    /// <exception cref="IOException">It does not exist, or cannot be looked at.</exception>
    public static FileStamp Of(string path) => FileStatus.Of(path, followLinks: true).Stamp;

    /// <summary>The stamp as records keep it, to be compared as a whole.</summary>
    internal string Text => string.Create(CultureInfo.InvariantCulture, $"{Size} {Modified} {Changed} {Inode}");

    /// <summary>When content or metadata last changed, in nanoseconds since 1970. A copy has the content's time of its source.</summary>
    internal long LastWritten => Math.Max(Modified, Changed);

    /// <summary>Whether a later change would have given the file another stamp.</summary>
    /// <param name="lookedAt">When the stamp was taken.</param>
    /// <returns>Whether the last change is long enough before that.</returns>
    public bool IsSettled(DateTimeOffset lookedAt)
    {
        var clock = Changed % Second == 0 || Inode == 0 ? CoarseClock : FineClock;
        return LastWritten < Nanoseconds(lookedAt.UtcDateTime) - clock;
    }

    /// <summary>A time of a file system, in nanoseconds since 1970.</summary>
    internal static long Nanoseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks * 100;
}
