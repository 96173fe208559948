namespace Containerize.Inputs;

/// <summary>Where a published file comes from.</summary>
internal enum FileOriginKind
{
    /// <summary>The project's own output and content.</summary>
    App,

    /// <summary>Another project of the same solution.</summary>
    Project,

    /// <summary>A NuGet package.</summary>
    Package,

    /// <summary>The .NET runtime, published along with a self-contained app.</summary>
    RuntimePack,

    /// <summary>Not from this publish: stale, or put there by hand.</summary>
    Unexpected,
}

/// <summary>Where a published file comes from.</summary>
/// <param name="Kind">Which kind of origin.</param>
/// <param name="PackageId">The package, for packages and runtime packs.</param>
/// <param name="PackageVersion">The package's version.</param>
internal sealed record FileOrigin(FileOriginKind Kind, string? PackageId = null, string? PackageVersion = null)
{
    /// <summary>The project's own output and content.</summary>
    public static FileOrigin App { get; } = new(FileOriginKind.App);

    /// <summary>The package as <c>id version</c>; null for what comes from none.</summary>
    public string? Package => PackageId is null ? null : $"{PackageId} {PackageVersion}".TrimEnd();

    /// <summary>Whether NuGet put the file on this machine, with permissions that differ between systems.</summary>
    internal bool IsFromNuGet => Kind is FileOriginKind.Package or FileOriginKind.RuntimePack;

    /// <summary>Not from this publish.</summary>
    public static FileOrigin Unexpected { get; } = new(FileOriginKind.Unexpected);
}
