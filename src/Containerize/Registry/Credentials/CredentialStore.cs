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

    private readonly ConcurrentDictionary<(string Registry, string Repository, bool IsWrite), Lazy<Task<Credential?>>> _found = new();
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
            (registry, repository, isWrite),
            key => new(() => SearchAsync(key.Registry, key.Repository, key.IsWrite))).Value.WaitAsync(cancellationToken);

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
        foreach (var (path, source) in Places())
        {
            if (TryRead(path, source) is { } file)
            {
                yield return file;
            }
        }

        CredentialFile? TryRead(string? path, string source)
        {
            try
            {
                if (path is null)
                {
                    return CredentialFile.Parse(Encoding.UTF8.GetBytes(_options.Environment("DOCKER_AUTH_CONFIG")!), source);
                }

                return RegularFile.IsThere(path) ? CredentialFile.Parse(RegularFile.ReadAllBytes(path, MaxFileSize), source) : null;
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

    /// <summary>The files in their order; a null path stands for the variable that holds a file's content.</summary>
    private IEnumerable<(string? Path, string Source)> Places()
    {
        var get = _options.Environment;
        var home = get("HOME") is { Length: > 0 } unixHome ? unixHome : get("USERPROFILE");
        if (get("REGISTRY_AUTH_FILE") is { Length: > 0 } authFile)
        {
            yield return (authFile, $"REGISTRY_AUTH_FILE ({authFile})");
        }

        if (get("DOCKER_AUTH_CONFIG") is { Length: > 0 })
        {
            yield return (null, "DOCKER_AUTH_CONFIG");
        }

        var docker = get("DOCKER_CONFIG") is { Length: > 0 } directory ? directory : home is null ? null : Path.Combine(home, ".docker");
        var config = get("XDG_CONFIG_HOME") is { Length: > 0 } configHome
            ? configHome
            : home is null
            ? null
            : Path.Combine(home, ".config");
        string?[] files =
        [
            docker is null ? null : Path.Combine(docker, "config.json"),
            get("XDG_RUNTIME_DIR") is { Length: > 0 } runtime ? Path.Combine(runtime, "containers", "auth.json") : null,
            config is null ? null : Path.Combine(config, "containers", "auth.json"),
        ];
        foreach (var file in files.OfType<string>())
        {
            yield return (file, file);
        }
    }
}
