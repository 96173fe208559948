using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>How large a blob is of which only the digest is known.</summary>
internal static class BlobSize
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Asks by HEAD; what that does not say, as behind some proxies, GET does.</summary>
    /// <returns>The size in bytes; null when the repository does not have the blob.</returns>
    /// <exception cref="ContainerizeException">The registry does not say it, or not to this account.</exception>
    internal static async Task<long?> FindAsync(
        RegistryEndpoint endpoint, string repository, Digest digest, RegistryOptions options, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Head, endpoint.UrlOf($"{repository}/blobs/{digest}"), Access.Pull(repository));
        using (var response = await endpoint.SendAsync(request, cancellationToken))
        {
            if (response.StatusCode == HttpStatusCode.NotFound)
            {
                return null;
            }

            if (response is { StatusCode: HttpStatusCode.OK, Content.Headers.ContentLength: > 0 and var told }
                && ResponseBody.CodingOf(response) is null)
            {
                return told;
            }
        }

        return await endpoint.SendAsync(
            request with { Method = HttpMethod.Get },
            async (response, token) => response.StatusCode switch
            {
                HttpStatusCode.NotFound => null,
                HttpStatusCode.OK => await ReadAsync(response, options, token),
                _ => throw await BlobSource.FailureAsync(endpoint, request.Access, digest, response, options, token),
            },
            cancellationToken);
    }

    private static async Task<long?> ReadAsync(
        HttpResponseMessage response, RegistryOptions options, CancellationToken cancellationToken) =>
        response.Content.Headers.ContentLength is { } told && ResponseBody.CodingOf(response) is null
            ? told
            : await CountAsync(response, options, cancellationToken);

    private static async Task<long> CountAsync(HttpResponseMessage response, RegistryOptions options, CancellationToken cancellationToken)
    {
        var stream = await ResponseBody.OpenDecodedAsync(response, options, cancellationToken);
        await using (stream.ConfigureAwait(false))
        {
            var buffer = new byte[BufferSize];
            var count = 0L;
            for (var read = -1; read != 0; count += read)
            {
                read = await stream.ReadAsync(buffer, cancellationToken);
            }

            return count;
        }
    }
}
