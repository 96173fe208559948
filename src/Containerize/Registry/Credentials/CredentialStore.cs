using System.Collections.Concurrent;
using System.Text.Json;
using System.Text;
using Containerize.Files;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Credentials;

/// <summary>Finds the credential for a repository. The first source that has one wins; which it was is reported, the value never.</summary>
internal sealed class CredentialStore
{
    private const int MaxFileSize = 4 * 1024 * 1024;

    private readonly ConcurrentDictionary<Question, Lazy<Task<Credential?>>> _found = new();
    private readonly ConcurrentDictionary<string, string> _reported = new();
    private readonly RegistryOptions _options;
    private readonly IReporter _reporter;
    private readonly EnvironmentCredentials _variables;
    private readonly CredentialHelpers _helpers;
    private readonly Lazy<IReadOnlyList<CredentialFile>> _files;

    internal CredentialStore(RegistryOptions options, IReporter reporter)
    {
        _options = options;
        _reporter = reporter;
        _variables = new EnvironmentCredentials(options);
        _helpers = new CredentialHelpers(options, reporter);
        _files = new(() => [.. ReadFiles()]);
    }

    /// <summary>Finds a credential.</summary>
    /// <returns>The credential; null means anonymous.</returns>
    internal Task<Credential?> FindAsync(string registry, string repository, bool isWrite, CancellationToken cancellationToken) =>
        // Not cancelled with the caller: others wait for the same answer.
        _found.GetOrAdd(
            new Question(registry, repository, isWrite),
            key => new(() => SearchAsync(key.Registry, key.Repository, key.IsWrite))).Value.WaitAsync(cancellationToken);

    /// <summary>The paths of all files that credentials may be in; most do not exist.</summary>
    internal static IEnumerable<string> Files(RegistryOptions options) =>
        Places(options.Environment).Select(place => place.Path).OfType<string>();

    private async Task<Credential?> SearchAsync(string registry, string repository, bool isWrite)
    {
        var credential = _variables.Find(registry, isWrite);
        foreach (var file in credential is null ? _files.Value : [])
        {
            try
            {
                credential ??= await file.FindAsync(registry, repository, _helpers, CancellationToken.None);
            }
            catch (JsonException failure)
            {
                WarnUnusable(failure.Message);
            }
        }

        var source = credential?.Source ?? "no credential (anonymous)";
        if (_reported.TryAdd($"{registry} {source}", ""))
        {
            _reporter.Detail($"{registry}: using {source}.");
        }

        return credential;
    }

    private IEnumerable<CredentialFile> ReadFiles()
    {
        foreach (var place in Places(_options.Environment))
        {
            if (TryRead(place) is { } file)
            {
                yield return file;
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

    /// <summary>The files in their order.</summary>
    private static IEnumerable<CredentialPlace> Places(Func<string, string?> get)
    {
        var home = get("HOME") is { Length: > 0 } unixHome ? unixHome : get("USERPROFILE");
        if (get("REGISTRY_AUTH_FILE") is { Length: > 0 } authFile)
        {
            yield return new(authFile, IsDockers: false) { Source = $"REGISTRY_AUTH_FILE ({authFile})" };
        }

        if (get("DOCKER_AUTH_CONFIG") is { Length: > 0 })
        {
            yield return new(null, IsDockers: true) { Source = "DOCKER_AUTH_CONFIG" };
        }

        if ((get("DOCKER_CONFIG") is { Length: > 0 } directory ? directory : home is null ? null : Path.Combine(home, ".docker"))
            is { } docker)
        {
            yield return new(Path.Combine(docker, "config.json"), IsDockers: true);
        }

        if (get("XDG_RUNTIME_DIR") is { Length: > 0 } runtime)
        {
            yield return new(Path.Combine(runtime, "containers", "auth.json"), IsDockers: false);
        }

        if ((get("XDG_CONFIG_HOME") is { Length: > 0 } configHome ? configHome : home is null ? null : Path.Combine(home, ".config"))
            is { } config)
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
