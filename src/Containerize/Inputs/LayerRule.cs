namespace Containerize.Inputs;

/// <summary>A layer that users make by pattern. A file must fit everything that the rule says; of several rules the first counts.</summary>
/// <param name="Name">What the layer is called; the name of a layer that is there anyway adds to that one.</param>
internal sealed record LayerRule(string Name)
{
    /// <summary>Which files, by path below the publish directory; empty for all.</summary>
    public IReadOnlyList<FilePattern> Files { get; init; } = [];

    /// <summary>Of which packages, by id; empty for files of any origin.</summary>
    public IReadOnlyList<FilePattern> Packages { get; init; } = [];

    /// <summary>Of which origin; empty for all.</summary>
    public IReadOnlyList<FileOriginKind> Origins { get; init; } = [];

    /// <summary>The layer that lies above it; null for no wish.</summary>
    public string? Before { get; init; }

    /// <summary>The layer that lies below it; null for no wish.</summary>
    public string? After { get; init; }

    /// <summary>Whether a file belongs into the layer.</summary>
    internal bool Takes(IPlannedFile file) =>
        (Files.Count == 0 || Files.Any(pattern => pattern.Matches(file.RelativePath)))
        && (Packages.Count == 0 || (file.Origin.PackageId is { } package && Packages.Any(pattern => pattern.Matches(package))))
        && (Origins.Count == 0 || Origins.Contains(file.Origin.Kind));
}
