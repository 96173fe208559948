namespace Containerize.Files;

/// <summary>Whether a file of this machine may be executed, on systems that know it and on those that do not.</summary>
internal static class ExecuteBit
{
    /// <summary>Whether a file may be executed.</summary>
    /// <param name="mode">Its permissions; not looked at on Windows.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal static bool IsSet(string file, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            return (mode & FileModes.AnyExecute) != 0;
        }

        // Windows knows no execute bit, so the content tells: ELF programs and libraries, and scripts.
        Span<byte> magic = stackalloc byte[4];
        try
        {
            using var stream = RegularFile.OpenRead(file);
            var length = stream.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
            return magic[..length].StartsWith("\u007fELF"u8) || magic[..length].StartsWith("#!"u8);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{file}' cannot be read: {failure.Message}. Check its permissions.", failure);
        }
    }
}
