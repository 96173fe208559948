using Containerize.Http;

namespace Containerize.Registry.Transfer;

/// <summary>Where a list of a registry goes on.</summary>
/// <remarks>RFC 5988, as the OCI distribution specification uses it.</remarks>
internal static class NextPage
{
    /// <summary>
    /// The next page of <c>Link: &lt;…&gt;; rel="next"</c>. Another origin would get this registry's credential, so it is refused.
    /// </summary>
    /// <param name="what">What is listed, for the message.</param>
    /// <returns>Its URL; null on the last page.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsafeLocation"/>.</exception>
    internal static Uri? Of(HttpResponseMessage response, RegistryEndpoint endpoint, Message what)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var values)
            || values.Select(NextOf).FirstOrDefault(found => found is not null) is not { } address)
        {
            return null;
        }

        var next = VerbatimUrl.TryResolve(response.RequestMessage!.RequestUri!, address);
        return next is not null && VerbatimUrl.SameOrigin(next, endpoint.Origin.Base)
            ? next
            : throw new ContainerizeException(
                DiagnosticCode.UnsafeLocation,
                $"{endpoint.Registry} lists the next {what} at another place ({VerbatimUrl.Public(address)}). It was not asked.");
    }

    // One header may hold several links, and an address or a title may contain any word.
    private static string? NextOf(string header)
    {
        var at = 0;
        while (header.IndexOf('<', at) is >= 0 and var start && header.IndexOf('>', start) is >= 0 and var end)
        {
            var isNext = false;
            at = end + 1;
            do
            {
                at = EndOf(header, at, out var parameter);
                isNext |= IsNext(parameter);
            }
            while (at < header.Length && header[at++] == ';');

            if (isNext)
            {
                return header[(start + 1)..end];
            }
        }

        return null;
    }

    // A parameter ends at a semicolon, a link at a comma, unless that is in quotes.
    private static int EndOf(string header, int start, out string parameter)
    {
        var isQuoted = false;
        var end = start;
        while (end < header.Length && (isQuoted || header[end] is not (';' or ',')))
        {
            isQuoted ^= header[end] == '"';
            end++;
        }

        parameter = header[start..end];
        return end;
    }

    private static bool IsNext(string parameter) =>
        parameter.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var relations]
        && name.Equals("rel", StringComparison.OrdinalIgnoreCase)
        && relations.Trim('"').Split(' ').Contains("next", StringComparer.OrdinalIgnoreCase);
}
