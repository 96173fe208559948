using System.Globalization;
using System.Net;

namespace Containerize.Http;

/// <summary>Turns answers and broken connections into <see cref="TransientException"/>.</summary>
internal static class TransientFailure
{
    /// <summary>
    /// The failure that a status worth a repetition tells of. Closes the host's gate when the host asks for it; disposes the response.
    /// Most limits are a rate for each second, which a pause meets; one that lasts for hours is known by what is said of it.
    /// </summary>
    /// <param name="said">What its body says, cleaned; empty when it says nothing.</param>
    /// <param name="pool">Knows whether the host served before.</param>
    /// <param name="gate">Holds back requests to a host that asked for a pause.</param>
    /// <param name="options">The bounds of a pause.</param>
    internal static TransientException Of(HttpResponseMessage response, string said, HttpPool pool, HostGate gate, HttpOptions options)
    {
        using (response)
        {
            var url = response.RequestMessage!.RequestUri!;
            var retryAfter = RetryAfter.Of(response, options.TimeProvider.GetUtcNow());
            var isTooMany = response.StatusCode == HttpStatusCode.TooManyRequests;
            var isQuota = isTooMany && retryAfter is null
                && (said.Contains("pull rate limit", StringComparison.OrdinalIgnoreCase) || IsUsedUp(response, options.MaxRetryDelay));
            var tooLong = isTooMany || retryAfter is not null ? gate.Close(url.Authority, retryAfter ?? options.RetryDelay) : null;
            var request = $"{response.RequestMessage.Method} {VerbatimUrl.Public(url)}";
            var answer = $"{url.Authority} answered {(int)response.StatusCode} to {request}{(said.Length > 0 ? $" ({said})" : "")}";
            return new TransientException(tooLong is null ? answer : $"{answer} and {tooLong}")
            {
                Status = response.StatusCode,
                RetryAfter = retryAfter,
                IsQuota = isQuota || (isTooMany && tooLong is not null),
                IsAway = tooLong is null && Retrier.IsAway(response.StatusCode) && pool.HasServed(url),
                MaxRepetitions = isQuota || tooLong is not null ? 0 : int.MaxValue,
            };
        }
    }

    /// <summary>The failure that a broken connection tells of.</summary>
    /// <param name="failure">What the connection said.</param>
    /// <param name="pool">Knows why a certificate was not accepted, and whether the host served before.</param>
    internal static TransientException Of(Exception failure, Uri url, HttpPool pool, ServerKind kind)
    {
        var error = (failure as HttpRequestException)?.HttpRequestError;
        if (error == HttpRequestError.SecureConnectionError && pool.CertificateFailure(url) is { } reason)
        {
            return new TransientException(
                $"the certificate of {url.Authority} is not trusted ({reason}); {kind.UntrustedAdvice}", failure)
            {
                MaxRepetitions = 0,
                Untrusted = reason,
            };
        }

        if (error == HttpRequestError.ConfigurationLimitExceeded)
        {
            return new TransientException(
                $"{url.Authority} answered with headers that are larger than any {kind.Name} needs", failure) { MaxRepetitions = 0 };
        }

        if (error == HttpRequestError.ProxyTunnelError)
        {
            // The text of the exception has the proxy's address, and that may have a password.
            var status = (failure as HttpRequestException)?.StatusCode;
            return new TransientException(
                $"the proxy does not lead to {url.Authority}{(status is null ? "" : $": it answered {(int)status}")}", failure)
            {
                MaxRepetitions = status is null || Retrier.IsTransient(status.Value) ? int.MaxValue : 0,
            };
        }

        var hint = error == HttpRequestError.SecureConnectionError ? $"; {kind.PlainHttpAdvice}" : "";
        return new TransientException(
            $"{url.Authority} cannot be reached or broke the connection: " +
            $"{Printable.Clean(failure is TimeoutException ? failure.Message : Innermost(failure)).TrimEnd('.')}{hint}",
            failure)
        {
            // A name that does not exist is mostly mistyped; a name server seldom needs a second time.
            MaxRepetitions = error == HttpRequestError.NameResolutionError ? 1
                : failure is OverworkedException ? TransientException.RepetitionsAfterWork
                : failure is TimeoutException ? TransientException.RepetitionsAfterTimeout
                : int.MaxValue,
            IsAway = error is HttpRequestError.ConnectionError && pool.HasServed(url),
        };
    }

    private static string Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure.Message;

    /// <summary>
    /// Docker Hub's <c>ratelimit-remaining: 0;w=21600</c>: nothing is left of a number for so many seconds. A window that is waited for is
    /// no quota.
    /// </summary>
    private static bool IsUsedUp(HttpResponseMessage response, TimeSpan patience)
    {
        if (!response.Headers.NonValidated.TryGetValues("RateLimit-Remaining", out var values))
        {
            return false;
        }

        var parts = values.ToString().Split(';', StringSplitOptions.TrimEntries);
        var window = Array.Find(parts, part => part.StartsWith("w=", StringComparison.OrdinalIgnoreCase));
        return parts[0] == "0" && !(window is not null
            && int.TryParse(window.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            && seconds <= patience.TotalSeconds);
    }
}
