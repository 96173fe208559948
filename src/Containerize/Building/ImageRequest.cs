using Containerize.Bases;
using Containerize.Compression;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Starting;

namespace Containerize.Building;

/// <summary>Everything an image is made from.</summary>
internal sealed record ImageRequest
{
    /// <summary>The layers to put on the base, bottom first.</summary>
    public required IReadOnlyList<ILayerSource> Layers { get; init; }

    /// <summary>The layer that the image's debug image has on top of it; null for no debug image.</summary>
    public ILayerSource? Symbols { get; init; }

    /// <summary>Where the base comes from.</summary>
    public required IImageSource Base { get; init; }

    /// <summary>What the image runs on.</summary>
    public required Platform Platform { get; init; }

    /// <summary>The directory in the image where the process starts: absolute, with <c>/</c>.</summary>
    public required string WorkingDirectory { get; init; }

    /// <summary>The family of media types.</summary>
    public ImageFormat Format { get; init; }

    /// <summary>How layers are compressed.</summary>
    public LayerCompression Compression { get; init; }

    /// <summary>How the app is started.</summary>
    public ImageCommand Command { get; init; } = new();

    /// <summary>The user; null takes the base's <c>APP_UID</c>, else the base's user.</summary>
    public string? User { get; init; }

    /// <summary>Environment variables to set.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Ports to expose, besides those that the environment implies.</summary>
    public IReadOnlyList<Port> Ports { get; init; } = [];

    /// <summary>Labels to set.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>Directories whose content outlives the container: absolute paths in the image.</summary>
    public IReadOnlyList<string> Volumes { get; init; } = [];

    /// <summary>The signal that ends the app; null for the base's.</summary>
    public string? StopSignal { get; init; }

    /// <summary>How to find out whether the app works; null for the base's.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary>What becomes of what keeps the image from starting.</summary>
    public StartPolicy StartCheck { get; init; }

    /// <summary>Asks which packages have libraries that the image lacks; null where nothing may be asked.</summary>
    public FindPackages? FindPackages { get; init; }

    /// <summary>Whether the project says that the app does without cultures.</summary>
    public bool IsInvariant { get; init; }

    /// <summary>Annotations of the manifest, besides those that labels imply.</summary>
    public IReadOnlyDictionary<string, string> Annotations { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether the base's name and digest become labels.</summary>
    public BaseLabels BaseLabels { get; init; } = BaseLabels.None;

    /// <summary>When the image counts as created, and the time of all files in its layers.</summary>
    public DateTimeOffset Created { get; init; } = LayerOptions.DefaultModificationTime;

    /// <summary>How hard gzip compresses.</summary>
    public DeflateLevel GzipLevel { get; init; } = DeflateLevel.Default;

    /// <summary>How hard zstd compresses, 1 to 22.</summary>
    public int ZstdLevel { get; init; } = LayerOptions.DefaultZstdLevel;

    /// <summary>How the layers are written.</summary>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.UnsupportedCompression"/>: the format cannot hold such layers.
    /// </exception>
    public LayerOptions LayerOptions => LayerOptions.Of(LayerEncoding.Of(Format, Compression), Platform, Created, GzipLevel, ZstdLevel);
}

/// <summary>Which labels tell of the base image.</summary>
[Flags]
internal enum BaseLabels
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary><c>org.opencontainers.image.base.name</c>.</summary>
    Name = 1,

    /// <summary><c>org.opencontainers.image.base.digest</c>.</summary>
    Digest = 2,
}
