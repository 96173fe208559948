using System.Globalization;
using System.Net;
using Containerize.Http;
using Containerize.Registry.Authorization;

namespace Containerize.Registry.Transfer;

/// <summary>An upload that a registry has opened: the URL where it goes on, which each answer may move.</summary>
/// <param name="Location">Where it goes on.</param>
/// <param name="MinChunk">The smallest chunk the registry wants, in bytes; 0 when it does not say.</param>
internal sealed record UploadSession(Uri Location, long MinChunk)
{
    /// <summary>The session of a 202, or of any later answer.</summary>
    /// <param name="earlier">What is known already.</param>
    /// <returns>The session; null when neither answer nor past has a location.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnsafeLocation"/>.</exception>
    internal static UploadSession? Of(HttpResponseMessage response, UploadSession? earlier = null)
    {
        var request = response.RequestMessage!.RequestUri!;
        var minChunk = response.Headers.NonValidated.TryGetValues("OCI-Chunk-Min-Length", out var values)
            && long.TryParse(values.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var given)
            ? given
            : earlier?.MinChunk ?? 0;
        if (RedirectLoop.Location(response) is not { } location)
        {
            return earlier is null ? null : earlier with { MinChunk = minChunk };
        }

        var target = VerbatimUrl.TryResolve(request, location);
        if (target is null || target.UserInfo.Length > 0)
        {
            throw new ContainerizeException(
                DiagnosticCode.UnsafeLocation,
                $"{request.Authority} wants an upload to go on at '{VerbatimUrl.Public(location)}', which is not a URL that data may " +
                $"go to.");
        }

        return new(target, minChunk);
    }

    /// <summary>Asks how much of the upload has arrived.</summary>
    /// <returns>The session as it is now and the next byte it wants; null when it is gone or does not say it clearly.</returns>
    internal async Task<(UploadSession Session, long Offset)?> QueryAsync(
        RegistryEndpoint endpoint, Access access, CancellationToken cancellationToken)
    {
        using var response = await endpoint.SendOnceAsync(new RegistryRequest(HttpMethod.Get, Location, access), cancellationToken);
        return response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.OK or HttpStatusCode.Accepted
            && LastByte(response) is { } last && Of(response, this) is { } session
            ? (session, last + 1)
            : null;
    }

    /// <summary>Whether a registry says that it has less than was sent; without a word it has all.</summary>
    internal static bool IsBehind(HttpResponseMessage response, long sent) =>
        response.Headers.NonValidated.TryGetValues("Range", out _) && (LastByte(response) ?? 0) + 1 < sent;

    /// <summary>The N of <c>Range: 0-N</c>. <c>0-0</c> can mean one byte or none, so it counts as unclear.</summary>
    private static long? LastByte(HttpResponseMessage response)
    {
        if (!response.Headers.NonValidated.TryGetValues("Range", out var values))
        {
            return null;
        }

        var text = values.ToString().Trim();
        text = text.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase) ? text[6..] : text;
        return text.Split('-') is ["0", var last]
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var position) && position > 0 ? position : null;
    }
}
