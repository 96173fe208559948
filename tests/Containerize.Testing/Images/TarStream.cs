using System.Security.Cryptography;
using Containerize.Oci;

namespace Containerize.Testing.Images;

/// <summary>Reads a tar, hashes all of it and remembers how it ends.</summary>
internal sealed class TarStream(Stream inner, Digest expected) : Stream
{
    private const int EndSize = 1024;

    private readonly IncrementalHash _hash = expected.CreateHash();
    private long _length;
    private long _zeros;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Whether what was read has the expected digest. Asked once, at the end.</summary>
    internal bool HasDigest => expected.Matches(_hash);

    /// <summary>Whether it ended as tars end: with whole blocks, the last two of them zeros.</summary>
    internal bool IsEnded => _length % 512 == 0 && _zeros >= EndSize;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = inner.Read(buffer);
        var bytes = buffer[..read];
        _hash.AppendData(bytes);
        _length += read;
        var last = bytes.LastIndexOfAnyExcept((byte)0);
        _zeros = last < 0 ? _zeros + read : read - last - 1;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    internal void ReadToEnd() => CopyTo(Null);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
