using System.Net;
using System.Text.Json.Nodes;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Authorization;
using Containerize.Registry.Protocol;

namespace Containerize.Registry.Transfer;

/// <summary>Lists the tags of a repository.</summary>
/// <remarks>OCI distribution specification, "Listing Tags".</remarks>
internal sealed class TagList(RegistryEndpoint endpoint, string repository, RegistryOptions options)
{
    private const int MaxPages = 500;

    // More is refused by some registries.
    private const int PageSize = 100;

    internal async Task<IReadOnlyList<string>> ReadAsync(CancellationToken cancellationToken)
    {
        var found = new List<string>();
        var url = endpoint.UrlOf($"{repository}/tags/list?n={PageSize}");
        for (var page = 0; page < MaxPages; page++)
        {
            var request = new RegistryRequest(HttpMethod.Get, url, Access.Pull(repository));
            var (tags, next) = await endpoint.SendAsync(request, ReadPageAsync, cancellationToken);
            found.AddRange(tags);
            if (next is null)
            {
                return [.. found.Distinct(StringComparer.Ordinal)];
            }

            url = next;
        }

        throw new ContainerizeException(
            DiagnosticCode.RegistryError, $"{endpoint.Registry}/{repository} lists more than {MaxPages} pages of tags.");
    }

    private async Task<(IReadOnlyList<string> Tags, Uri? Next)> ReadPageAsync(
        HttpResponseMessage response, CancellationToken cancellationToken)
    {
        // A repository that does not exist has no tags.
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return ([], null);
        }

        if (response.StatusCode != HttpStatusCode.OK)
        {
            var errors = await RegistryErrors.ReadAsync(response, options, cancellationToken);
            throw RegistryFailure.Of(
                endpoint, Access.Pull(repository), $"list the tags of {endpoint.Registry}/{repository}", response, errors);
        }

        var origin = $"{endpoint.Registry}/{repository} (tags)";
        var content = await ResponseBody.ReadAsync(response, OciJson.MaxDocumentSize, options, cancellationToken)
            ?? throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"The list of {origin} is larger than {OciJson.MaxDocumentSize} bytes.");
        // Some registries answer null for none. What is no tag cannot be asked for.
        var tags = OciJson.ReadObject(content, "tags", origin)["tags"] as JsonArray ?? [];
        return (
            [.. tags.OfType<JsonValue>().Select(tag => tag.TryGetValue<string>(out var text) ? text : "").Where(ImageReference.IsTag)],
            NextPage.Of(response, endpoint, $"tags of {repository}"));
    }
}
