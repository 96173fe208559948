using System.Net;

namespace Containerize.Http;

/// <summary>
/// Sends requests to one kind of servers: waits while a host has asked for a pause, follows redirects, and turns what may pass into
/// <see cref="TransientException"/>, which the <see cref="Retrier"/> repeats. One sender serves a build; it owns the connections.
/// </summary>
/// <param name="options">How servers are reached.</param>
/// <param name="reporter">Is told of repetitions.</param>
/// <param name="certificatesOf">The certificates that the machine keeps for a host (with its port where it is not the usual one).</param>
/// <param name="mayBePlain">Whether the user declared that a URL needs no encryption, though one with https leads there; null:
/// none.</param>
internal sealed class HttpSender(
    HttpOptions options,
    IReporter reporter,
    Func<string, HostCertificates?>? certificatesOf = null,
    Func<Uri, CancellationToken, Task<bool>>? mayBePlain = null) : IDisposable
{
    private readonly HostGate _gate = new(options);

    internal HttpPool Pool { get; } = new(options, certificatesOf);

    internal Retrier Retrier { get; } = new(options, reporter);

    /// <summary>Sends a request once, and follows where it leads.</summary>
    /// <returns>An answer that no repetition would change; its request holds the final URL.</returns>
    /// <exception cref="TransientException">The connection failed, or the server has a bad moment.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequest request, RequestRules rules, CancellationToken cancellationToken)
    {
        var response = await new RedirectLoop(this, options.Kind, rules).SendAsync(request, cancellationToken);
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

    /// <summary>Waits while the host of a URL has asked for a pause.</summary>
    /// <exception cref="TransientException">The pause is longer than a build waits.</exception>
    internal Task PassGateAsync(Uri url, CancellationToken cancellationToken) => _gate.PassAsync(url.Authority, cancellationToken);

    /// <summary>Whether one URL may lead to another: from https to http only where the user declared it.</summary>
    internal async Task<bool> MayLeadAsync(Uri from, Uri to, CancellationToken cancellationToken) =>
        from.Scheme != "https" || to.Scheme == "https" || (mayBePlain is not null && await mayBePlain(to, cancellationToken));

    /// <summary>Reads the body of an error. An unreadable one counts as empty: the status is what matters.</summary>
    internal Task<byte[]> ReadErrorAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        ResponseBody.ReadErrorAsync(response, options, cancellationToken);

    /// <summary>What a broken connection to a host means to a request.</summary>
    internal TransientException Failure(Exception failure, Uri url) => TransientFailure.Of(failure, url, Pool, options.Kind);

    public void Dispose() => Pool.Dispose();

    private async Task<TransientException> TransientAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var said = options.Kind.ReadError(await ReadErrorAsync(response, cancellationToken));
        return TransientFailure.Of(response, said, Pool, _gate, options);
    }
}
