using System.Net.Http.Headers;
using System.Net;

namespace Containerize.Http;

/// <summary>
/// Sends requests to one kind of servers: waits while a host has asked for a pause, follows redirects, and turns what may pass into
/// <see cref="TransientException"/>, which the <see cref="Retrier"/> repeats. One sender serves a build; it owns the connections.
/// </summary>
/// <param name="options">How servers are reached.</param>
/// <param name="reporter">Is told of repetitions.</param>
/// <param name="certificatesOf">The certificates that the machine keeps for a host (with its port where it is not the usual one).</param>
internal sealed class HttpSender(
    HttpOptions options, IReporter reporter, Func<string, HostCertificates?>? certificatesOf = null) : IDisposable
{
    private readonly HostGate _gate = new(options.TimeProvider);

    internal HttpPool Pool { get; } = new(options, certificatesOf);

    internal Retrier Retrier { get; } = new(options, reporter);

    /// <summary>Sends a request once, and follows where it leads.</summary>
    /// <param name="authorizationOf">The header for a URL of the request's own origin; no other origin gets one.</param>
    /// <param name="policyOf">What a connection to a URL must obey.</param>
    /// <returns>An answer that no repetition would change; its request holds the final URL.</returns>
    /// <exception cref="TransientException">The connection failed, or the server has a bad moment.</exception>
    internal async Task<HttpResponseMessage> SendAsync(
        HttpRequest request,
        Func<Uri, AuthenticationHeaderValue?> authorizationOf,
        Func<Uri, ConnectionPolicy> policyOf,
        CancellationToken cancellationToken)
    {
        await _gate.PassAsync(request.Url.Authority, cancellationToken);
        try
        {
            var response = await new RedirectLoop(Pool, options.Kind, authorizationOf, policyOf).SendAsync(request, cancellationToken);
            if (Retrier.IsTransient(response.StatusCode))
            {
                throw await TransientAsync(response, cancellationToken);
            }

            if (response.StatusCode != HttpStatusCode.Unauthorized)
            {
                Pool.Served(response.RequestMessage!.RequestUri!);
            }

            return response;
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
        {
            throw Failure(failure, request.Url);
        }
    }

    /// <summary>What a broken connection to a host means to a request.</summary>
    internal TransientException Failure(Exception failure, Uri url) => TransientFailure.Of(failure, url, Pool, options.Kind);

    public void Dispose() => Pool.Dispose();

    private async Task<TransientException> TransientAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var said = options.Kind.ReadError(await ResponseBody.ReadErrorAsync(response, options, cancellationToken));
        return TransientFailure.Of(response, said, Pool, _gate, options);
    }
}
