using System.Collections.Concurrent;
using System.Net;
using System.Security.Authentication;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Credentials;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>
/// Finds out how each registry is reached: https, or for this machine and insecure registries http where https does not answer. Remembers
/// what worked.
/// </summary>
internal sealed class EndpointDirectory : IDisposable
{
    private static readonly TimeSpan s_probePatience = TimeSpan.FromSeconds(10);

    // A server that never answered is waited for again after this time: it may have come back.
    private static readonly TimeSpan s_silence = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Lazy<Task<RegistryEndpoint>>> _endpoints = new();
    private readonly ConcurrentDictionary<string, Silence> _silent = new();
    private readonly RegistryOptions _options;
    private readonly IReporter _reporter;
    private readonly InsecureRegistries _insecure;
    private readonly CredentialStore _credentials;
    private readonly HttpSender _sender;
    private readonly TokenService _tokens;

    internal EndpointDirectory(RegistryOptions options, IReporter reporter, InsecureRegistries insecure, CredentialStore credentials)
    {
        _options = options;
        _reporter = reporter;
        _insecure = insecure;
        _credentials = credentials;
        _sender = new HttpSender(
            options,
            reporter,
            new CertificateDirectories(options, reporter).Of,
            (url, token) => insecure.ContainsAsync(url.Authority, token));
        _tokens = new TokenService(_sender, options);
    }

    internal Retrier Retrier => _sender.Retrier;

    /// <summary>The endpoint of a registry.</summary>
    /// <exception cref="TransientException">It does not answer.</exception>
    internal async Task<RegistryEndpoint> GetAsync(string registry, CancellationToken cancellationToken)
    {
        // Not cancelled with the caller: others wait for the same answer.
        var flight = _endpoints.GetOrAdd(registry, key => new(() => FindAsync(key)));
        try
        {
            return await flight.Value.WaitAsync(cancellationToken);
        }
        catch (Exception) when (flight.Value.IsFaulted)
        {
            _endpoints.TryRemove(new(registry, flight));
            throw;
        }
    }

    /// <summary>Remembers that a registry has not answered in all repetitions.</summary>
    internal void NoteFailure(string registry, TransientException failure)
    {
        if (failure is { Attempts: > 0, InnerException: TimeoutException })
        {
            _silent[registry] = new(failure, _options.TimeProvider.GetTimestamp());
        }
    }

    /// <summary>Why a registry is not asked now: it has just not answered, and never did. It was waited for once.</summary>
    internal TransientException? SilenceOf(string registry) =>
        _silent.TryGetValue(registry, out var silence) && _options.TimeProvider.GetElapsedTime(silence.Since) < s_silence
            && !(_endpoints.TryGetValue(registry, out var flight)
                && flight.Value is { IsCompletedSuccessfully: true, Result.HasServed: true })
            ? silence.Failure
            : null;

    /// <summary>
    /// An endpoint for the URL of a foreign layer: without credentials, and no less encrypted than the registry whose manifest names it.
    /// </summary>
    /// <returns>The endpoint, or null when the URL may not be used.</returns>
    internal async Task<RegistryEndpoint?> TryCreateForeignAsync(Uri url, RegistryOrigin registry, CancellationToken cancellationToken)
    {
        if (url.UserInfo.Length > 0 || !await _sender.MayLeadAsync(registry.Base, url, cancellationToken))
        {
            return null;
        }

        var limit = AddressScopes.Public | AddressScopes.Private | _sender.Pool.ScopeOf(registry.Base);
        var origin = new RegistryOrigin(new Uri($"{url.Scheme}://{url.Authority}"), registry.VerifyCertificates) { Limit = limit };
        var anonymous = CredentialStore.Empty(_reporter);
        return new(url.Authority, origin, new Authorizer(url.Authority, origin, anonymous, _tokens, _options.TimeProvider), _sender);
    }

    public void Dispose() => _sender.Dispose();

