using System.Net;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>Lists what refers to a manifest: by the registry's API, else by the tag that stands in for it.</summary>
/// <remarks>OCI distribution specification, "Listing Referrers" and "Referrers Tag Schema".</remarks>
internal sealed class ReferrerList(RegistryEndpoint endpoint, string repository, ManifestExchange manifests, RegistryOptions options)
{
    private const int MaxPages = 100;

    // A list must not decide how long a build takes.
    private const int MostUntold = 100;

    internal async Task<IReadOnlyList<Descriptor>> ReadAsync(Digest subject, CancellationToken cancellationToken)
    {
        var found = new List<Descriptor>();
        var url = endpoint.UrlOf($"{repository}/referrers/{subject}");
        for (var page = 0; page < MaxPages; page++)
        {
            var request = new RegistryRequest(HttpMethod.Get, url, Access.Pull(repository)) { Accept = [MediaTypes.OciIndex] };
            var (index, next) = await endpoint.SendAsync(request, ReadPageAsync, cancellationToken);
            if (index is null)
            {
                return await ReadTagAsync(subject, cancellationToken);
            }

            found.AddRange(index.Manifests);
            if (next is null)
            {
                return found;
            }

            url = next;
        }

        throw new ContainerizeException(
            DiagnosticCode.RegistryError, $"{endpoint.Registry}/{repository} lists more than {MaxPages} pages of referrers of {subject}.");
    }

    private async Task<(ImageIndex? Index, Uri? Next)> ReadPageAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (HasNoApi(response))
        {
            return (null, null);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
            throw RegistryFailure.Of(
                endpoint, Access.Pull(repository), $"list the referrers in {endpoint.Registry}/{repository}", response, errors);
        }

        var origin = $"{endpoint.Registry}/{repository} (referrers)";
        var content = await ResponseBody.ReadAsync(response, OciJson.MaxDocumentSize, options, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"The list of {origin} is larger than {OciJson.MaxDocumentSize} bytes.");
        return (
            OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, content), origin),
            NextPage.Of(response, endpoint, $"referrers of {repository}"));
    }

    /// <summary>
    /// The answers of registries that do not know the path: the specification's 404, others for a request that is not understood, and
    /// what a proxy shows to people.
    /// </summary>
    private static bool HasNoApi(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.BadRequest or HttpStatusCode.MethodNotAllowed
            or HttpStatusCode.NotAcceptable or HttpStatusCode.NotImplemented
        || (response.StatusCode == HttpStatusCode.OK && ManifestExchange.MediaTypeOf(response) == "text/html");

    private async Task<IReadOnlyList<Descriptor>> ReadTagAsync(Digest subject, CancellationToken cancellationToken)
    {
        var tag = EvidenceTag.Of(subject);
        var found = await manifests.TryGetAsync(endpoint, repository, tag, cancellationToken);
        return found is not null && MediaTypes.IsIndex(found.Descriptor.MediaType)
            ? await TellTypesAsync(OciJson.ReadIndex(found, $"{endpoint.Registry}/{repository}:{tag}").Manifests, cancellationToken)
            : [];
    }

    // Clients write this list, and not all know the type of an artifact: cosign names that of its config, which is empty. Only the manifest
    // says what it is then.
    private async Task<IReadOnlyList<Descriptor>> TellTypesAsync(IReadOnlyList<Descriptor> listed, CancellationToken cancellationToken)
    {
        var told = listed.ToArray();
        foreach (var index in Enumerable.Range(0, told.Length).Where(index => IsUntold(told[index])).Take(MostUntold).ToList())
        {
            told[index] = await TellTypeAsync(told[index], cancellationToken);
        }

        return told;
    }

    private static bool IsUntold(Descriptor entry) =>
        MediaTypes.IsManifest(entry.MediaType) && entry.ArtifactType is (null or "" or MediaTypes.Empty);

    private async Task<Descriptor> TellTypeAsync(Descriptor entry, CancellationToken cancellationToken)
    {
        try
        {
            if (await manifests.TryGetAsync(endpoint, repository, entry.Digest.ToString(), cancellationToken) is not { } document)
            {
                return entry;
            }

            var manifest = OciJson.ReadManifest(document, $"{endpoint.Registry}/{repository}@{entry.Digest}");
            return entry with
            {
                ArtifactType = manifest.ArtifactType ?? manifest.Config.MediaType,
                Annotations = entry.Annotations ?? manifest.Annotations,
            };
        }
        catch (Exception failure) when (failure is ContainerizeException { Code: DiagnosticCode.InvalidDocument }
            or TransientException { Explained.Code: DiagnosticCode.DigestMismatch })
        {
            // It is in the list, whatever it is. What needs it says what is wrong with it.
            return entry;
        }
    }
}
