namespace Containerize.Compression;

/// <summary>How bytes are compressed.</summary>
internal enum CompressionKind
{
    /// <summary>Not at all, as far as can be seen.</summary>
    None,

    /// <summary>With gzip.</summary>
    Gzip,

    /// <summary>With Zstandard.</summary>
    Zstd,

    /// <summary>With bzip2 or xz.</summary>
    Other,
}

/// <summary>Tells compressions apart by the bytes they begin with.</summary>
internal static class CompressionMark
{
    /// <summary>Detects the compression.</summary>
    /// <param name="start">The first bytes; six are enough.</param>
    /// <returns>The compression.</returns>
    internal static CompressionKind Detect(ReadOnlySpan<byte> start) =>
        start.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]) ? CompressionKind.Gzip
        : start.StartsWith((ReadOnlySpan<byte>)[0x28, 0xb5, 0x2f, 0xfd]) ? CompressionKind.Zstd
        : start.StartsWith((ReadOnlySpan<byte>)[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) || start.StartsWith("BZh"u8) ? CompressionKind.Other
        : CompressionKind.None;
}
