using System.Buffers.Binary;
using System.IO.Hashing;
using Containerize.Files;

namespace Containerize.Destinations;

/// <summary>
/// Writes gzip whose content is stored, not compressed: layers are compressed already, and a second time costs much and gains nothing.
/// The content lies at known places, so that a file can be compared with what would be written.
/// </summary>
/// <remarks>RFC 1952 and, for stored blocks, RFC 1951, section 3.2.4.</remarks>
internal sealed class StoredGzipStream : Stream
{
    // The largest multiple of a tar block that a stored block holds: no tar header lies across two of them.
    private const int BlockSize = 127 * TarHeader.BlockSize;
    private const int BlockHeader = 5;
    private const int Header = 10;
    private const int Trailer = BlockHeader + 8;

#pragma warning disable CA2213 // The caller's: it still has to rename the file.
    private readonly Stream _target;
#pragma warning restore CA2213
    private readonly Crc32 _checksum = new();
    private readonly byte[] _block = new byte[BlockHeader + BlockSize];
    private int _filled;
    private long _length;

    private StoredGzipStream(Stream target) => _target = target;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _length;
        set => throw new NotSupportedException();
    }

    /// <summary>Starts a file.</summary>
    /// <param name="target">Takes the bytes; not disposed.</param>
    /// <returns>Takes the content; <see cref="CompleteAsync"/> ends the file.</returns>
    internal static async Task<StoredGzipStream> CreateAsync(Stream target, CancellationToken cancellationToken)
    {
        // Deflate, no flags, no time, no hint of the effort, an unknown file system.
        await target.WriteAsync((byte[])[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255], cancellationToken);
        return new StoredGzipStream(target);
    }

    /// <summary>Where a byte of the content lies in the file.</summary>
    /// <param name="offset">Its place in the content.</param>
    /// <returns>Its place in the file.</returns>
    internal static long PositionOf(long offset) => Header + offset + (BlockHeader * ((offset / BlockSize) + 1));

    /// <summary>How long the file is.</summary>
    /// <param name="length">How long the content is; not 0.</param>
    /// <returns>The length in bytes.</returns>
    internal static long LengthOf(long length) => PositionOf(length - 1) + 1 + Trailer;

    /// <summary>Ends the file.</summary>
    internal async Task CompleteAsync(CancellationToken cancellationToken)
    {
        await WriteBlockAsync(cancellationToken);
        var end = new byte[Trailer];
        end[0] = 1;
        end[3] = end[4] = 0xff;
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(5), _checksum.GetCurrentHashAsUInt32());
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(9), (uint)_length);
        await _target.WriteAsync(end, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _checksum.Append(buffer.Span);
        _length += buffer.Length;
        while (buffer.Length > 0)
        {
            var count = Math.Min(buffer.Length, BlockSize - _filled);
            buffer[..count].CopyTo(_block.AsMemory(BlockHeader + _filled));
            _filled += count;
            buffer = buffer[count..];
            if (_filled == BlockSize)
            {
                await WriteBlockAsync(cancellationToken);
            }
        }
    }

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private async Task WriteBlockAsync(CancellationToken cancellationToken)
    {
        if (_filled > 0)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(_block.AsSpan(1), (ushort)_filled);
            BinaryPrimitives.WriteUInt16LittleEndian(_block.AsSpan(3), (ushort)~_filled);
            await _target.WriteAsync(_block.AsMemory(0, BlockHeader + _filled), cancellationToken);
            _filled = 0;
        }
    }
}
