using Containerize.Oci;

namespace Containerize.Compression;

/// <summary>Tells compressions apart by the bytes they begin with.</summary>
internal static class CompressionMark
{
    /// <summary>How many bytes are enough to tell.</summary>
    internal const int Length = 6;

    /// <summary>Detects the compression.</summary>
    /// <param name="start">The first bytes; all of a file that is shorter than <see cref="Length"/>.</param>
    /// <returns>The compression; null for bzip2 and xz, which no layer may have.</returns>
    internal static LayerCompression? Detect(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? LayerCompression.Gzip
        : start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? LayerCompression.Zstd
        : start.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) || start.StartsWith("BZh"u8) ? null
        : LayerCompression.None;
}
