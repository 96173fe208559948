using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text;
using Containerize.Files;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Credentials;

/// <summary>Finds the credential for a repository. The first source that has one wins; which it was is reported, the value never.</summary>
internal sealed class CredentialStore
{
    private const int MaxFileSize = 4 * 1024 * 1024;

    // Its name among Podman's helpers.
    private const string AuthFile = "containers-auth.json";

    private readonly ConcurrentDictionary<Question, Lazy<Task<Credential?>>> _found = new();
    private readonly ConcurrentDictionary<string, string> _reported = new();
    private readonly RegistryOptions _options;
    private readonly IReporter _reporter;
    private readonly EnvironmentCredentials _variables;
    private readonly CredentialHelpers _helpers;
    private readonly Lazy<IReadOnlyList<Source>> _sources;

    /// <param name="options">Where the sources are.</param>
    /// <param name="reporter">Hears which source is used, and which ones cannot be.</param>
    /// <param name="podmansHelpers">The <c>credential-helpers</c> of Podman's configuration, in their order; none is Podman's default, its
    /// file alone.</param>
    internal CredentialStore(RegistryOptions options, IReporter reporter, IReadOnlyList<string>? podmansHelpers = null)
    {
        _options = options;
        _reporter = reporter;
        _variables = new EnvironmentCredentials(options);
        _helpers = new CredentialHelpers(options, reporter);
        _sources = new(() => [.. Sources(podmansHelpers is { Count: > 0 } ? podmansHelpers : [AuthFile])]);
    }

    private CredentialStore(IReporter reporter)
        : this(new RegistryOptions { Environment = _ => null }, reporter) => _sources = new([]);

    private delegate Task<Credential?> Source(string registry, string repository);

    /// <summary>Finds a credential.</summary>
    /// <returns>The credential; null means anonymous.</returns>
    internal Task<Credential?> FindAsync(string registry, string repository, bool isWrite, CancellationToken cancellationToken) =>
        // Not cancelled with the caller: others wait for the same answer.
        _found.GetOrAdd(
            new Question(registry, repository, isWrite),
            key => new(() => SearchAsync(key.Registry, key.Repository, key.IsWrite))).Value.WaitAsync(cancellationToken);

    /// <summary>The paths of all files that credentials may be in; most do not exist.</summary>
    internal static IEnumerable<string> Files(RegistryOptions options) =>
        NamedPlaces(options).Concat(PodmansPlaces(options)).Select(place => place.Path).OfType<string>();

    /// <summary>A store that has no credential for any registry.</summary>
    internal static CredentialStore Empty(IReporter reporter) => new(reporter);

    private async Task<Credential?> SearchAsync(string registry, string repository, bool isWrite)
    {
        var credential = _variables.Find(registry, isWrite);
        foreach (var source in credential is null ? _sources.Value : [])
        {
            try
            {
                credential ??= await source(registry, repository);
            }
            catch (JsonException failure)
            {
                WarnUnusable(failure.Message);
            }
        }

        var used = credential?.Source ?? "no credential (anonymous)";
        if (_reported.TryAdd($"{registry} {used}", ""))
        {
            _reporter.Detail($"{registry}: using {used}.");
        }

        return credential;
    }

    private IEnumerable<Source> Sources(IReadOnlyList<string> podmansHelpers) =>
    [
        .. ReadFiles(NamedPlaces(_options)),
        .. podmansHelpers.SelectMany<string, Source>(helper => helper == AuthFile
            ? ReadFiles(PodmansPlaces(_options))
            : [(registry, _) => _helpers.GetAsync(helper, registry, isDockers: false, CancellationToken.None)]),
    ];

    private IEnumerable<Source> ReadFiles(IEnumerable<CredentialPlace> places)
    {
        foreach (var place in places)
        {
            if (TryRead(place) is { } file)
            {
                yield return (registry, repository) => file.FindAsync(registry, repository, _helpers, CancellationToken.None);
            }
        }

        CredentialFile? TryRead(CredentialPlace place)
        {
            var source = place.Source;
            try
            {
                var content = place.Path is null ? Encoding.UTF8.GetBytes(_options.Environment("DOCKER_AUTH_CONFIG")!)
                    // A link that leads nowhere is there and cannot be read.
                    : FileStatus.TryOf(place.Path, followLinks: false) is not null ? RegularFile.ReadAllBytes(place.Path, MaxFileSize)
                    : null;
                return content is null ? null : CredentialFile.Parse(content, source, place.IsDockers);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure) || failure is JsonException)
            {
                // The message of a JSON exception may quote a secret; its position is enough.
                WarnUnusable(
                    failure is JsonException { LineNumber: { } line }
                        ? $"{source} is not valid JSON (line {line + 1})"
                        : $"{source} cannot be read");
                return null;
            }
        }
    }

    private void WarnUnusable(string what) =>
        _reporter.Warning(DiagnosticCode.CredentialsUnusable, $"{what}. Going on without it; correct it or log in again.");

    /// <summary>The files that variables name, and Docker's.</summary>
    private static IEnumerable<CredentialPlace> NamedPlaces(RegistryOptions options)
    {
        var get = options.Environment;
        if (get("REGISTRY_AUTH_FILE") is { Length: > 0 } authFile)
        {
            yield return new(authFile, IsDockers: false) { Source = $"REGISTRY_AUTH_FILE ({authFile})" };
        }

        if (get("DOCKER_AUTH_CONFIG") is { Length: > 0 })
        {
            yield return new(null, IsDockers: true) { Source = "DOCKER_AUTH_CONFIG" };
        }

        if (options.UserDirectory("DOCKER_CONFIG", ".docker") is { } docker)
        {
            yield return new(Path.Combine(docker, "config.json"), IsDockers: true);
        }
    }

    /// <summary>The files of <c>podman login</c>.</summary>
    /// <remarks>containers-auth.json(5).</remarks>
    private static IEnumerable<CredentialPlace> PodmansPlaces(RegistryOptions options)
    {
        var get = options.Environment;
        var runtime = get("XDG_RUNTIME_DIR") is { Length: > 0 } own ? Path.Combine(own, "containers")
            // Where there is no session (su, cron, CI), each user has a directory of one that all share.
            : OperatingSystem.IsLinux()
                ? Path.Combine(options.SystemRuntimeDirectory, "containers", FileStatus.CurrentUser.ToString(CultureInfo.InvariantCulture))
            : null;
        if (runtime is not null)
        {
            yield return new(Path.Combine(runtime, "auth.json"), IsDockers: false);
        }

        if (options.UserDirectory("XDG_CONFIG_HOME", ".config") is { } config)
        {
            yield return new(Path.Combine(config, "containers", "auth.json"), IsDockers: false);
        }
    }

    /// <summary>Where a credential file may be.</summary>
    /// <param name="Path">The file; null for the variable that holds a file's content.</param>
    /// <param name="IsDockers">Whether it is Docker's or Podman's.</param>
    private sealed record CredentialPlace(string? Path, bool IsDockers)
    {
        internal string Source { get; init; } = Path ?? "";
    }

    // A class: collections of structures are compiled in each build.
    private sealed record Question(string Registry, string Repository, bool IsWrite);
}
