using System.Buffers.Binary;
using System.IO.Hashing;

namespace Containerize.Compression;

/// <summary>
/// Compresses bytes to one member of a gzip file (RFC 1952). Members written one after another are one gzip file,
/// so they can be made side by side and kept apart.
/// </summary>
/// <remarks>An instance can be used again, but not by two threads at a time.</remarks>
internal sealed class GzipMember : ISegmentCompressor
{
    private const int TrailerLength = 8;

    private readonly DeflateEncoder _encoder;

    /// <summary>Creates a compressor.</summary>
    /// <param name="level">How hard it tries.</param>
    internal GzipMember(DeflateLevel level) => _encoder = new DeflateEncoder(level);

    // Deflate, no flags, no time, no word on the level, and an unknown system: what depends on neither the place nor the moment.
    private static ReadOnlySpan<byte> Header => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255];

    /// <summary>How much room <see cref="Compress"/> needs at most.</summary>
    internal static int MaxLength(int length) => Header.Length + DeflateEncoder.MaxLength(length) + TrailerLength;

    /// <inheritdoc/>
    public int RoomFor(int length) => MaxLength(length);

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public int Compress(ReadOnlySpan<byte> content, Span<byte> output)
    {
        Header.CopyTo(output);
        var length = Header.Length + _encoder.Encode(content, output[Header.Length..^TrailerLength]);
        BinaryPrimitives.WriteUInt32LittleEndian(output[length..], Crc32.HashToUInt32(content));
        BinaryPrimitives.WriteUInt32LittleEndian(output[(length + 4)..], (uint)content.Length);
        return length + TrailerLength;
    }
}
