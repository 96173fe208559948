using Containerize.Compression;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>How a layer is written. All but <see cref="MaxDegreeOfParallelism"/> decide its bytes.</summary>
internal sealed record LayerOptions
{
    /// <summary>The time of all entries when nobody asks for another: one second after the epoch, because some tools take zero for "unknown".</summary>
    public static DateTimeOffset DefaultModificationTime { get; } = DateTimeOffset.UnixEpoch.AddSeconds(1);

    /// <summary>The time of all entries; fractions of seconds are dropped.</summary>
    public DateTimeOffset ModificationTime { get; init; } = DefaultModificationTime;

    /// <summary>The media type of the blob: an OCI or Docker layer, plain or compressed with gzip, or an OCI layer compressed with zstd.</summary>
    public string MediaType { get; init; } = MediaTypes.OciLayerGzip;

    /// <summary>Whether the layer is for Windows: its tree lies in <c>Files</c>, and permissions are security descriptors.</summary>
    public bool IsWindows { get; init; }

    /// <summary>How hard gzip compresses.</summary>
    public DeflateLevel Level { get; init; } = DeflateLevel.Default;

    /// <summary>How hard zstd compresses, 1 to 22.</summary>
    public int ZstdLevel { get; init; } = 3;

    /// <summary>What decides the bytes besides the content and the time: how they are compressed. OCI and Docker layers have the same bytes.</summary>
    internal string Encoding => MediaType switch
    {
        MediaTypes.OciLayer or MediaTypes.DockerLayer => "tar",
        MediaTypes.OciLayerGzip or MediaTypes.DockerLayerGzip => $"gzip {(int)Level}",
        MediaTypes.OciLayerZstd => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"zstd {ZstdLevel}"),
        _ => MediaType,
    };

    /// <summary>How many segments are compressed at a time, at least one. More than eight gain nothing: reading and hashing are then the limit.</summary>
    public int MaxDegreeOfParallelism { get; init; } = Math.Min(Environment.ProcessorCount, 8);
}
