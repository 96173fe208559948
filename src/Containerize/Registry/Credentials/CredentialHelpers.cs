using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Credentials;

/// <summary>
/// Asks programs named <c>docker-credential-…</c>. They run without a shell, from an absolute directory of PATH, for a limited time;
/// what they print is never repeated, since it may be a secret.
/// </summary>
internal sealed partial class CredentialHelpers(RegistryOptions options, IReporter reporter)
{
    /// <summary>Docker Hub's key in Docker's own files, from its first protocol.</summary>
    private const string DockerHubKey = "https://index.docker.io/v1/";

    private readonly ConcurrentDictionary<Question, Lazy<Task<Credential?>>> _asked = new();
    private long _ticksLeft = options.HelperTimeLimit.Ticks;

    /// <summary>Asks a helper, once for all that a build needs of a registry.</summary>
    /// <param name="name">The helper's name as the file gives it.</param>
    /// <param name="isDockers">Whether it is named by Docker's configuration, or by Podman's.</param>
    /// <returns>The credential; null when there is none or the helper fails, which is a warning: a public image can still be
    /// pulled.</returns>
    internal Task<Credential?> GetAsync(string name, string registry, bool isDockers, CancellationToken cancellationToken) =>
        // Not cancelled with the caller: others wait for the same answer.
        _asked.GetOrAdd(new Question(name, registry, isDockers), key => new(() => AskAsync(key.Name, KeysOf(key.Registry, key.IsDockers))))
            .Value.WaitAsync(cancellationToken);

    /// <summary>
    /// What a registry is called where a helper keeps its credential. <c>podman login</c> knows Docker Hub by the name in references; the
    /// helper may also have what <c>docker login</c> gave it.
    /// </summary>
    private static IReadOnlyList<string> KeysOf(string registry, bool isDockers) =>
        registry != ImageReference.DockerHub ? [registry]
        : isDockers ? [DockerHubKey]
        : [registry, DockerHubKey];

    private async Task<Credential?> AskAsync(string name, IReadOnlyList<string> keys)
    {
        try
        {
            Credential? found = null;
            foreach (var key in keys)
            {
                found ??= await RunAsync(name, key);
            }

            return found;
        }
        catch (CredentialHelperException failure)
        {
            reporter.Warning(DiagnosticCode.CredentialsUnusable, $"The credential helper '{name}' {failure.Message}. Going on without it.");
            return null;
        }
    }

    private async Task<Credential?> RunAsync(string name, string key)
    {
        if (!NamePattern().IsMatch(name) || key.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new CredentialHelperException("has a name that is not allowed (letters, digits, '.', '_', '-')");
        }

        var program = ProgramFinder.Find("docker-credential-" + name, options.Environment("PATH"))
            ?? throw new CredentialHelperException($"is not installed: there is no docker-credential-{name} in PATH");
        var reply = await RunProgramAsync(program, key);
        if (reply.ExitCode != 0)
        {
            // Errors come on stdout; the one that is no error is told by its text.
            return reply.Output.Contains("credentials not found", StringComparison.OrdinalIgnoreCase)
                ? null
                : throw new CredentialHelperException(
                    $"failed with exit code {reply.ExitCode} (run \"docker-credential-{name} get\" by hand to see why)");
        }

        return Read(reply.Output, $"the credential helper {name}");
    }

    private static Credential? Read(string output, string source)
    {
        try
        {
            var reply = JsonSerializer.Deserialize(output, CredentialJson.Default.HelperReply);
            // Line breaks may stand in it, as in a key file of Google: it is encoded wherever it goes.
            return reply?.Secret is { Length: > 0 } secret ? Credential.Of(source, reply.Username ?? "", secret) : null;
        }
        catch (JsonException)
        {
            // The exception may quote the text.
            throw new CredentialHelperException("did not print the JSON it should");
        }
    }

    /// <summary>
    /// Runs a helper. Those that do not answer share one time limit: a build waits for all of them no longer than for one.
    /// </summary>
    private async Task<ProgramReply> RunProgramAsync(string program, string key)
    {
        var left = TimeSpan.FromTicks(Volatile.Read(ref _ticksLeft));
        if (left <= TimeSpan.Zero)
        {
            throw new CredentialHelperException(
                $"was not asked: waiting for another one took the {options.HelperTimeLimit.TotalSeconds:0} seconds that a build waits " +
                $"for helpers");
        }

        using var limit = new CancellationTokenSource(left);
        var started = Stopwatch.GetTimestamp();
        try
        {
            return await ProgramRun.RunAsync(program, ["get"], (input, token) => TellAsync(input, key, token), output: null, limit.Token);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Add(ref _ticksLeft, -Stopwatch.GetElapsedTime(started).Ticks);
            throw new CredentialHelperException($"did not answer within {options.HelperTimeLimit.TotalSeconds:0} seconds");
        }
        catch (ProgramException failure)
        {
            throw new CredentialHelperException(failure.Message);
        }
    }

    private static async Task TellAsync(Stream input, string key, CancellationToken cancellationToken)
    {
        try
        {
            await input.WriteAsync(Encoding.UTF8.GetBytes(key), cancellationToken);
        }
        catch (IOException)
        {
            // It did not wait for the question; its exit code tells more.
        }
    }

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z", RegexOptions.CultureInvariant)]
    private static partial Regex NamePattern();

    /// <summary>Why a helper gave nothing, as the end of a sentence.</summary>
    private sealed class CredentialHelperException(string message) : Exception(message);

    // A class: collections of structures are compiled in each build.
    private sealed record Question(string Name, string Registry, bool IsDockers);
}
