using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Containerize.Files;

/// <summary>
/// Copies a part of a file into another one. Linux does that by itself: the bytes never pass through this process, and some file systems
/// share them.
/// </summary>
internal static partial class FileCopy
{
    private const int Buffer = 128 * 1024;

    // Between two looks at the cancellation; small enough that no cancellation waits for it.
    private const long Stride = 64L * 1024 * 1024;

    /// <summary>Copies bytes.</summary>
    /// <param name="source">The file to read.</param>
    /// <param name="offset">Where its bytes begin.</param>
    /// <param name="target">The file to write.</param>
    /// <returns>How many were copied: fewer when the source ends before.</returns>
    /// <exception cref="IOException">Reading or writing fails.</exception>
    internal static long Run(
        SafeFileHandle source, long offset, long length, SafeFileHandle target, long position, CancellationToken cancellationToken)
    {
        var copied = OperatingSystem.IsLinux() ? Native.Run(source, offset, length, target, position, cancellationToken) : 0;
        var buffer = copied < length ? new byte[Buffer] : [];
        while (copied < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var read = RandomAccess.Read(source, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - copied)), offset + copied);
            if (read == 0)
            {
                break;
            }

            RandomAccess.Write(target, buffer.AsSpan(0, read), position + copied);
            copied += read;
        }

        return copied;
    }

    private static partial class Native
    {
        /// <summary>
        /// Copies what the kernel copies; the rest, and the explanation of a failure, is left to plain reading and writing.
        /// </summary>
        internal static long Run(
            SafeFileHandle source, long offset, long length, SafeFileHandle target, long position, CancellationToken cancellationToken)
        {
            var (from, to) = (offset, position);
            while (from - offset < length)
            {
                cancellationToken.ThrowIfCancellationRequested();
                try
                {
                    // It moves both positions. It fails between some file systems, on old kernels and on a full disk; 0 is the source's
                    // end.
                    if (CopyFileRange(source, ref from, target, ref to, (nuint)Math.Min(Stride, length - (from - offset)), 0) <= 0)
                    {
                        break;
                    }
                }
                catch (EntryPointNotFoundException)
                {
                    // C libraries older than the system call.
                    break;
                }
            }

            return from - offset;
        }

        [LibraryImport("libc", EntryPoint = "copy_file_range", SetLastError = true)]
        [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
        private static partial nint CopyFileRange(
            SafeFileHandle source, ref long offset, SafeFileHandle target, ref long position, nuint length, uint flags);
    }
}
