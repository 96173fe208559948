namespace Containerize.SupplyChain.Sbom;

/// <summary>A part of an image that has a name of its own.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The name.</param>
/// <param name="Version">The version; null when it is not known.</param>
internal sealed record Component(ComponentKind Kind, string Name, string? Version)
{
    /// <summary>How other tools name it; null for what is in no register.</summary>
    public string? PackageUrl { get; init; }

    /// <summary>The licence, as the package tells it: an SPDX expression, if <see cref="LicenseExpression"/> takes it; null for
    /// none.</summary>
    public string? License { get; init; }

    /// <summary>The SHA-256 of an image's manifest or of a package, in hexadecimal digits; null when it is not known.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The SHA-512 of its package, in hexadecimal digits; null when it is not known.</summary>
    public string? Sha512 { get; init; }

    /// <summary>The source package that it was built from; null when it is of no distribution.</summary>
    public SourcePackage? Source { get; init; }

    /// <summary>What identifies it in the bill.</summary>
    public string Reference => PackageUrl ?? $"{Kind.ToString().ToLowerInvariant()}:{Name}@{Version}";
}

/// <summary>What a package of a distribution was built from. Advisories of distributions are about these.</summary>
internal sealed class SourcePackage(string name, string version)
{
    /// <summary>Its name.</summary>
    public string Name => name;

    /// <summary>Its version, with epoch and revision.</summary>
    public string Version => version;
}

/// <summary>What a component is.</summary>
internal enum ComponentKind
{
    /// <summary>The image.</summary>
    Image,

    /// <summary>The image that it is built upon.</summary>
    Base,

    /// <summary>The project's own program.</summary>
    App,

    /// <summary>A project that the app refers to.</summary>
    Project,

    /// <summary>A NuGet package.</summary>
    Package,

    /// <summary>The runtime, as a NuGet package.</summary>
    RuntimePack,

    /// <summary>An assembly that the app refers to by its file.</summary>
    Assembly,

    /// <summary>The distribution whose packages are in the image, by its os-release.</summary>
    OperatingSystem,

    /// <summary>A package of Debian or a distribution like it.</summary>
    Debian,
}
