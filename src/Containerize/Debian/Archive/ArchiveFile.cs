using Containerize.Files;
using Containerize.Http;

namespace Containerize.Debian.Archive;

/// <summary>Files of archives that lie on this machine (<c>file:</c> addresses).</summary>
internal static class ArchiveFile
{
    /// <summary>Opens a file that must have a size; its digest is compared as it is read.</summary>
    /// <exception cref="AbsentException">There is no such file.</exception>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DigestMismatch"/>: it has another size;
    /// <see cref="DiagnosticCode.ArchiveUnavailable"/>: it cannot be read.
    /// </exception>
    internal static Stream Open(Uri address, long size)
    {
        var stream = Open(address);
        if (stream.Length == size)
        {
            return stream;
        }

        var length = stream.Length;
        stream.Dispose();
        throw new ContainerizeException(
            DiagnosticCode.DigestMismatch,
            $"'{VerbatimUrl.Public(address)}' has {length} bytes instead of {size}; it is damaged, or of another version of the archive. " +
            $"Nothing was made from it.");
    }

    /// <summary>Reads a document; null when it is larger than the limit.</summary>
    /// <inheritdoc cref="Open(Uri, long)" path="/exception"/>
    internal static byte[]? Read(Uri address, int limit)
    {
        using var stream = Open(address);
        if (stream.Length > limit)
        {
            return null;
        }

        try
        {
            var content = new byte[stream.Length];
            stream.ReadExactly(content);
            return content;
        }
        catch (IOException failure)
        {
            throw Unreadable(address, failure);
        }
    }

    private static FileStream Open(Uri address)
    {
        try
        {
            return RegularFile.OpenRead(address.LocalPath, FileOptions.SequentialScan, bufferSize: 4096);
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new AbsentException(VerbatimUrl.Public(address));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw Unreadable(address, failure);
        }
    }

    private static ContainerizeException Unreadable(Uri address, Exception failure) =>
        new(
            DiagnosticCode.ArchiveUnavailable,
            $"'{VerbatimUrl.Public(address)}' cannot be read: {Printable.Clean(failure.Message)}",
            failure);
}
