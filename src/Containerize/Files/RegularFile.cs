using Microsoft.Win32.SafeHandles;

namespace Containerize.Files;

/// <summary>
/// The one way to open what this process did not just create. A pipe or a device where a file is expected would hold the build for ever, so
/// only regular files are opened; the null device reads as an empty one. Between the look and the opening the file could be replaced, but
/// only by a user who may write its directory.
/// </summary>
internal static class RegularFile
{
    /// <summary>The size of the largest document that is read into memory unless a caller has its own bound, in bytes.</summary>
    internal const long MaxDocument = 256 * 1024 * 1024;

    private const string NullDevice = "/dev/null";

    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether there is something to be read under a name; it may turn out not to be a file, or not readable.</summary>
    internal static bool IsThere(string path) => FileStatus.TryOf(path, followLinks: false) is not null;

    /// <summary>Looks at a file, following links.</summary>
    /// <exception cref="IOException">There is none, or it is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be looked at.</exception>
    internal static FileStatus StatusOf(string path)
    {
        var status = FileStatus.Of(path, followLinks: true);
        return status.Kind switch
        {
            FileKind.Directory => throw new IOException("It is a directory, not a file."),
            FileKind.Special => throw new IOException("It is a pipe, a socket or a device, not a file."),
            _ => status,
        };
    }

    /// <summary>Opens a file for reading.</summary>
    /// <param name="options">How it will be read.</param>
    /// <param name="bufferSize">For readers that take few bytes at a time; 0 buffers nothing.</param>
    /// <exception cref="IOException">There is none, or it is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    internal static FileStream OpenRead(string path, FileOptions options = FileOptions.None, int bufferSize = 0) => new(
        Readable(path), new FileStreamOptions { BufferSize = bufferSize, Share = FileShare.Read | FileShare.Delete, Options = options });

    /// <summary>Opens a file for reading at any place, see <see cref="OpenRead"/>.</summary>
    internal static SafeFileHandle OpenHandle(string path, FileOptions options = FileOptions.None) =>
        File.OpenHandle(Readable(path), share: FileShare.Read | FileShare.Delete, options: options);

    /// <summary>Reads until the buffer is full, or the file ends.</summary>
    /// <returns>How many bytes were read.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static int ReadFully(SafeFileHandle file, Span<byte> buffer, long offset)
    {
        var total = 0;
        for (int read; total < buffer.Length && (read = RandomAccess.Read(file, buffer[total..], offset + total)) > 0;)
        {
            total += read;
        }

        return total;
    }

    /// <summary>Has the bytes of a file written to the disk.</summary>
    /// <exception cref="IOException">There is none, or it is not a regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    internal static void FlushToDisk(string path)
    {
        StatusOf(path);
        using var file = File.OpenHandle(path, access: FileAccess.ReadWrite, share: FileShare.ReadWrite | FileShare.Delete);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>
    /// Adds bytes to the end of a file, which is created if there is none. Processes that do so at once wait for one another.
    /// </summary>
    /// <param name="patience">How long to wait for others.</param>
    /// <exception cref="IOException">It cannot be written, or is not a regular file, or others held it all the time.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be written.</exception>
    internal static async Task AppendAsync(
        string path, ReadOnlyMemory<byte> content, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; ; waited += s_pause)
        {
            try
            {
                if (IsThere(path))
                {
                    StatusOf(path);
                }

                using var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
                file.Write(content.Span);
                return;
            }
            catch (Exception failure) when (FileLock.IsHeld(failure, waited) && waited < patience)
            {
                await Task.Delay(s_pause, cancellationToken);
            }
        }
    }

    /// <summary>Reads a document, see <see cref="OpenRead"/>.</summary>
    /// <param name="maxSize">How many bytes it may have; more are a failure.</param>
    internal static byte[] ReadAllBytes(string path, long maxSize = MaxDocument)
    {
        using var file = OpenRead(path, FileOptions.SequentialScan);
        // Files of /proc have no length, and others may grow.
        using var content = new MemoryStream((int)Math.Min(file.Length, maxSize));
        var buffer = new byte[Math.Clamp(file.Length + 1, 4096, 128 * 1024)];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            content.Write(buffer, 0, read);
            if (content.Length > maxSize)
            {
                throw new IOException($"It is larger than {ByteSize.Format(maxSize)}.");
            }
        }

        return content.TryGetBuffer(out var bytes) && bytes.Count == bytes.Array!.Length ? bytes.Array : content.ToArray();
    }

    /// <summary>Reads a text, see <see cref="ReadAllBytes"/>: UTF-8, or what its first bytes say.</summary>
    internal static string ReadAllText(string path, long maxSize = MaxDocument)
    {
        using var reader = new StreamReader(new MemoryStream(ReadAllBytes(path, maxSize), writable: false));
        return reader.ReadToEnd();
    }

    /// <summary>Reads the lines of a text, see <see cref="ReadAllText"/>.</summary>
    internal static IReadOnlyList<string> ReadAllLines(string path, long maxSize = MaxDocument)
    {
        using var reader = new StringReader(ReadAllText(path, maxSize));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            lines.Add(line);
        }

        return lines;
    }

    private static string Readable(string path) => Readable(path, StatusOf(path), OperatingSystem.IsWindows());

    /// <summary>
    /// What is opened to read a file. Where the system does not tell a pipe from a file, the pipe has no size; nor has a file that is worth
    /// reading. One that is written to is opened itself.
    /// </summary>
    internal static string Readable(string path, FileStatus status, bool isWindows) =>
        status is { Owner: null, Stamp.Size: 0 } && !isWindows ? NullDevice : path;
}
