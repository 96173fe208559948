using System.Net;
using System.Text.Json;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry.Protocol;
using System.Text.Json.Serialization;
using Tomlyn;

namespace Containerize.Registry.Machine;

/// <summary>What this machine's Docker and Podman know about registries: which are insecure, which have mirrors.</summary>
/// <param name="Insecure">Insecure registries.</param>
/// <param name="Rules">Prefixes and what is special about them.</param>
internal sealed record MachineConfiguration(IReadOnlyList<string> Insecure, IReadOnlyList<RegistryRule> Rules)
{
    /// <summary>The sources of Podman's credentials, in their order; none where its configuration does not name them.</summary>
    internal IReadOnlyList<string> CredentialHelpers { get; init; } = [];

    /// <summary>Reads the files that exist. A damaged one is a warning.</summary>
    internal static MachineConfiguration Read(RegistryOptions options, IReporter reporter)
    {
        var places = new PlaceCheck(reporter);
        var docker = DockerFiles(options)
            .Select(
                path => places.Check(
                    path, TryRead(path, reporter, text => JsonSerializer.Deserialize(text, MachineJson.Default.DockerDaemon))))
            .OfType<DockerDaemon>().ToList();
        var podman = PodmanFiles(options)
            .Select(
                path => places.Check(path, TryRead(path, reporter, PodmanConfiguration.Parse)))
            .OfType<PodmanConfiguration>().ToList();
        var entries = podman.SelectMany(file => file.Registries ?? []).Where(entry => PrefixOf(entry).Length > 0).ToList();
        // What is pushed goes to the prefix itself, what is read comes from its location: both are meant.
        var insecure = docker.SelectMany(file => file.InsecureRegistries ?? []).OfType<string>()
            .Concat(entries.Where(entry => entry.Insecure).SelectMany(entry => new[] { entry.Location, PrefixOf(entry) }).OfType<string>()
                .Select(HostOf))
            .Concat(entries.SelectMany(entry => entry.Mirrors ?? []).Where(mirror => mirror.Insecure)
                .Select(mirror => HostOf(mirror.Location ?? "")));
        // Of two files that name the same prefix, the later one decides.
        var rules = entries.GroupBy(PrefixOf, StringComparer.OrdinalIgnoreCase).Select(group => RuleOf(group.Last())).ToList();
        var hub = docker.SelectMany(file => file.RegistryMirrors ?? []).OfType<string>().Select(RegistryLocation.Parse).ToList();
        var hubMirrors = hub.Select(mirror => new RegistryMirror(mirror.ToString())).ToList();
        var hubInsecure = hub.Where(mirror => mirror.IsPlainHttp).Select(mirror => mirror.Host);
        return new(
            [.. insecure.Concat(hubInsecure)],
            hubMirrors.Count == 0 || rules.Exists(rule => rule.Prefix == ImageReference.DockerHub)
                ? rules
                : [.. rules, new RegistryRule(ImageReference.DockerHub) { Mirrors = hubMirrors }])
        {
            CredentialHelpers = podman.Select(file => file.CredentialHelpers).LastOrDefault(helpers => helpers is not null) ?? [],
        };
    }

    private static string HostOf(string location) => RegistryLocation.Parse(location).Host;

    // A slash at the end means nothing to Podman; compared as it is, it would match no repository.
    private static string PrefixOf(PodmanRegistry entry) =>
        (string.IsNullOrEmpty(entry.Prefix) ? entry.Location : entry.Prefix)?.TrimEnd('/') ?? "";

    private static RegistryRule RuleOf(PodmanRegistry entry) => new(PrefixOf(entry))
    {
        Location = string.IsNullOrEmpty(entry.Location) || entry.Location == PrefixOf(entry) ? null : entry.Location,
        IsBlocked = entry.Blocked,
        Mirrors = [.. (entry.Mirrors ?? []).Where(mirror => !string.IsNullOrEmpty(mirror.Location)).Select(mirror => new RegistryMirror(
            mirror.Location!, ForTags: !entry.MirrorByDigestOnly
                && mirror.PullFromMirror != "digest-only", ForDigests: mirror.PullFromMirror != "tag-only"))],
    };

    private static IEnumerable<string> DockerFiles(RegistryOptions options)
    {
        yield return Path.Combine(options.SystemConfigDirectory, "docker", "daemon.json");
        if (ConfigHome(options) is { } config)
        {
            yield return Path.Combine(config, "docker", "daemon.json");
        }

        if (DockerOfWindows(options) is { } windows)
        {
            yield return Path.Combine(windows, "config", "daemon.json");
        }

        // Docker Desktop's, whose engine is in a machine of its own.
        if (options.InHome(".docker") is { } desktop)
        {
            yield return Path.Combine(desktop, "daemon.json");
        }
    }