    private async Task<RegistryEndpoint> FindAsync(string registry)
    {
        var authority = registry == ImageReference.DockerHub ? RegistryOrigin.DockerHubHost : registry;
        if (!ImageReference.IsRegistry(authority))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidReference, $"'{registry}' is not a registry's host and port (1 to 65535).");
        }

        var secure = new Uri($"https://{authority}");
        var isInsecure = await _insecure.ContainsAsync(authority, CancellationToken.None);
        if (!isInsecure && !AddressScope.IsLoopback(secure.IdnHost))
        {
            return Create(registry, new RegistryOrigin(secure, VerifyCertificates: true));
        }

        var encrypted = new RegistryOrigin(secure, VerifyCertificates: !isInsecure);
        var plain = new RegistryOrigin(new Uri($"http://{authority}"), VerifyCertificates: !isInsecure);
        // On this machine there is no eavesdropper, registries at a port of their own mostly speak plain HTTP, and a failed handshake
        // takes longer than all other requests of a build that changes nothing.
        RegistryOrigin[] candidates = AddressScope.IsLoopback(secure.IdnHost) && !secure.IsDefaultPort
            ? [plain, encrypted]
            : [encrypted, plain];
        return await _sender.Retrier.ExecuteAsync(token => ProbeAsync(registry, candidates, token), CancellationToken.None);
    }

    /// <summary>
    /// Takes the candidate that answers as a registry. Whatever has another answer for a name that it does not know, as an ingress has, is
    /// taken only where none does.
    /// </summary>
    private async Task<RegistryEndpoint> ProbeAsync(string registry, RegistryOrigin[] candidates, CancellationToken cancellationToken)
    {
        TransientException? first = null;
        RegistryOrigin? other = null;
        foreach (var candidate in candidates)
        {
            var ping = VerbatimUrl.Create($"{candidate.Base.Scheme}://{candidate.Base.Authority}/v2/");
            try
            {
                using var patience = new IdleTimer(
                    s_probePatience < _options.NoProgressTimeout ? s_probePatience : _options.NoProgressTimeout,
                    _options.TimeProvider,
                    cancellationToken);
                using var message = new HttpRequestMessage(HttpMethod.Get, ping);
                using var response = await ProbeAsync(message, candidate, patience);
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Unauthorized)
                {
                    // The answer to a probe says what is asked of clients, so that no other request is needed to find out.
                    return Found(registry, candidate, Challenge.Of(response));
                }

                other = candidate.Base.Scheme == "https" || !WantsEncryption(response.StatusCode) && other is null ? candidate : other;
            }
            catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
            {
                if (candidate.VerifyCertificates && failure.InnerException is AuthenticationException
                    && _sender.Pool.CertificateFailure(ping) is not null)
                {
                    // It does speak https; falling back to http would only hide why it is not trusted.
                    throw _sender.Failure(failure, ping);
                }

                first ??= _sender.Failure(failure, ping);
            }
        }

        return other is null ? throw first! : Found(registry, other);
    }

    private RegistryEndpoint Found(string registry, RegistryOrigin origin, IReadOnlyList<Challenge>? challenges = null)
    {
        _reporter.Detail($"{registry} answers at {origin.Base.Scheme}://{origin.Base.Authority}.");
        return Create(registry, origin, challenges);
    }

    private async Task<HttpResponseMessage> ProbeAsync(HttpRequestMessage message, RegistryOrigin candidate, IdleTimer patience)
    {
        try
        {
            return await _sender.Pool.SendAsync(message, candidate.DataPolicy(message.RequestUri!, AddressScopes.None), patience.Token);
        }
        catch (OperationCanceledException) when (patience.Expired)
        {
            throw patience.Failure(message.RequestUri!.Authority);
        }
    }

    /// <summary>
    /// "Client sent an HTTP request to an HTTPS server", "upgrade required", or a redirect: this is not how the registry is reached.
    /// </summary>
    private static bool WantsEncryption(HttpStatusCode status) => (int)status is >= 300 and < 400 or 400 or 421 or 426;

    private RegistryEndpoint Create(string registry, RegistryOrigin origin, IReadOnlyList<Challenge>? challenges = null)
    {
        var authorizer = new Authorizer(registry, origin, _credentials, _tokens, _options.TimeProvider);
        if (challenges is not null)
        {
            authorizer.Learn(challenges);
        }

        return new(registry, origin, authorizer, _sender);
    }

    private sealed record Silence(TransientException Failure, long Since);
}
