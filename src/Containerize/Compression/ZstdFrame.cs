using ZstdSharp;
using ZstdSharp.Unsafe;

namespace Containerize.Compression;

/// <summary>Compresses bytes to one frame of a zstd file (RFC 8878), with its length and a checksum.</summary>
internal sealed class ZstdFrame : ISegmentCompressor
{
    private readonly Compressor _compressor;

    /// <summary>Creates a compressor.</summary>
    /// <param name="level">1 to 22.</param>
    internal ZstdFrame(int level)
    {
        _compressor = new Compressor(level);
        _compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
    }

    /// <inheritdoc/>
    public int RoomFor(int length) => Compressor.GetCompressBound(length);

    /// <inheritdoc/>
    public int Compress(ReadOnlySpan<byte> content, Span<byte> output) => _compressor.Wrap(content, output);

    /// <inheritdoc/>
    public void Dispose() => _compressor.Dispose();
}
