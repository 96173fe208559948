using Containerize.Http;

namespace Containerize.Registry.Transfer;

/// <summary>Where a list of a registry goes on.</summary>
/// <remarks>RFC 5988, as the OCI distribution specification uses it.</remarks>
internal static class NextPage
{
    /// <summary>
    /// The next page of <c>Link: &lt;…&gt;; rel="next"</c>. Another origin would get this registry's credential, so it is refused.
    /// </summary>
    /// <param name="what">What is listed, for the error message.</param>
    /// <returns>Its address; null for the last page.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsafeLocation"/>.</exception>
    internal static Uri? Of(HttpResponseMessage response, RegistryEndpoint endpoint, string what)
    {
        if (!response.Headers.NonValidated.TryGetValues("Link", out var values))
        {
            return null;
        }

        var link = values.FirstOrDefault(value => value.Contains("next", StringComparison.OrdinalIgnoreCase)) ?? "";
        var start = link.IndexOf('<', StringComparison.Ordinal);
        var end = link.IndexOf('>', StringComparison.Ordinal);
        if (start < 0 || end < start)
        {
            return null;
        }

        var next = VerbatimUrl.TryResolve(response.RequestMessage!.RequestUri!, link[(start + 1)..end]);
        return next is not null && VerbatimUrl.SameOrigin(next, endpoint.Origin.Base)
            ? next
            : throw new ContainerizeException(
                DiagnosticCode.UnsafeLocation,
                $"{endpoint.Registry} lists the next {what} at another place ({link[(start + 1)..end].Split('?')[0]}). It was not asked.");
    }
}
