using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Authorization;
using Containerize.Registry.Transfer;

namespace Containerize.Diagnosis;

/// <summary>Whether an image can be pulled: its manifest, a blob of it, the limits on that, and lists of referrers.</summary>
/// <param name="client">Talks to the registry.</param>
/// <param name="endpoint">How the registry is reached.</param>
/// <param name="findings">Takes what is found.</param>
internal sealed class ReadDiagnosis(RegistryClient client, RegistryEndpoint endpoint, FindingList findings)
{
    /// <summary>Looks.</summary>
    internal async Task RunAsync(ImageReference image, CancellationToken cancellationToken)
    {
        var access = new RepositoryAccess(endpoint.Registry, image.Repository.Name, IsWrite: false);
        foreach (var mirror in client.PlacesOf(image.Repository).SkipLast(1))
        {
            findings.Note("mirror", $"What is read of {image.Repository} is looked for at {mirror} first.");
        }

        try
        {
            await ReadLimitsAsync(image, cancellationToken);
            if (await client.TryGetManifestAsync(image.Repository, image.Target, cancellationToken) is { } document)
            {
                findings.Works("pull", $"{image} can be read.");
                await DownloadAsync(image.Repository, document, cancellationToken);
            }
            else
            {
                findings.Note(
                    "pull",
                    $"{image.Repository} has no image {image.Target} that this account may see.",
                    $"Check repository and tag; name an image that is there to try reading.");
            }

            await FindReferrersAsync(image.Repository.Name, cancellationToken);
        }
        catch (ContainerizeException failure)
        {
            findings.Problem("pull", failure.Message, Advice.ForFailure(failure, access));
        }
        catch (TransientException failure)
        {
            var isLimit = failure.Status == HttpStatusCode.TooManyRequests;
            findings.Problem(
                isLimit ? "rate limit" : "pull", $"{failure.Message}.", Advice.ForStatus(failure.Status ?? default, endpoint.Registry));
        }
    }

    private async Task ReadLimitsAsync(ImageReference image, CancellationToken cancellationToken)
    {
        // Asking by HEAD does not count against the limit.
        var request = new RegistryRequest(
            HttpMethod.Head,
            endpoint.UrlOf($"{image.Repository.Name}/manifests/{image.Target}"),
            Access.Pull(image.Repository.Name))
        {
            Accept = [MediaTypes.OciIndex, MediaTypes.OciManifest, MediaTypes.DockerIndex, MediaTypes.DockerManifest],
        };
        using var response = await endpoint.SendAsync(request, cancellationToken);
        if (!response.Headers.NonValidated.TryGetValues("RateLimit-Remaining", out var remaining))
        {
            return;
        }

        var limit = response.Headers.NonValidated.TryGetValues("RateLimit-Limit", out var values) ? values.ToString() : "?";
        Message text = $"{endpoint.Registry} allows {Amount(limit)} pulls; {Amount(remaining.ToString())} are left.";
        if (Amount(remaining.ToString()) == "0")
        {
            findings.Problem("rate limit", text, Advice.ForStatus(HttpStatusCode.TooManyRequests, endpoint.Registry));
        }
        else
        {
            findings.Works("rate limit", text);
        }
    }

    // "100;w=21600"
    private static string Amount(string header) => header.Split(';')[0].Trim();

    /// <summary>Blobs often lie on another host, which firewalls and proxies do not know.</summary>
    private async Task DownloadAsync(RepositoryReference repository, RawDocument document, CancellationToken cancellationToken)
    {
        var origin = repository.ToString();
        if (MediaTypes.IsIndex(document.Descriptor.MediaType))
        {
            var first = OciJson.ReadIndex(document, origin).Manifests.FirstOrDefault(entry => MediaTypes.IsManifest(entry.MediaType));
            if (first is null
                || await client.TryGetManifestAsync(repository, first.Digest.ToString(), cancellationToken) is not { } manifest)
            {
                return;
            }

            document = manifest;
        }

        var config = OciJson.ReadManifest(document, origin).Config;
        try
        {
            var content = await client.CreateBlob(repository, config).OpenReadAsync(cancellationToken);
            await using (content.ConfigureAwait(false))
            {
                await content.CopyToAsync(Stream.Null, cancellationToken);
            }

            findings.Works("download", $"A blob of {repository} can be read ({ByteSize.Format(config.Size)}).");
        }
        catch (ContainerizeException failure)
        {
            findings.Problem(
                "download",
                failure.Message,
                $"Blobs may lie on another host than {endpoint.Registry}: have firewall and proxy let it through.");
        }
    }

    private async Task FindReferrersAsync(string repository, CancellationToken cancellationToken)
    {
        var request = new RegistryRequest(
            HttpMethod.Get, endpoint.UrlOf($"{repository}/referrers/{Digest.Of([])}"), Access.Pull(repository))
        {
            Accept = [MediaTypes.OciIndex],
        };
        using var response = await endpoint.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            findings.Works("referrers", $"{endpoint.Registry} lists what refers to an image (referrers API).");
        }
        else
        {
            findings.Note(
                "referrers",
                $"{endpoint.Registry} has no referrers API (it answers {(int)response.StatusCode}): signatures and bills of materials " +
                $"are listed under tags instead.",
                $"Nothing has to be done; a newer version of the registry may have the API. Do not remove tags like sha256-….");
        }
    }
}
