using System.IO.Compression;

namespace Containerize.Inspection;

/// <summary>Measures how small a file becomes when it is compressed by itself.</summary>
internal sealed class PackedSize : IDisposable
{
    private readonly CountingStream _counted = new();
    private readonly DeflateStream _deflate;

    /// <param name="level">How well it is compressed. Fast is enough to compare the files of a layer with one another.</param>
    internal PackedSize(CompressionLevel level = CompressionLevel.Fastest) => _deflate = new(_counted, level, leaveOpen: true);

    internal void Add(ReadOnlySpan<byte> content) => _deflate.Write(content);

    /// <summary>The size in bytes, when all of the content was added.</summary>
    internal long Complete()
    {
        _deflate.Dispose();
        return _counted.Length;
    }

    public void Dispose()
    {
        _deflate.Dispose();
        _counted.Dispose();
    }

    /// <summary>Counts what is written, and keeps nothing.</summary>
    private sealed class CountingStream : Stream
    {
        private long _length;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => _length;

        public override long Position
        {
            get => _length;
            set => throw new NotSupportedException();
        }

        public override void Write(byte[] buffer, int offset, int count) => _length += count;

        public override void Write(ReadOnlySpan<byte> buffer) => _length += buffer.Length;

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
