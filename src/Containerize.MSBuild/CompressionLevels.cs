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

    /// <summary>The level of each compressor; empty text stands for the defaults.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static (DeflateLevel Gzip, int Zstd) Parse(LayerCompression compression, string text)
    {
        var most = compression == LayerCompression.Zstd ? MaxZstd : MaxGzip;
        return text.ToUpperInvariant() switch
        {
            "" or "DEFAULT" => (DeflateLevel.Default, LayerOptions.DefaultZstdLevel),
            "FAST" => (DeflateLevel.Fast, 1),
            "SMALL" => (DeflateLevel.Small, 12),
            _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most =>
                (number switch { < 4 => DeflateLevel.Fast, < 7 => DeflateLevel.Default, _ => DeflateLevel.Small }, number),
            _ => throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeCompressionLevel '{text}' is unknown. Write fast, default, small, or a number from 1 to {most}."),
        };
    }
}
