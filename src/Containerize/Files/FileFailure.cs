namespace Containerize.Files;

/// <summary>What the file system refuses, and how users are told of it.</summary>
internal static class FileFailure
{
    private const int LinuxNoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsQuota = unchecked((int)0x8007050F);

    /// <summary>Whether a failure came from the file system.</summary>
    public static bool IsOne(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>Whether the disk was full, or a quota used up.</summary>
    public static bool IsDiskFull(Exception failure) => failure is IOException && failure.HResult switch
    {
        WindowsDiskFull or WindowsHandleDiskFull or WindowsQuota => true,
        // On Unix the runtime passes the system's error number on as it is.
        LinuxNoSpace => !OperatingSystem.IsWindows(),
        LinuxQuota => OperatingSystem.IsLinux(),
        MacQuota => OperatingSystem.IsMacOS(),
        _ => false,
    };

    /// <summary>A failure in the user's words, where only the system knows which file it was: its message has the path.</summary>
    internal static ContainerizeException Explain(Exception failure) => IsDiskFull(failure)
        ? new(
            DiagnosticCode.DiskFull,
            $"The disk is full, or your quota on it is used up: {failure.Message} Make room and build again.",
            failure)
        : new(DiagnosticCode.CannotWrite, $"A file could not be read or written: {failure.Message}", failure);

    /// <summary>
    /// The failure of a write in the user's words: <see cref="DiagnosticCode.DiskFull"/> or <see cref="DiagnosticCode.CannotWrite"/>.
    /// </summary>
    /// <param name="failure">What the system said.</param>
    /// <param name="what">What was written, with its path: <c>The archive '…'</c>.</param>
    internal static ContainerizeException Explain(Exception failure, string what) => IsDiskFull(failure)
        ? new(
            DiagnosticCode.DiskFull,
            $"{what} could not be written: the disk is full, or your quota on it is used up. What was there before is unchanged. "
            + "Make room and build again.",
            failure)
        : new(
            DiagnosticCode.CannotWrite,
            $"{what} could not be written: {Printable.Clean(failure.Message)} What was there before is unchanged. "
            + "Check the path and that you may write there.",
            failure);
}
