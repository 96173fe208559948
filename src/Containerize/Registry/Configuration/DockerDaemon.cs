using System.Text.Json.Serialization;

namespace Containerize.Registry.Configuration;

/// <summary>The members of Docker's <c>daemon.json</c> that concern registries.</summary>
internal sealed record DockerDaemon(
    [property: JsonPropertyName("insecure-registries")] IReadOnlyList<string?>? InsecureRegistries,
    [property: JsonPropertyName("registry-mirrors")] IReadOnlyList<string?>? RegistryMirrors);
