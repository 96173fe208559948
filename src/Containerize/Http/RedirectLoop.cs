using System.Net.Http.Headers;
using System.Net;

namespace Containerize.Http;

/// <summary>
/// Follows redirects by the registry's rules: <c>Authorization</c> goes to the first origin only and never comes back once dropped,
/// nothing falls from https to http, a method other than GET and HEAD stays itself, URLs are taken verbatim.
/// </summary>
internal static class RedirectLoop
{
    private const int MaxRedirects = 10;

    /// <summary>Sends a request and follows where it leads.</summary>
    /// <param name="pool">The connections.</param>
    /// <param name="request">The request.</param>
    /// <param name="authorization">The header for the request's own origin.</param>
    /// <param name="policyOf">What a connection to a URL must obey.</param>
    /// <param name="cancellationToken">Stops the sending.</param>
    /// <returns>The first response that is no redirect; its request holds the final URL.</returns>
    internal static async Task<HttpResponseMessage> SendAsync(
        HttpPool pool, HttpRequest request, AuthenticationHeaderValue? authorization, Func<Uri, ConnectionPolicy> policyOf, CancellationToken cancellationToken)
    {
        var url = request.Url;
        var method = request.Method;
        for (var redirects = 0; ; redirects++)
        {
            var message = request.CreateMessage(method, url);
            message.Headers.Authorization = authorization;
            HttpResponseMessage response;
            try
            {
                response = await pool.SendAsync(message, policyOf(url), cancellationToken);
            }
            catch (Exception failure) when (message.Content is MeteredContent { SourceFailure: { } source } && failure is not OperationCanceledException)
            {
                throw new SourceException(source);
            }

            if (!IsRedirect(response.StatusCode) || Location(response) is not { } location)
            {
                return response;
            }

            response.Dispose();
            var target = VerbatimUrl.TryResolve(url, location);
            if (target is null || redirects == MaxRedirects)
            {
                throw new ContainerizeException(DiagnosticCode.RegistryError, target is null
                    ? $"{VerbatimUrl.Public(url)} redirects to something that is not a URL."
                    : $"{VerbatimUrl.Public(request.Url)} redirects more than {MaxRedirects} times.");
            }

            RefuseDowngrade(url, target);
            if (!VerbatimUrl.SameOrigin(url, target))
            {
                authorization = null;
            }

            method = response.StatusCode == HttpStatusCode.SeeOther && method != HttpMethod.Head ? HttpMethod.Get : method;
            url = target;
        }
    }

    /// <summary>The header as it came; <see cref="HttpResponseHeaders.Location"/> would have re-encoded it.</summary>
    internal static string? Location(HttpResponseMessage response) =>
        response.Headers.NonValidated.TryGetValues("Location", out var values) ? values.ToString() : null;

    internal static void RefuseDowngrade(Uri from, Uri to)
    {
        if (from.Scheme == "https" && to.Scheme == "http")
        {
            throw new ContainerizeException(DiagnosticCode.UnsafeLocation, $"{VerbatimUrl.Public(from)} leads from https to the unencrypted {VerbatimUrl.Public(to)}. That is refused; the registry or a proxy before it is misconfigured.");
        }
    }

    private static bool IsRedirect(HttpStatusCode status) => status is HttpStatusCode.MovedPermanently or HttpStatusCode.Found
        or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect;
}

/// <summary>The bytes to be sent cannot be read; no fault of the registry, no use in trying again.</summary>
internal sealed class SourceException(Exception inner) : Exception(inner.Message, inner);
