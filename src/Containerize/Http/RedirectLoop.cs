using System.Net.Http.Headers;
using System.Net;

namespace Containerize.Http;

/// <summary>
/// Follows redirects: <c>Authorization</c> goes to the first origin only and never comes back once dropped, nothing falls from https to
/// http unless the user declared it, a method other than GET and HEAD stays itself, URLs are taken verbatim. At each host the pause that it
/// asked for is kept.
/// </summary>
internal sealed class RedirectLoop(HttpSender sender, ServerKind kind, RequestRules rules)
{
    private const int MaxRedirects = 10;

    /// <summary>Sends a request and follows where it leads.</summary>
    /// <returns>The first response that is no redirect; its request holds the final URL.</returns>
    /// <exception cref="TransientException">The connection failed.</exception>
    internal async Task<HttpResponseMessage> SendAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (url, method, isOwn, from) = (request.Url, request.Method, true, rules.Origin);
        for (var redirects = 0; ; redirects++)
        {
            await RefuseDowngradeAsync(from, url, cancellationToken);
            from = url.Scheme == "https" ? url : from;
            await sender.PassGateAsync(url, cancellationToken);
            var response =
                await SendOnceAsync(request.CreateMessage(method, url), isOwn ? rules.AuthorizationOf(url) : null, cancellationToken);
            if (!IsRedirect(response.StatusCode) || Location(response) is not { } location)
            {
                return response;
            }

            response.Dispose();
            var target = VerbatimUrl.TryResolve(url, location);
            if (target is null || redirects == MaxRedirects)
            {
                throw new ContainerizeException(kind.BadAnswer, target is null
                    ? $"{VerbatimUrl.Public(url)} redirects to '{VerbatimUrl.Public(location)}', which is not a URL of HTTP."
                    : $"{VerbatimUrl.Public(request.Url)} redirects more than {MaxRedirects} times.");
            }

            isOwn &= VerbatimUrl.SameOrigin(url, target);
            method = response.StatusCode == HttpStatusCode.SeeOther && method != HttpMethod.Head ? HttpMethod.Get : method;
            url = target;
        }
    }

    /// <summary>The header as it came; <see cref="HttpResponseHeaders.Location"/> would have re-encoded it.</summary>
    internal static string? Location(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;

    private async Task RefuseDowngradeAsync(Uri from, Uri to, CancellationToken cancellationToken)
    {
        if (!await sender.MayLeadAsync(from, to, cancellationToken))
        {
            throw new ContainerizeException(
                kind.UnsafeLocation,
                $"{VerbatimUrl.Public(from)} leads from https to the unencrypted {VerbatimUrl.Public(to)}. "
                + $"That is refused; the {kind.Name} or a proxy before it is misconfigured.");
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpRequestMessage message, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        message.Headers.Authorization = authorization;
        try
        {
            return await sender.Pool.SendAsync(message, rules.PolicyOf(message.RequestUri!), cancellationToken);
        }
        catch (Exception failure) when (message.Content is MeteredContent { SourceFailure: { } source }
            && failure is not OperationCanceledException)
        {
            throw new SourceException(source);
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure))
        {
            // It is known here which of the hosts failed.
            throw sender.Failure(failure, message.RequestUri!);
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}

/// <summary>The bytes to be sent cannot be read; no fault of the server, no use in trying again.</summary>
internal sealed class SourceException(Exception inner) : Exception(inner.Message, inner);
