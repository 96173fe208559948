using Containerize.Compression;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>How a layer is written. All but <see cref="MaxDegreeOfParallelism"/> decide its bytes.</summary>
internal sealed record LayerOptions
{
    /// <summary>How hard zstd compresses when nothing else is asked for.</summary>
    public const int DefaultZstdLevel = 3;

    /// <summary>
    /// The time of all entries when no other is set: one second after the epoch, because some tools take zero for "unknown".
    /// </summary>
    public static DateTimeOffset DefaultModificationTime { get; } = DateTimeOffset.UnixEpoch.AddSeconds(1);

    /// <summary>How the layers of an image are written. There is no other place where that is put together.</summary>
    internal static LayerOptions Of(LayerEncoding encoding, Platform platform, DateTimeOffset time, DeflateLevel gzip, int zstd) => new()
    {
        Encoding = encoding,
        IsWindows = platform.IsWindows,
        ModificationTime = time,
        Level = gzip,
        ZstdLevel = zstd,
    };

    /// <summary>The time of all entries; fractions of seconds are dropped.</summary>
    public DateTimeOffset ModificationTime { get; init; } = DefaultModificationTime;

    /// <summary>How the blob is stored.</summary>
    public LayerEncoding Encoding { get; init; } = LayerEncoding.Of(ImageFormat.Oci, LayerCompression.Gzip);

    /// <summary>Whether the layer is for Windows: its tree lies in <c>Files</c>, and permissions are security descriptors.</summary>
    public bool IsWindows { get; init; }

    /// <summary>How hard gzip compresses.</summary>
    public DeflateLevel Level { get; init; } = DeflateLevel.Default;

    /// <summary>How hard zstd compresses, 1 to 22.</summary>
    public int ZstdLevel { get; init; } = DefaultZstdLevel;

    /// <summary>
    /// What decides the bytes besides the content and the time, as text: the compression and its level. The family of the media type does
    /// not.
    /// </summary>
    internal string BytesKey => Encoding.Compression switch
    {
        LayerCompression.Gzip => $"gzip {(int)Level}",
        LayerCompression.Zstd => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"zstd {ZstdLevel}"),
        _ => "tar",
    };

    /// <summary>Makes what compresses a segment; null for a plain tar.</summary>
    internal Func<ISegmentCompressor>? Compressor => Encoding.Compression switch
    {
        LayerCompression.Gzip => () => new GzipMember(Level),
        LayerCompression.Zstd => () => new ZstdFrame(ZstdLevel),
        _ => null,
    };

    /// <summary>
    /// How many segments are compressed at a time, at least one. More than eight gain nothing: reading and hashing are then the limit.
    /// </summary>
    public int MaxDegreeOfParallelism { get; init; } = Math.Min(Environment.ProcessorCount, 8);
}
