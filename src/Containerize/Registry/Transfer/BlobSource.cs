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
    /// <returns>The bytes and the position they begin at, which may be an earlier one.</returns>
    internal Task<OpenedContent> OpenAsync(long offset, CancellationToken cancellationToken) =>
        new RangedContent(SendAsync, descriptor.Size, options).OpenAsync(offset, cancellationToken);

    private async Task<HttpResponseMessage> SendAsync(long? offset, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(HttpMethod.Get, url, access) { RangeStart = offset };
        var response = await endpoint.SendOnceAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent
            || (offset is not null && response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable))
        {
            return response;
        }

        using (response)
        {
            throw await FailureAsync(endpoint, access, descriptor.Digest, response, options, cancellationToken);
        }
    }

    /// <summary>What an answer means that brings no blob.</summary>
    internal static async Task<Exception> FailureAsync(
        RegistryEndpoint endpoint,
        Access access,
        Digest digest,
        HttpResponseMessage response,
        RegistryOptions options,
        CancellationToken cancellationToken)
    {
        var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
        var failure = RegistryFailure.Of(
            endpoint, access, $"download the blob {digest} of {endpoint.Registry}/{access.Repository}", response, errors);
        // A signed URL may have expired meanwhile; the registry signs another one.
        return endpoint.IsForeign(response)
            ? new TransientException(failure.Message.TrimEnd('.'), failure)
            {
                Status = response.StatusCode,
                MaxRepetitions = RepetitionsAfterRefusedSignature,
                Explained = failure,
            }
            : failure;
    }
}