    private static IEnumerable<string> PodmanFiles(RegistryOptions options)
    {
        if (options.Environment("CONTAINERS_REGISTRIES_CONF") is { Length: > 0 } named)
        {
            return [named];
        }

        var own = ConfigHome(options) is { } config ? Path.Combine(config, "containers") : null;
        var system = Path.Combine(options.SystemConfigDirectory, "containers");
        var main = own is not null && RegularFile.IsThere(Path.Combine(own, "registries.conf")) ? own : system;
        return [Path.Combine(main, "registries.conf"), .. Fragments(system), .. own is null ? [] : Fragments(own)];
    }

    private static IEnumerable<string> Fragments(string directory)
    {
        var fragments = Path.Combine(directory, "registries.conf.d");
        return Directory.Exists(fragments) ? Directory.GetFiles(fragments, "*.conf").Order(StringComparer.Ordinal) : [];
    }

    /// <summary>Where Docker's engine keeps its files on Windows; null elsewhere.</summary>
    internal static string? DockerOfWindows(RegistryOptions options) =>
        options.Environment("ProgramData") is { Length: > 0 } data ? Path.Combine(data, "docker") : null;

    /// <summary>Where this user keeps configuration.</summary>
    internal static string? ConfigHome(RegistryOptions options) => options.UserDirectory("XDG_CONFIG_HOME", ".config");

    private static T? TryRead<T>(string path, IReporter reporter, Func<string, T?> parse)
        where T : class
    {
        try
        {
            // A link that leads nowhere is there and cannot be read.
            return FileStatus.TryOf(path, followLinks: false) is not null && RegularFile.ReadAllText(path) is var text
                && !string.IsNullOrWhiteSpace(text) ? parse(text) : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is JsonException or TomlException)
        {
            reporter.Warning(
                DiagnosticCode.RegistryConfigurationUnusable,
                $"{path} cannot be read: {failure.Message} Its registries are treated as if it were not there.");
            return null;
        }
    }
}

/// <summary>
/// Takes out of configuration files what no registry can be: an entry with a typing error must not stop builds that do not need it.
/// </summary>
internal sealed class PlaceCheck(IReporter reporter)
{
    internal DockerDaemon? Check(string path, DockerDaemon? daemon) => daemon is null ? null : new(
        [.. (daemon.InsecureRegistries ?? []).OfType<string>()
            .Where(entry => IPNetwork.TryParse(entry.Trim(), out _) || IsPlace(path, entry))],
        [.. (daemon.RegistryMirrors ?? []).OfType<string>().Where(entry => IsPlace(path, entry))]);

    internal PodmanConfiguration? Check(string path, PodmanConfiguration? configuration)
    {
        foreach (var entry in configuration?.Registries ?? [])
        {
            // The prefix may be a wildcard, and stand in the place of the location.
            entry.Location = string.IsNullOrEmpty(entry.Location) || entry.Location.StartsWith("*.", StringComparison.Ordinal)
                || IsPlace(path, entry.Location) ? entry.Location : null;
            entry.Mirrors?.RemoveAll(mirror => !string.IsNullOrEmpty(mirror.Location) && !IsPlace(path, mirror.Location));
        }

        return configuration;
    }

    private bool IsPlace(string path, string location)
    {
        var isValid = RegistryLocation.Parse(location).IsValid;
        if (!isValid)
        {
            reporter.Warning(
                DiagnosticCode.RegistryConfigurationUnusable,
                $"{path} names '{location}', which is not a registry (host, port from 1 to 65535, path in lower case). It is treated as " +
                $"if it were not there.");
        }

        return isValid;
    }
}

/// <summary>The members of Docker's <c>daemon.json</c> that concern registries.</summary>
internal sealed record DockerDaemon(
    [property: JsonPropertyName("insecure-registries")] IReadOnlyList<string?>? InsecureRegistries,
    [property: JsonPropertyName("registry-mirrors")] IReadOnlyList<string?>? RegistryMirrors);

/// <summary>
/// The documents of engines' configuration. Duplicate members are refused; their names are read in any case, as the engines do.
/// </summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    PropertyNameCaseInsensitive = true,
    MaxDepth = 16,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DockerDaemon))]
internal sealed partial class MachineJson : JsonSerializerContext;
