namespace Containerize.Files;

/// <summary>Whether a file is a program. The content tells on every system; permissions only where the content does not.</summary>
internal static class ExecuteBit
{
    /// <summary>What the content of a file says.</summary>
    /// <returns>
    /// True for ELF programs and libraries, and for scripts with <c>#!</c>; false for assemblies and programs of Windows; null for all
    /// else.
    /// </returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal static bool? OfContent(string file)
    {
        Span<byte> magic = stackalloc byte[4];
        try
        {
            using var handle = RegularFile.OpenHandle(file);
            ReadOnlySpan<byte> read = magic[..RegularFile.ReadFully(handle, magic, offset: 0)];
            return read.StartsWith("\u007fELF"u8) || read.StartsWith("#!"u8) ? true
                : read.StartsWith("MZ"u8) ? false
                : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{file}' cannot be read: {failure.Message}. Check its permissions.", failure);
        }
    }

    /// <summary>Whether any user may execute a file with these permissions. Windows has none.</summary>
    internal static bool IsIn(UnixFileMode mode) => (mode & FileModes.AnyExecute) != 0;
}
