namespace Containerize.Files;

/// <summary>Explains why a file could not be written.</summary>
internal static class WriteFailure
{
    private const int LinuxNoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsQuota = unchecked((int)0x8007050F);

    /// <summary>Whether a failure is one that <see cref="Explain"/> knows.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>Whether it came from the file system.</returns>
    internal static bool IsOne(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>Whether there was no room.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>Whether the disk is full, or a quota used up.</returns>
    public static bool IsDiskFull(Exception failure) => failure is IOException && failure.HResult switch
    {
        WindowsDiskFull or WindowsHandleDiskFull or WindowsQuota => true,
        // On Unix the runtime passes the system's error number on as it is.
        LinuxNoSpace => !OperatingSystem.IsWindows(),
        LinuxQuota => OperatingSystem.IsLinux(),
        MacQuota => OperatingSystem.IsMacOS(),
        _ => false,
    };

    /// <summary>The failure in the user's words.</summary>
    /// <param name="failure">What the system said.</param>
    /// <param name="what">What was written, with its path: <c>The archive '…'</c>.</param>
    /// <returns>The failure to throw: <see cref="DiagnosticCode.DiskFull"/> or <see cref="DiagnosticCode.CannotWrite"/>.</returns>
    internal static ContainerizeException Explain(Exception failure, string what) => IsDiskFull(failure)
        ? new(DiagnosticCode.DiskFull, $"{what} could not be written: the disk is full, or your quota on it is used up. What was there before is unchanged. Make room and build again.", failure)
        : new(DiagnosticCode.CannotWrite, $"{what} could not be written: {Printable.Clean(failure.Message)} What was there before is unchanged. Check the path and that you may write there.", failure);
}
