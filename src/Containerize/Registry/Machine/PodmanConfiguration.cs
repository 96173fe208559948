using System.Text.Json.Serialization;
using Tomlyn;
using Tomlyn.Serialization;

namespace Containerize.Registry.Machine;

/// <summary>The members of Podman's <c>registries.conf</c> that concern pulling and pushing.</summary>
/// <remarks>containers-registries.conf(5).</remarks>
internal sealed class PodmanConfiguration
{
    private const string Aliases = "[aliases]";

    [JsonPropertyName("registry")]
    public List<PodmanRegistry>? Registries { get; set; }

    /// <summary>The programs that are asked for credentials, in their order; <c>containers-auth.json</c> stands for the file.</summary>
    [JsonPropertyName("credential-helpers")]
    public List<string>? CredentialHelpers { get; set; }

    /// <summary>Reads a file.</summary>
    /// <returns>What it says; null for nothing.</returns>
    /// <exception cref="TomlException">It is not TOML, or its members are of other types.</exception>
    internal static PodmanConfiguration? Parse(string text) =>
        HasAliasesOnly(text) ? null : TomlSerializer.Deserialize(text, PodmanToml.Default.PodmanConfiguration);

    // Files as distributions install them: comments, and short names, which concern no one but Podman. Each build would load a parser for
    // them. What looks otherwise in any line is for that to judge.
    private static bool HasAliasesOnly(string text)
    {
        var isInAliases = false;
        foreach (var each in text.AsSpan().EnumerateLines())
        {
            var line = each.Trim();
            isInAliases |= line is Aliases;
            if (!line.IsEmpty && line[0] != '#' && line is not Aliases && !(isInAliases && IsAlias(line)))
            {
                return false;
            }
        }

        return true;
    }

    // "name" = "image", without escapes.
    private static bool IsAlias(ReadOnlySpan<char> line)
    {
        var equals = line.IndexOf('=');
        return equals > 0 && IsText(line[..equals].TrimEnd()) && IsText(line[(equals + 1)..].TrimStart());
    }

    private static bool IsText(ReadOnlySpan<char> text) =>
        text.Length > 2 && text[0] == '"' && text[^1] == '"' && text[1..^1].IndexOfAny('"', '\\') < 0;
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
