using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Files;

namespace Containerize.Compression;

/// <summary>
/// Unpacks a gzip file that is whole: the framework's stream ends silently at bytes that are behind the last member, and where the end of
/// that is missing. So a member of our own is put behind the file. It comes out last, as it went in, only if nothing else is there.
/// </summary>
/// <param name="gzip">The file; disposed with this stream.</param>
internal sealed class WholeGzipStream(Stream gzip) : ForwardStream
{
    private const int MarkLength = 16;

    // Not to be foreseen by what made the file.
    private readonly byte[] _mark = RandomNumberGenerator.GetBytes(MarkLength);
    private readonly byte[] _buffer = new byte[80 * 1024];
    private GZipStream? _unpacked;
    private int _start;
    private int _end;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">The file is damaged, has no end, or other bytes behind its end.</exception>
    public override int Read(Span<byte> buffer)
    {
        var ready = buffer.IsEmpty ? 0 : Fill();
        var count = Math.Min(buffer.Length, ready);
        _buffer.AsSpan(_start, count).CopyTo(buffer);
        _start += count;
        return count;
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _unpacked?.Dispose();
            gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <returns>How many bytes can be given away: all but the last ones, which may be the mark.</returns>
    private int Fill()
    {
        _unpacked ??= new GZipStream(new Marked(gzip, Pack(_mark)), CompressionMode.Decompress);
        while (_end - _start <= MarkLength)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            var read = _unpacked.Read(_buffer.AsSpan(_end));
            _end += read;
            if (read == 0)
            {
                return _buffer.AsSpan(0, _end).SequenceEqual(_mark) ? 0 : throw new InvalidDataException(
                    "its compression does not end where the file does: bytes are missing, or others are behind it");
            }
        }

        return _end - _start - MarkLength;
    }

    private static byte[] Pack(byte[] content)
    {
        using var member = new GzipMember(DeflateLevel.Fast);
        var packed = new byte[member.RoomFor(content.Length)];
        return packed[..member.Compress(content, packed)];
    }

    /// <summary>A file, and what follows it.</summary>
    private sealed class Marked(Stream file, byte[] mark) : ForwardStream
    {
        private int _given;

        public override int Read(Span<byte> buffer)
        {
            if (file.Read(buffer) is > 0 and var read)
            {
                return read;
            }

            var count = Math.Min(buffer.Length, mark.Length - _given);
            mark.AsSpan(_given, count).CopyTo(buffer);
            _given += count;
            return count;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            new(Read(buffer.Span));
    }
}
