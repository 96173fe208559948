using Containerize.Oci;

namespace Containerize.MSBuild;

/// <summary>The mirrors that a project names, in their order.</summary>
/// <param name="ByRegistry">The mirrors of each registry: host, optional port, optional path.</param>
/// <param name="Insecure">Hosts of mirrors that may speak HTTP or have an untrusted certificate.</param>
internal sealed record MirrorList(IReadOnlyDictionary<string, IReadOnlyList<string>> ByRegistry, IReadOnlyList<string> Insecure)
{
    /// <summary>Reads the items <c>ContainerizeRegistryMirror</c>, each as <c>mirror|registry|insecure</c>, separated by semicolons.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static MirrorList Parse(string text)
    {
        var mirrors = text.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Read).ToList();
        return new(
            mirrors.GroupBy(mirror => mirror.Registry, StringComparer.Ordinal).ToDictionary(group => group.Key, group => (IReadOnlyList<string>)[.. group.Select(mirror => mirror.Location.ToString())]),
            [.. mirrors.Where(mirror => mirror.IsInsecure).Select(mirror => mirror.Location.Host)]);
    }

    private static Mirror Read(string item)
    {
        string[] parts = [.. item.Split('|').Select(part => part.Trim())];
        var location = RegistryLocation.Parse(parts[0]);
        if (parts.Length != 3 || !ImageReference.IsRegistry(location.Host) || (location.Path.Length > 0 && !ImageReference.IsRepository(location.Path))
            || !ImageReference.IsRegistry(parts[1]))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidProperty,
                $"The item ContainerizeRegistryMirror '{parts[0]}' is not a mirror of a registry. Write <ContainerizeRegistryMirror Include=\"mirror.example.com/path\" Registry=\"docker.io\" />.");
        }

        return new Mirror(location, ImageReference.NormalizeRegistry(parts[1]), location.IsPlainHttp || parts[2].Equals("true", StringComparison.OrdinalIgnoreCase));
    }

    private sealed record Mirror(RegistryLocation Location, string Registry, bool IsInsecure);
}
