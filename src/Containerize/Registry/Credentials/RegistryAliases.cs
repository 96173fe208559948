using Containerize.Oci;

namespace Containerize.Registry.Credentials;

/// <summary>The names under which credential files and helpers know a registry.</summary>
internal static class RegistryAliases
{
    /// <summary>Docker Hub's key in Docker's own files, from its first protocol.</summary>
    internal const string DockerHubKey = "https://index.docker.io/v1/";

    private static readonly string[] s_dockerHub = [ImageReference.DockerHub, "index.docker.io", "registry-1.docker.io"];

    internal static IReadOnlyList<string> HostsOf(string registry) => registry == ImageReference.DockerHub ? s_dockerHub : [registry];

    /// <summary>What a helper is asked for.</summary>
    internal static string HelperKey(string registry) => registry == ImageReference.DockerHub ? DockerHubKey : registry;

    /// <summary>The host of a key that is shaped like a URL; null when it is a plain host or has a path that names a repository.</summary>
    internal static string? HostOfUrl(string key)
    {
        var location = RegistryLocation.Parse(key);
        return (key.Contains('/', StringComparison.Ordinal) && location.Path.Length == 0) || location.Path is "v1" or "v2"
            ? ImageReference.NormalizeRegistry(location.Host)
            : null;
    }
}
