using System.Globalization;
using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Testing.Registry;

/// <summary>Lists tags and referrers, page by page.</summary>
/// <remarks>OCI distribution specification, "Listing tags", "Listing referrers".</remarks>
internal sealed class ListEndpoint(TestRegistryOptions options, RegistryContent content)
{
    internal Reply Tags(RecordedRequest request)
    {
        if (request.Method != "GET")
        {
            return Reply.Error(405, "UNSUPPORTED");
        }

        if (!content.TryGet(request.Repository, out var repository))
        {
            return Reply.Error(404, "NAME_UNKNOWN", "repository name not known to registry");
        }

        var (page, next) = Page(request, repository.Tags, tag => tag);
        var reply = new Reply(200)
            .WithJson(
                new JsonObject { ["name"] = request.Repository, ["tags"] = new JsonArray([.. page.Select(tag => JsonValue.Create(tag))]) });
        return Link(request, reply, next, "");
    }

    internal Reply Referrers(RecordedRequest request)
    {
        if (!options.Referrers)
        {
            return new Reply(404).WithBody("404 page not found\n"u8.ToArray(), "text/plain");
        }

        if (request.Method != "GET")
        {
            return Reply.Error(405, "UNSUPPORTED");
        }

        if (!Digest.TryParse(request.Reference, out var subject))
        {
            return Reply.Error(400, "DIGEST_INVALID");
        }

        var all = content.TryGet(request.Repository, out var repository)
            ? repository.Manifests.Select(manifest => Describe(manifest, subject)).OfType<JsonObject>()
            : [];
        var filter = request.Parameter("artifactType");
        var wanted = all.Where(descriptor => filter is null || (string?)descriptor["artifactType"] == filter)
            .OrderBy(Key, StringComparer.Ordinal).ToArray();
        var (page, next) = Page(request, wanted, Key);
        var index = new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = MediaTypes.OciIndex, ["manifests"] = new JsonArray([.. page]) };
        var reply = Link(request, new Reply(200).WithJson(index, MediaTypes.OciIndex), next, filter
            is null ? "" : "&artifactType=" + Uri.EscapeDataString(filter));
        return filter is null ? reply : reply.With("OCI-Filters-Applied", "artifactType");

        static string Key(JsonObject descriptor) => (string)descriptor["digest"]!;
    }

    private (IReadOnlyList<T> Page, string? Next) Page<T>(RecordedRequest request, IReadOnlyList<T> all, Func<T, string> key)
    {
        var wanted = int.TryParse(request.Parameter("n"), CultureInfo.InvariantCulture, out var n) && n >= 0
            ? Math.Min(n, options.PageSize)
            : options.PageSize;
        var rest = request.Parameter("last") is { } last ? [.. all.Where(item => string.CompareOrdinal(key(item), last) > 0)] : all;
        T[] page = [.. rest.Take(wanted)];
        return (page, page.Length > 0 && page.Length < rest.Count ? key(page[^1]) : null);
    }

    private Reply Link(RecordedRequest request, Reply reply, string? next, string query) => next is null
        ? reply
        : reply.With(
            "Link",
            $"<{request.Path}?n={request.Parameter("n") ?? options.PageSize.ToString(CultureInfo.InvariantCulture)}" +
            $"&last={Uri.EscapeDataString(next)}{query}>; " +
            $"rel=\"next\"");

    private static JsonObject? Describe(StoredManifest manifest, Digest subject)
    {
        var document = JsonNode.Parse(manifest.Content.Span) as JsonObject;
        if ((string?)document?["subject"]?["digest"] != subject.ToString())
        {
            return null;
        }

        var descriptor = new JsonObject
        {
            ["mediaType"] = manifest.MediaType,
            ["digest"] = manifest.Digest.ToString(),
            ["size"] = manifest.Content.Length,
        };
        if (((string?)document["artifactType"] ?? (string?)document["config"]?["mediaType"]) is { } artifactType)
        {
            descriptor["artifactType"] = artifactType;
        }

        if (document["annotations"] is { } annotations)
        {
            descriptor["annotations"] = annotations.DeepClone();
        }

        return descriptor;
    }
}
