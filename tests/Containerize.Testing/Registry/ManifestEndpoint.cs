using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Testing.Registry;

/// <summary>Serves and takes manifests and indexes.</summary>
/// <remarks>OCI distribution specification, "Pulling manifests", "Pushing manifests".</remarks>
internal sealed class ManifestEndpoint(TestRegistryOptions options, RegistryContent content)
{
    private static readonly JsonDocumentOptions s_json = new() { AllowDuplicateProperties = false };

    internal async Task<Reply> ServeAsync(Exchange exchange)
    {
        var request = exchange.Request;
        switch (request.Method)
        {
            case "PUT":
                return await PutAsync(exchange);
            case "GET" or "HEAD":
                return content.TryGet(request.Repository, out var repository)
                    ? repository.Find(request.Reference) is { } manifest
                        ? Tag(new Reply(200).WithBody(manifest.Content, manifest.MediaType)
                        .With("Docker-Content-Digest", manifest.Digest.ToString()), manifest)
                        : Reply.Error(404, "MANIFEST_UNKNOWN", "manifest unknown")
                    : Reply.Error(404, "NAME_UNKNOWN", "repository name not known to registry");
            case "DELETE" when options.Deletes:
                return content.TryGet(request.Repository, out var changed) && changed.Remove(request.Reference)
                    ? new Reply(202)
                    : Reply.Error(404, "MANIFEST_UNKNOWN", "manifest unknown");
            default:
                return Reply.Error(405, "UNSUPPORTED");
        }
    }

    private async Task<Reply> PutAsync(Exchange exchange)
    {
        var request = exchange.Request;
        using var body = new MemoryStream();
        await exchange.ReceiveAsync(body);
        if (!ImageReference.IsRepository(request.Repository))
        {
            return Reply.Error(400, "NAME_INVALID");
        }

        if (body.Length > options.MaxManifestSize)
        {
            return Reply.Error(413, "SIZE_INVALID", "the manifest is too large");
        }

        var bytes = body.ToArray();
        var byDigest = Digest.TryParse(request.Reference, out var digest);
        if (!byDigest && !ImageReference.IsTag(request.Reference))
        {
            return Reply.Error(400, request.Reference.Contains(':', StringComparison.Ordinal) ? "DIGEST_INVALID" : "TAG_INVALID");
        }

        if (digest is null)
        {
            digest = Digest.Of(bytes);
        }
        else if (!IsDigestOf(digest, bytes))
        {
            return Reply.Error(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
        }

        var repository = content.GetOrAdd(request.Repository);
        var mediaType = request.Header("Content-Type") ?? "";
        JsonObject document;
        try
        {
            document = JsonNode.Parse(bytes, documentOptions: s_json) as JsonObject ?? throw new JsonException("it is no JSON object");
            if (CheckDocument(document, mediaType.Split(';')[0].Trim()) is { } defect)
            {
                return Reply.Error(400, "MANIFEST_INVALID", defect);
            }

            if (CheckReferences(document, repository) is { } refusal)
            {
                return refusal;
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return Reply.Error(400, "MANIFEST_INVALID", failure.Message);
        }

        var condition = options.EntityTags ? request.Header("If-Match") : null;
        if (condition is not null && !repository.TryReplace(
            new StoredManifest(digest, mediaType, bytes), request.Reference, found => EntityTagOf(found) == condition))
        {
            return Reply.Error(412, "DENIED", "the manifest was replaced meanwhile");
        }

        var tag = byDigest ? null : request.Reference;
        if (condition is null && !repository.TryAdd(new StoredManifest(digest, mediaType, bytes), tag, options.ImmutableTags))
        {
            return Reply.Error(400, "TAG_INVALID", $"the tag {request.Reference} exists and is immutable");
        }

        var reply = new Reply(201).With("Location", $"/v2/{request.Repository}/manifests/{digest}")
            .With("Docker-Content-Digest", digest.ToString());
        return options.Referrers && document["subject"] is JsonObject subject
            ? reply.With("OCI-Subject", (string?)subject["digest"] ?? "")
            : reply;
    }

    private static string EntityTagOf(StoredManifest manifest) => $"\"{manifest.Digest}\"";

    private Reply Tag(Reply reply, StoredManifest manifest) => options.EntityTags ? reply.With("ETag", EntityTagOf(manifest)) : reply;

    /// <summary>What is wrong with a document by itself, or null.</summary>
    private static string? CheckDocument(JsonObject document, string mediaType)
    {
        var own = (string?)document["mediaType"];
        return !MediaTypes.IsManifest(mediaType) && !MediaTypes.IsIndex(mediaType) ? $"'{mediaType}' is not the media type of a manifest"
            : (int?)document["schemaVersion"] != 2 ? "schemaVersion is not 2"
            : own is null && mediaType is MediaTypes.DockerManifest or MediaTypes.DockerIndex ? "mediaType is missing"
            : own is not null && own != mediaType ? $"its mediaType '{own}' is not the Content-Type '{mediaType}'"
            : MediaTypes.IsIndex(mediaType)
            && (document["manifests"] is not JsonArray || document.ContainsKey("layers")
            || document.ContainsKey("config")) ? "an index has manifests, but neither layers nor config"
            : MediaTypes.IsManifest(mediaType)
            && (document["config"] is not JsonObject || document["layers"] is not JsonArray
            || document.ContainsKey("manifests")) ? "a manifest has config and layers, but no manifests"
            : null;
    }

    /// <summary>The refusal of a document that names what the repository does not have, or null.</summary>
    private static Reply? CheckReferences(JsonObject document, Repository repository)
    {
        foreach (var child in (document["manifests"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (Check(child, repository.Find((string?)child["digest"] ?? "")?.Content.Length) is { } refusal)
            {
                return refusal;
            }
        }

        var layers = (document["layers"] as JsonArray ?? []).OfType<JsonObject>();
        return (document["config"] is JsonObject config ? layers.Append(config) : layers)
            .Where(descriptor => !MediaTypes.IsForeignLayer((string?)descriptor["mediaType"] ?? ""))
            .Select(
                descriptor =>
                    Check(descriptor, Digest.TryParse((string?)descriptor["digest"], out var digest)
                        && repository.Blobs.TryGetValue(digest, out var blob) ? blob.Length : null))
            .FirstOrDefault(refusal => refusal is not null);
    }

    private static Reply? Check(JsonObject descriptor, long? size) =>
        size is null ? Reply.Error(404, "MANIFEST_BLOB_UNKNOWN", $"{descriptor["digest"]} is unknown in this repository")
        : (long?)descriptor["size"] != size
            ? Reply.Error(400, "SIZE_INVALID", $"{descriptor["digest"]} has {size} bytes, not {descriptor["size"]}")
        : null;

    private static bool IsDigestOf(Digest digest, byte[] bytes)
    {
        using var hash = digest.CreateHash();
        hash.AppendData(bytes);
        return digest.Matches(hash);
    }
}
