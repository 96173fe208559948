using System.Globalization;
using Containerize.Compression;
using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.MSBuild;

/// <summary>Reads <c>ContainerizeCompressionLevel</c>, whose numbers mean what they mean to each compressor.</summary>
internal static class CompressionLevels
{
    private const int MaxGzip = 9;
    private const int MaxZstd = 22;

    /// <summary>The options with the level.</summary>
    /// <param name="options">The options.</param>
    /// <param name="compression">What compresses.</param>
    /// <param name="text">The level; empty for the default.</param>
    /// <returns>The options.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static LayerOptions Apply(LayerOptions options, LayerCompression compression, string text)
    {
        var most = compression == LayerCompression.Zstd ? MaxZstd : MaxGzip;
        return text.ToUpperInvariant() switch
        {
            "" or "DEFAULT" => options,
            "FAST" => options with { Level = DeflateLevel.Fast, ZstdLevel = 1 },
            "SMALL" => options with { Level = DeflateLevel.Small, ZstdLevel = 12 },
            _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most =>
                options with { Level = number switch { < 4 => DeflateLevel.Fast, < 7 => DeflateLevel.Default, _ => DeflateLevel.Small }, ZstdLevel = number },
            _ => throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeCompressionLevel '{text}' is unknown. Write fast, default, small, or a number from 1 to {most}."),
        };
    }
}
