using System.Text.Json.Serialization;

namespace Containerize.Registry.Machine;

/// <summary>The members of Docker's <c>daemon.json</c> that concern registries.</summary>
internal sealed record DockerDaemon(
    [property: JsonPropertyName("insecure-registries")] IReadOnlyList<string?>? InsecureRegistries,
    [property: JsonPropertyName("registry-mirrors")] IReadOnlyList<string?>? RegistryMirrors);

/// <summary>The documents of engines' configuration. Duplicate members are refused.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DockerDaemon))]
internal sealed partial class MachineJson : JsonSerializerContext;
