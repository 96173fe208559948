using System.Net;
using Containerize.Http;
using Containerize.Registry.Authorization;

namespace Containerize.Registry.Transfer;

/// <content>The way that sends nothing: another repository of the registry has the blob.</content>
internal sealed partial class BlobUpload
{
    /// <summary>
    /// Asks the registry to link the blob from another of its repositories, until it does or opens an upload instead, which is then used.
    /// </summary>
    internal async Task<bool> TryMountAsync(IEnumerable<string> candidates, CancellationToken cancellationToken)
    {
        foreach (var from in candidates.TakeWhile(_ => _session is null))
        {
            if (await TryMountAsync(from, cancellationToken))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<bool> TryMountAsync(string from, CancellationToken cancellationToken)
    {
        var access = Access.Mount(_access.Repository, from);
        var url = _endpoint.UrlOf(
            $"{_access.Repository}/blobs/uploads/?mount={Uri.EscapeDataString(_descriptor.Digest.ToString())}" +
            $"&from={Uri.EscapeDataString(from)}");
        try
        {
            using var response = await _endpoint.SendOnceAsync(new RegistryRequest(HttpMethod.Post, url, access), cancellationToken);
            if (response.StatusCode == HttpStatusCode.Created)
            {
                return true;
            }

            _reporter.Detail($"{_endpoint.Registry} does not mount {_descriptor.Digest} from {from} ({(int)response.StatusCode}).");
            _session = response.StatusCode == HttpStatusCode.Accepted ? UploadSession.Of(response) : null;
        }
        catch (Exception failure) when (failure is TransientException or ContainerizeException)
        {
            // A mount only saves work; whatever hinders it, the upload decides.
            _endpoint.ForgetChallenge();
            _reporter.Detail($"{_descriptor.Digest} was not mounted from {from}: {failure.Message.TrimEnd('.')}.");
        }

        return false;
    }
}
