using System.Globalization;
using Containerize.Compression;
using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>How layers are written.</summary>
/// <param name="Compression">What compresses.</param>
/// <param name="Gzip">How hard gzip compresses.</param>
/// <param name="Zstd">How hard zstd compresses, 1 to 22.</param>
/// <param name="Time">The time of all entries; it is also when the image counts as created.</param>
internal sealed record LayerWriting(LayerCompression Compression, DeflateLevel Gzip, int Zstd, DateTimeOffset Time)
{
    private const int MaxGzip = 9;
    private const int MaxZstd = 22;

    // The largest time of a classic tar header.
    private const long MaxSeconds = 0x1_FFFF_FFFF;

    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static LayerWriting Read(ProjectSettings project)
    {
        var item = project.One(ItemKind.Layers);
        var compression = SettingText.Choice("ContainerizeCompression", item["Compression"], LayerCompression.Gzip);
        var (gzip, zstd) = Levels(item["CompressionLevel"], compression == LayerCompression.Zstd ? MaxZstd : MaxGzip);
        return new(compression, gzip, zstd, Seconds(item["SourceDateEpoch"]));
    }

    /// <summary>How the layers of an image are written.</summary>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.UnsupportedCompression"/>: the format cannot hold such layers.
    /// </exception>
    internal LayerOptions Options(ImageFormat format, Platform platform) =>
        LayerOptions.Of(LayerEncoding.Of(format, Compression), platform, Time, Gzip, Zstd);

    // A number means what it means to the compressor.
    private static (DeflateLevel Gzip, int Zstd) Levels(string text, int most) => text.ToUpperInvariant() switch
    {
        "" or "DEFAULT" => (DeflateLevel.Default, LayerOptions.DefaultZstdLevel),
        "FAST" => (DeflateLevel.Fast, 1),
        "SMALL" => (DeflateLevel.Small, 12),
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= most =>
            (number switch { < 4 => DeflateLevel.Fast, < 7 => DeflateLevel.Default, _ => DeflateLevel.Small }, number),
        _ => throw SettingText.Invalid(
            $"ContainerizeCompressionLevel '{text}' is unknown. Write fast, default, small, or a number from 1 to {most}."),
    };

    private static DateTimeOffset Seconds(string epoch) =>
        epoch.Length == 0 ? LayerOptions.DefaultModificationTime
        : long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= MaxSeconds
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : throw SettingText.Invalid(
            $"SOURCE_DATE_EPOCH '{epoch}' is not a number of seconds since 1970. Correct or unset the environment variable.");
}
