using Containerize.Files;
using Microsoft.Win32.SafeHandles;

namespace Containerize.Layers.Entries;

/// <summary>
/// A file's content, exactly as long as it was listed. It says that it can seek, because the tar writer asks that for a length;
/// otherwise it would keep the file in memory to learn its size.
/// </summary>
internal sealed class SourceStream : ForwardStream
{
    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly long _length;
    private long _position;

    private SourceStream(SafeFileHandle file, string path, long length)
    {
        _file = file;
        _path = path;
        _length = length;
    }

    public override bool CanSeek => true;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    internal static SourceStream Open(string path, long length)
    {
        try
        {
            return new SourceStream(RegularFile.OpenHandle(path, FileOptions.SequentialScan), path, length);
        }
        catch (Exception failure) when (IsReadFailure(failure))
        {
            throw Unreadable(path, failure);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>,
    /// <see cref="DiagnosticCode.FileChanged"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_position == _length)
        {
            // One byte more than promised shows that the file has grown.
            Span<byte> probe = stackalloc byte[1];
            return ReadFile(probe) == 0 ? 0 : throw Changed(_path);
        }

        buffer = buffer[..(int)Math.Min(buffer.Length, _length - _position)];
        var count = ReadFile(buffer);
        if (count == 0 && buffer.Length > 0)
        {
            throw Changed(_path);
        }

        _position += count;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Files that were just published are in the page cache: a change of threads would cost more than the read.
        return ValueTask.FromResult(Read(buffer.Span));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    private static bool IsReadFailure(Exception failure) => FileFailure.IsOne(failure) || failure is NotSupportedException;

    /// <summary>The failure of a file that cannot be read.</summary>
    /// <param name="failure">What the system says.</param>
    internal static ContainerizeException Unreadable(string path, Exception failure) => new(
        DiagnosticCode.UnreadableFile,
        $"The file '{Printable.Clean(path)}' cannot be read: {Printable.Clean(failure.Message)} Check that it exists and that you may " +
        $"read it.",
        failure);

    private int ReadFile(Span<byte> buffer)
    {
        try
        {
            return RandomAccess.Read(_file, buffer, _position);
        }
        catch (Exception failure) when (IsReadFailure(failure))
        {
            throw Unreadable(_path, failure);
        }
    }

    /// <summary>The failure of a file that did not stay as it was.</summary>
    internal static ContainerizeException Changed(string path) => new(
        DiagnosticCode.FileChanged,
        $"The file '{Printable.Clean(path)}' changed while the image was built from it. Something writes to it during the build; stop " +
        $"that and build again.");
}
