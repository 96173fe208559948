using Containerize.Oci;

namespace Containerize.SupplyChain.Sbom;

/// <summary>Names of packages that all tools of supply chains understand: <c>pkg:TYPE/NAMESPACE/NAME@VERSION?QUALIFIERS</c>.</summary>
/// <remarks>The Package URL specification (ECMA-427).</remarks>
internal static class PackageUrl
{
    private const string RepositoryQualifier = "repository_url=";

    /// <summary>Whether the name of an image says which registry has it.</summary>
    internal static bool IsInRegistry(string image) => image.Contains(RepositoryQualifier, StringComparison.Ordinal);

    /// <summary>A package of NuGet.</summary>
    /// <param name="version">Its version; null when it is not known.</param>
    internal static string NuGet(string id, string? version) => $"pkg:nuget/{Escape(id)}{(version is null ? "" : $"@{Escape(version)}")}";

    /// <summary>A package of Debian or a distribution like it.</summary>
    /// <param name="vendor">The distribution, as its os-release names it: <c>debian</c>, <c>ubuntu</c>.</param>
    /// <param name="source">What it was built from, which is named where the package itself does not say it, as Syft does: Grype finds
    /// advisories by it.</param>
    /// <param name="distribution">The distribution with its release: <c>debian-12</c>; null when it is not known.</param>
    internal static string Debian(
        string vendor, string name, string version, string architecture, SourcePackage source, string? distribution) =>
        $"pkg:deb/{Escape(vendor)}/{Escape(name)}@{Escape(version)}?arch={Escape(architecture)}"
        + (distribution is null ? "" : $"&distro={Escape(distribution)}")
        + (source.Version != version ? $"&upstream={Escape($"{source.Name}@{source.Version}")}"
            : source.Name != name ? $"&upstream={Escape(source.Name)}" : "");

    /// <summary>An image.</summary>
    /// <param name="name">The last part of its repository.</param>
    /// <param name="platform">What it runs on; null for an index.</param>
    /// <param name="repository">Where it is; null for an image that is delivered to any number of places.</param>
    internal static string Image(string name, Digest digest, Platform? platform, ImageReference? repository = null) =>
        $"pkg:oci/{Escape(name)}@{Escape(digest.ToString())}{(platform is null ? "" : $"?arch={Escape(platform.Architecture)}")}"
        + (repository is null ? "" : $"&{RepositoryQualifier}{Escape(repository.Repository.ToString())}")
        + (repository?.Tag is { } tag ? $"&tag={Escape(tag)}" : "");

    // The specification leaves colons as they are.
    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
