using System.Text.Json.Serialization;
using Tomlyn.Serialization;

namespace Containerize.Registry.Machine;

/// <summary>The members of Podman's <c>registries.conf</c> that concern pulling and pushing.</summary>
/// <remarks>containers-registries.conf(5).</remarks>
internal sealed class PodmanConfiguration
{
    [JsonPropertyName("registry")]
    public List<PodmanRegistry>? Registries { get; set; }
}

/// <summary>One <c>[[registry]]</c>.</summary>
internal sealed class PodmanRegistry
{
    [JsonPropertyName("prefix")]
    public string? Prefix { get; set; }

    [JsonPropertyName("location")]
    public string? Location { get; set; }

    [JsonPropertyName("insecure")]
    public bool Insecure { get; set; }

    [JsonPropertyName("blocked")]
    public bool Blocked { get; set; }

    [JsonPropertyName("mirror-by-digest-only")]
    public bool MirrorByDigestOnly { get; set; }

    [JsonPropertyName("mirror")]
    public List<PodmanMirror>? Mirrors { get; set; }
}

/// <summary>One <c>[[registry.mirror]]</c>.</summary>
internal sealed class PodmanMirror
{
    [JsonPropertyName("location")]
    public string? Location { get; set; }

    [JsonPropertyName("insecure")]
    public bool Insecure { get; set; }

    [JsonPropertyName("pull-from-mirror")]
    public string? PullFromMirror { get; set; }
}

/// <summary>Reads <see cref="PodmanConfiguration"/> without reflection.</summary>
[TomlSerializable(typeof(PodmanConfiguration))]
internal sealed partial class PodmanToml : TomlSerializerContext;
