using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>A file, link or empty directory in the publish directory.</summary>
internal sealed record PublishedFile : IPlannedFile
{
    /// <summary>The path below the publish directory, with <c>/</c>.</summary>
    public required string RelativePath { get; init; }

    /// <summary>What it is.</summary>
    public required LayerEntryType Type { get; init; }

    /// <summary>The file on this machine.</summary>
    public required string SourcePath { get; init; }

    /// <summary>Its size when it was listed, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Its stamp when it was listed; null when it is not known.</summary>
    public FileStamp? Stamp { get; init; }

    /// <summary>When the last link that leads to it was made, in nanoseconds since 1970; zero without links.</summary>
    public long LinkedAt { get; init; }

    /// <summary>Whether it is a program: by its content, or by the execute bit that the project gave it.</summary>
    public bool IsExecutable { get; init; }

    /// <summary>Where a link points to.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>Where it comes from.</summary>
    public required FileOrigin Origin { get; init; }
}
