using Containerize.Oci;
using Containerize.Registry.Protocol;

namespace Containerize.Settings;

/// <summary>Reads how registries are reached: certificates, retries, mirrors, and which of them may be insecure.</summary>
internal static class RegistrySettings
{
    private const int MostRetries = 20;

    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static RegistryOptions Read(ProjectSettings project, BaseSettings baseImage)
    {
        var item = project.One(ItemKind.Registries);
        var mirrors = project.Of(ItemKind.Mirror).Select(Mirror.Read).ToList();
        return new RegistryOptions
        {
            PushRegistries =
            [
                .. project.Of(ItemKind.Registry).SelectMany(registry => Item.Split(registry.Identity))
                    .Select(target => target.Split('/')[0]),
            ],
            PullRegistry = baseImage.Image?.Repository.Registry,
            InsecureRegistries =
                [.. Names(item, "Insecure"), .. mirrors.Where(mirror => mirror.IsInsecure).Select(mirror => mirror.Location.Host)],
            Mirrors = mirrors.GroupBy(mirror => mirror.Registry, mirror => mirror.Location.ToString(), StringComparer.Ordinal)
                .ToDictionary(group => group.Key, IReadOnlyList<string> (group) => [.. group], StringComparer.Ordinal),
            IsOffline = item.IsTrue("Offline"),
            CertificateFiles = CertificateFiles(project),
            MaxRetries = Retries(item),
        };
    }

    /// <summary>How often a request to any server is repeated.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static int Retries(Item item) => SettingText.Number(
        "ContainerizeRegistryRetries", item["Retries"], new RegistryOptions().MaxRetries, least: 0, MostRetries);

    /// <summary>The full paths of files with further certificate authorities, for all servers.</summary>
    internal static IReadOnlyList<string> CertificateFiles(ProjectSettings project) =>
        [.. Names(project.One(ItemKind.Registries), "CertificateFiles").Select(project.FullPath)];

    // Commas separate as well, as they do in the .NET SDK's DOTNET_CONTAINER_INSECURE_REGISTRIES.
    private static string[] Names(Item item, string name) => Item.Split(item[name].Replace(',', ';'));

    /// <param name="Location">The mirror: a host, perhaps with a path.</param>
    /// <param name="Registry">The registry that it mirrors.</param>
    /// <param name="IsInsecure">Whether it may speak HTTP or have an untrusted certificate.</param>
    private sealed record Mirror(RegistryLocation Location, string Registry, bool IsInsecure)
    {
        internal static Mirror Read(Item item)
        {
            var location = RegistryLocation.Parse(item.Identity);
            var registry = item["Registry"];
            return location.IsValid && ImageReference.IsRegistry(registry)
                ? new(location, ImageReference.NormalizeRegistry(registry), location.IsPlainHttp || item.IsTrue("Insecure"))
                : throw SettingText.Invalid($"The item ContainerizeRegistryMirror '{item.Identity}' is not a mirror of a registry. "
                    + $"Write <ContainerizeRegistryMirror Include=\"mirror.example.com/path\" Registry=\"docker.io\" />.");
        }
    }
}
