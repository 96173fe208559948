using System.Globalization;
using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>A place a blob can be downloaded from: a repository of a registry or of its mirror, or a URL of a foreign layer.</summary>
internal sealed class BlobSource(RegistryEndpoint endpoint, Uri url, Access access, Descriptor descriptor, RegistryOptions options)
{
    private const int RepetitionsAfterRefusedSignature = 2;

    internal static BlobSource In(RegistryEndpoint endpoint, string repository, Descriptor descriptor, RegistryOptions options) =>
        new(endpoint, endpoint.UrlOf($"{repository}/blobs/{descriptor.Digest}"), Access.Pull(repository), descriptor, options);

    /// <summary>Opens the blob from a byte on.</summary>
    /// <param name="offset">The first byte that is wanted.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <returns>The bytes and the position they begin at, which may be an earlier one.</returns>
    internal async Task<(Stream Stream, long Start)> OpenAsync(long offset, CancellationToken cancellationToken)
    {
        if (offset > 0)
        {
            var partial = await SendAsync(offset, cancellationToken);
            if (partial.StatusCode == HttpStatusCode.OK)
            {
                return (await OpenWholeAsync(partial, cancellationToken), 0);
            }

            if (partial.StatusCode == HttpStatusCode.PartialContent && StartOf(partial) is { } start && start <= offset
                && (ResponseBody.CodingOf(partial) is null || partial.Content.Headers.ContentLength == descriptor.Size - start))
            {
                return (await ResponseBody.OpenAsync(partial, options, cancellationToken), start);
            }

            // Another range than asked for, or "range not satisfiable": begin again.
            partial.Dispose();
        }

        return (await OpenWholeAsync(await SendAsync(null, cancellationToken), cancellationToken), 0);
    }

    /// <summary>
    /// The bytes from the first on. Object stores label a layer <c>Content-Encoding: gzip</c> because it is a gzip file; only a length that is not the blob's tells
    /// that somebody on the way has compressed it once more.
    /// </summary>
    private Task<Stream> OpenWholeAsync(HttpResponseMessage response, CancellationToken cancellationToken) =>
        response.Content.Headers.ContentLength == descriptor.Size
            ? ResponseBody.OpenAsync(response, options, cancellationToken)
            : ResponseBody.OpenDecodedAsync(response, options, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(long? offset, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, url, access) { RangeStart = offset };
        var response = await endpoint.SendOnceAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.OK
            || (offset is not null && response.StatusCode is HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            return response;
        }

        using (response)
        {
            var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
            var failure = RegistryFailure.Of(endpoint, access, $"download the blob {descriptor.Digest} of {endpoint.Registry}/{access.Repository}", response, errors);
            // A signed URL may have expired meanwhile; the registry signs another one.
            throw endpoint.IsForeign(response)
                ? new TransientException(failure.Message.TrimEnd('.'), failure) { Status = response.StatusCode, MaxRepetitions = RepetitionsAfterRefusedSignature, Explained = failure }
                : failure;
        }
    }

    /// <summary>The first byte of <c>Content-Range: bytes 7-99/100</c>; null when it is malformed or of another blob.</summary>
    private long? StartOf(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Range", out var values)
            || response.Content.Headers.ContentType?.MediaType == "multipart/byteranges")
        {
            return null;
        }

        var parts = values.ToString().Trim().Split([' ', '-', '/'], StringSplitOptions.TrimEntries);
        return parts is ["bytes", var first, var last, var total]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var end) && end >= start
            && (total == "*" || total == descriptor.Size.ToString(CultureInfo.InvariantCulture))
            ? start
            : null;
    }
}
