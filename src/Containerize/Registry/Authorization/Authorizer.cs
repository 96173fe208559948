using System.Collections.Concurrent;
using System.Net.Http.Headers;
using Containerize.Http;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Authorization;

/// <summary>
/// Authorizes the requests to one registry: learns from its challenges, keeps one token per set of scopes, gets each only once at a time.
/// </summary>
internal sealed class Authorizer(
    string registry, RegistryOrigin origin, CredentialStore credentials, TokenService service, TimeProvider time)
{
    private readonly ConcurrentDictionary<Need, Lazy<Task<TokenAnswer>>> _tokens = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _extraScopes = new();
    private readonly ConcurrentDictionary<Need, string> _sources = new();
    private volatile IReadOnlyList<Challenge>? _challenges;

    /// <summary>Whether the registry has said how it wants to be asked.</summary>
    internal bool HasLearned => _challenges is not null;

    /// <summary>The credential for what a request needs; null is anonymous.</summary>
    internal Task<Credential?> FindCredentialAsync(Access access, CancellationToken cancellationToken) =>
        credentials.FindAsync(registry, access.Repository, access.IsWrite, cancellationToken);

    /// <summary>Where the credential came from that requests of this need were sent with; null when they were anonymous.</summary>
    internal string? SourceFor(Access access) => _sources.GetValueOrDefault(new Need(access.Repository, access.IsWrite));

    /// <summary>The header for a request, by what is known so far.</summary>
    internal async Task<AuthenticationHeaderValue?> GetHeaderAsync(Access access, CancellationToken cancellationToken)
    {
        if (_challenges is not { Count: > 0 } challenges)
        {
            return null;
        }

        var credential = await FindCredentialAsync(access, cancellationToken);
        if (credential is not null)
        {
            _sources[new Need(access.Repository, access.IsWrite)] = credential.Source;
        }

        if (credential?.RegistryToken is { } registryToken)
        {
            return new("Bearer", registryToken);
        }

        if (challenges.FirstOrDefault(challenge => challenge.IsBearer) is { } bearer)
        {
            var answer = await GetTokenAsync(bearer, access, credential, cancellationToken);
            if (answer.Token is { } token)
            {
                return new("Bearer", token.Value);
            }

            if (credential is not null && !challenges.Any(challenge => challenge.IsBasic))
            {
                throw new ContainerizeException(
                    DiagnosticCode.RegistryDenied,
                    $"{(Message)answer.Refusal} {LoginAdvice.Of(registry, access, answer.Status, credential.Source)}");
            }
        }

        return credential is not null && challenges.Any(challenge => challenge.IsBasic)
            ? HttpRequest.Basic(credential.User, credential.IdentityToken ?? credential.Password)
            : null;
    }

    /// <summary>Takes what a registry says when it is asked without a need (a ping).</summary>
    /// <param name="challenges">Its challenges; none means that it asks for no login.</param>
    internal void Learn(IReadOnlyList<Challenge> challenges) => _challenges = challenges;

    /// <summary>Forgets how the registry wants to be asked: where that led nowhere, its next answer counts.</summary>
    internal void Forget() => _challenges = null;

    /// <summary>Takes in a 401.</summary>
    /// <param name="access">What the request needed.</param>
    /// <param name="used">The header that was refused.</param>
    /// <returns>Whether a token was thrown away, so that the next header holds a fresh one.</returns>
    internal bool Learn(IReadOnlyList<Challenge> challenges, Access access, AuthenticationHeaderValue? used)
    {
        _challenges = challenges;
        var own = Key(access);
        var renewed = false;
        if (used?.Scheme == "Bearer")
        {
            foreach (
                var stale in _tokens.Where(pair => pair.Key.Of == own
                    && pair.Value is { IsValueCreated: true, Value.IsCompletedSuccessfully: true }
                    && pair.Value.Value.Result.Token?.Value == used.Parameter).ToList())
            {
                renewed |= _tokens.TryRemove(stale);
            }
        }

        // Some registries name their repositories differently in scopes: what they ask for is asked for as well.
        var asked = challenges.FirstOrDefault(challenge => challenge.IsBearer)?.Parameters.GetValueOrDefault("scope")?.Split(
            ' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (asked.Except(access.Scopes).ToList() is { Count: > 0 } extra)
        {
            _extraScopes[own] = extra;
        }

        return renewed;
    }

    private async Task<TokenAnswer> GetTokenAsync(
        Challenge challenge, Access access, Credential? credential, CancellationToken cancellationToken)
    {
        var own = Key(access);
        var key = new Need(own, access.IsWrite);
        IReadOnlyList<string> scopes = [.. access.Scopes, .. _extraScopes.GetValueOrDefault(own, [])];
        while (true)
        {
            // Not cancelled with the caller: others wait for the same token.
            var flight =
                _tokens.GetOrAdd(key, _ => new(() => service.GetAsync(origin, challenge, scopes, credential, CancellationToken.None)));
            try
            {
                var answer = await flight.Value.WaitAsync(cancellationToken);
                if (answer.Token is null || answer.Token.RenewAt > time.GetUtcNow())
                {
                    return answer;
                }
            }
            catch (Exception) when (flight.Value.IsFaulted)
            {
                _tokens.TryRemove(new(key, flight));
                throw;
            }

            _tokens.TryRemove(new(key, flight));
        }
    }

    private static string Key(Access access) => string.Join(' ', access.Scopes);

    /// <summary>What is asked for.</summary>
    /// <param name="Of">A repository, or scopes.</param>
    // A class: collections of structures are compiled in each build.
    private sealed record Need(string Of, bool IsWrite);
}
