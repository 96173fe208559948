namespace Containerize.Storage;

/// <summary>Explains why a file could not be written.</summary>
internal static class WriteFailure
{
    private const int LinuxNoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = 0x70;
    private const int WindowsHandleDiskFull = 0x27;

    /// <summary>Whether a failure is one that <see cref="Explain"/> knows.</summary>
    /// <param name="failure">The failure.</param>
    /// <returns>Whether it came from the file system.</returns>
    internal static bool IsOne(Exception failure) => failure is IOException or UnauthorizedAccessException;

    /// <summary>The failure in the user's words.</summary>
    /// <param name="failure">What the system said.</param>
    /// <param name="what">What was written, with its article and path.</param>
    /// <returns>The failure to throw: <see cref="DiagnosticCode.DiskFull"/> or <see cref="DiagnosticCode.CannotWrite"/>.</returns>
    internal static ContainerizeException Explain(Exception failure, string what) => IsDiskFull(failure)
        ? new(DiagnosticCode.DiskFull, $"The disk is full: {what} could not be written. What was there before is unchanged. Free some space and build again.", failure)
        : new(DiagnosticCode.CannotWrite, $"{what} could not be written: {Printable.Clean(failure.Message)} What was there before is unchanged.", failure);

    private static bool IsDiskFull(Exception failure) => failure is IOException && (failure.HResult & 0xffff) is var code
        && (OperatingSystem.IsWindows() || failure.HResult < 0 ? code is WindowsDiskFull or WindowsHandleDiskFull
            : code == LinuxNoSpace || code == (OperatingSystem.IsMacOS() ? MacQuota : LinuxQuota));
}
