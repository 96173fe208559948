namespace Containerize.Layers;

/// <summary>Explains why a store could not take a layer.</summary>
internal static class StoreFailure
{
    private const int LinuxNoSpace = 28;
    private const int LinuxQuota = 122;
    private const int MacQuota = 69;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);
    private const int WindowsQuota = unchecked((int)0x8007050F);

    /// <summary>Turns what the system says into what the user can do.</summary>
    /// <param name="failure">The failure of a write.</param>
    /// <param name="directory">Where the store lies.</param>
    internal static ContainerizeException Explain(Exception failure, string directory) => IsDiskFull(failure)
        ? new(
            DiagnosticCode.DiskFull,
            $"The disk with '{Printable.Clean(directory)}' is full, or your quota on it is used up. Nothing was kept of the layer. Make room and build again.",
            failure)
        : new(
            DiagnosticCode.CannotWrite,
            $"A layer cannot be written to '{Printable.Clean(directory)}': {Printable.Clean(failure.Message)} Check that the directory exists and that you may write there.",
            failure);

    // On Unix the runtime passes the system's error number on as it is.
    private static bool IsDiskFull(Exception failure) => failure is IOException && failure.HResult switch
    {
        WindowsDiskFull or WindowsHandleDiskFull or WindowsQuota => true,
        LinuxNoSpace => !OperatingSystem.IsWindows(),
        LinuxQuota => OperatingSystem.IsLinux(),
        MacQuota => OperatingSystem.IsMacOS(),
        _ => false,
    };
}
