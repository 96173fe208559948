using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Containerize.Files;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Credentials;

/// <summary>
/// Asks programs named <c>docker-credential-…</c>. They run without a shell, from an absolute directory of PATH, for a limited time;
/// what they print is never repeated, since it may be a secret.
/// </summary>
internal sealed partial class CredentialHelpers(RegistryOptions options, IReporter reporter)
{
    /// <summary>Asks a helper.</summary>
    /// <param name="name">The helper's name as the file gives it.</param>
    /// <returns>The credential; null when there is none or the helper fails, which is a warning: a public image can still be
    /// pulled.</returns>
    internal async Task<Credential?> GetAsync(string name, string key, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(name, key, cancellationToken);
        }
        catch (CredentialHelperException failure)
        {
            reporter.Warning(DiagnosticCode.CredentialsUnusable, $"The credential helper '{name}' {failure.Message}. Going on without it.");
            return null;
        }
    }

    private async Task<Credential?> RunAsync(string name, string key, CancellationToken cancellationToken)
    {
        if (!NamePattern().IsMatch(name) || key.AsSpan().ContainsAny('\r', '\n'))
        {
            throw new CredentialHelperException("has a name that is not allowed (letters, digits, '.', '_', '-')");
        }

        var program = ProgramFinder.Find("docker-credential-" + name, options.Environment("PATH"))
            ?? throw new CredentialHelperException($"is not installed: there is no docker-credential-{name} in PATH");
        var reply = await RunProgramAsync(program, key, cancellationToken);
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
            var user = reply?.Username ?? "";
            var secret = reply?.Secret ?? "";
            return user.AsSpan().ContainsAny('\r', '\n') || secret.AsSpan().ContainsAny('\r', '\n')
                ? throw new CredentialHelperException("gave a user or secret with a line break")
                : secret.Length == 0 ? null : Credential.Of(source, user, secret);
        }
        catch (JsonException)
        {
            // The exception may quote the text.
            throw new CredentialHelperException("did not print the JSON it should");
        }
    }

    private async Task<ProgramReply> RunProgramAsync(string program, string key, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.HelperTimeLimit);
        try
        {
            return await ProgramRun.RunAsync(program, ["get"], (input, token) => TellAsync(input, key, token), output: null, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
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
}
