using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json;

namespace Containerize.Oci;

/// <summary>
/// Reads and writes the JSON of images. Reading is strict where laxness has been abused: duplicate members, depth and size are limited;
/// a document that is a manifest and an index at once is refused (CVE-2021-41190).
/// </summary>
internal static class OciJson
{
    /// <summary>The largest document that is read, in bytes: what registries must accept for a manifest.</summary>
    /// <remarks>OCI distribution specification, "Pushing manifests".</remarks>
    public const int MaxDocumentSize = 4 * 1024 * 1024;

    private const int MaxDepth = 64;

    private static readonly OciJsonContext s_context = new(new JsonSerializerOptions
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
    });

    private static readonly JsonDocumentOptions s_documentOptions = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    private static readonly JsonDocumentOptions s_laxOptions = new()
    {
        AllowDuplicateProperties = false,
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
        MaxDepth = MaxDepth,
    };

    private static readonly JsonSerializerOptions s_nodeOptions =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth };

    /// <summary>Reads a manifest.</summary>
    /// <param name="document">The raw bytes.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    public static Manifest ReadManifest(RawDocument document, string origin)
    {
        var manifest = Read(document.Content.Span, "manifest", origin, bytes =>
        {
            var root = ParseObject(bytes);
            RefuseMember(root, "manifests");
            RefuseSchema1(root);
            DropIncompletePlatforms(root);
            DropNulls(root);
            return root.Deserialize(s_context.Manifest);
        });
        CheckDescriptors(manifest.Layers.Append(manifest.Config), origin);
        return manifest;
    }

    /// <summary>Reads an index.</summary>
    /// <param name="document">The raw bytes.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    public static ImageIndex ReadIndex(RawDocument document, string origin)
    {
        var index = Read(document.Content.Span, "index", origin, bytes =>
        {
            var root = ParseObject(bytes);
            RefuseMember(root, "layers");
            RefuseMember(root, "config");
            DropIncompletePlatforms(root);
            DropNulls(root);
            return root.Deserialize(s_context.ImageIndex);
        });
        CheckDescriptors(index.Manifests, origin);
        return index;
    }

    /// <summary>Reads any JSON object under the same limits.</summary>
    /// <param name="json">The raw bytes.</param>
    /// <param name="what">What it should be, for the error message: <c>config</c>.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <param name="most">How many bytes it may have. What is said of an image is no part of it, and may be larger.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    public static JsonObject ReadObject(ReadOnlySpan<byte> json, string what, string origin, long most = MaxDocumentSize) =>
        Read(json, what, origin, ParseObject, most);

    /// <summary>Reads any JSON array under the same limits.</summary>
    /// <param name="json">The raw bytes.</param>
    /// <param name="what">What it should be, for the error message.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    public static JsonArray ReadArray(ReadOnlySpan<byte> json, string what, string origin) => Read(json, what, origin, bytes =>
        Parse(bytes) as JsonArray ?? throw new JsonException("it is no JSON array"));

    /// <summary>
    /// Reads a JSON object of others that may say something of an image, as <c>.deps.json</c> does: what cannot be understood says
    /// nothing. Comments and commas at the end are allowed, as .NET's host allows them.
    /// </summary>
    /// <returns>The object, all names and texts of which can be read; null when it is none.</returns>
    public static JsonObject? TryReadObject(ReadOnlySpan<byte> json)
    {
        try
        {
            return Parse(json, s_laxOptions) as JsonObject;
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            return null;
        }
    }

    /// <summary>Writes a manifest: compact, members in a fixed order.</summary>
    public static byte[] Write(Manifest manifest) => JsonSerializer.SerializeToUtf8Bytes(manifest, s_context.Manifest);

    /// <summary>Writes an index: compact, members in a fixed order.</summary>
    public static byte[] Write(ImageIndex index) => JsonSerializer.SerializeToUtf8Bytes(index, s_context.ImageIndex);

    /// <summary>Writes any JSON, compact, members in their own order.</summary>
    public static byte[] Write(JsonNode node) => System.Text.Encoding.UTF8.GetBytes(node.ToJsonString(s_nodeOptions));

    /// <summary>The media type of a manifest or index whose sender named none or a wrong one, from its members.</summary>
    /// <param name="json">The raw bytes.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    /// <returns>The document's own <c>mediaType</c>, else the OCI type its members show; null when it is neither.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: no JSON object within the limits.</exception>
    public static string? DetectMediaType(ReadOnlySpan<byte> json, string origin)
    {
        var root = ReadObject(json, "manifest", origin);
        if (root["mediaType"] is JsonValue value && value.TryGetValue<string>(out var mediaType) && mediaType.Length > 0)
        {
            return mediaType;
        }

        return root.ContainsKey("signatures") || root.ContainsKey("fsLayers") ? MediaTypes.DockerSchema1
            : root.ContainsKey("manifests") ? MediaTypes.OciIndex
            : root.ContainsKey("layers") || root.ContainsKey("config") ? MediaTypes.OciManifest
            : null;
    }

    private delegate T? Parser<T>(ReadOnlySpan<byte> json);

    private static T Read<T>(ReadOnlySpan<byte> json, string what, string origin, Parser<T> parse, long most = MaxDocumentSize)
        where T : class
    {
        if (json.Length > most)
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"The {what} of {origin} is larger than {most} bytes; no image needs that.");
        }

        try
        {
            return parse(json) ?? throw new JsonException("it is null");
        }
        catch (Exception failure) when (IsDamage(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument, $"The {what} of {origin} cannot be read: {failure.Message}", failure);
        }
    }

    // Duplicate members are an ArgumentException, texts that are no Unicode an InvalidOperationException.
    private static bool IsDamage(Exception failure) =>
        failure is JsonException or InvalidOperationException or ArgumentException or FormatException;

    private static JsonObject ParseObject(ReadOnlySpan<byte> json) =>
        Parse(json) as JsonObject ?? throw new JsonException("it is no JSON object");

    private static JsonNode? Parse(ReadOnlySpan<byte> json) => Parse(json, s_documentOptions);

    private static JsonNode? Parse(ReadOnlySpan<byte> json, JsonDocumentOptions options)
    {
        var root = JsonNode.Parse(json, documentOptions: options);
        DecodeTexts(root);
        return root;
    }

    // Names and texts are decoded when they are asked for: bytes that are not UTF-8 and halves of surrogate pairs would fail far from here.
    private static void DecodeTexts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject members:
                foreach (var (_, value) in members)
                {
                    DecodeTexts(value);
                }

                break;
            case JsonArray items:
                foreach (var item in items)
                {
                    DecodeTexts(item);
                }

                break;
            case JsonValue value:
                _ = value.TryGetValue<string>(out _);
                break;
            default:
                break;
        }
    }

    // Some writers give each entry a platform and leave it empty; the .NET SDK does in archives. That says as little as no platform does,
    // and the config of the image has it.
    private static void DropIncompletePlatforms(JsonObject root)
    {
        foreach (var (_, value) in root)
        {
            foreach (var descriptor in value is JsonArray list ? list.AsEnumerable() : [value])
            {
                if (descriptor is JsonObject members && members["platform"] is JsonObject platform
                    && (IsEmpty(platform["os"]) || IsEmpty(platform["architecture"])))
                {
                    members.Remove("platform");
                }
            }
        }

        static bool IsEmpty(JsonNode? text) => text is null || (text is JsonValue value && value.TryGetValue<string>(out var name)
            && name.Length == 0);
    }

    // The serializer checks members for null, not what is in lists and dictionaries. Other readers take such a text for an empty one.
    private static void DropNulls(JsonObject root)
    {
        foreach (var (_, value) in root.ToList())
        {
            foreach (var descriptor in (value is JsonArray list ? list.AsEnumerable() : [value]).OfType<JsonObject>().ToList())
            {
                (descriptor["urls"] as JsonArray)?.RemoveAll(url => url is null);
                DropNullMembers(descriptor["annotations"] as JsonObject);
            }
        }

        DropNullMembers(root["annotations"] as JsonObject);

        static void DropNullMembers(JsonObject? members)
        {
            foreach (var (name, _) in members?.Where(member => member.Value is null).ToList() ?? [])
            {
                members!.Remove(name);
            }
        }
    }

    private static void RefuseMember(JsonObject root, string member)
    {
        if (root.ContainsKey(member))
        {
            throw new JsonException($"it has the members of a manifest and of an index at once ('{member}')");
        }
    }

    private static void RefuseSchema1(JsonObject root)
    {
        if (root.ContainsKey("fsLayers"))
        {
            throw new JsonException(
                "it is of Docker's first format (schema 1), which is no longer supported; push the image again with a current tool");
        }
    }

    private static void CheckDescriptors(IEnumerable<Descriptor> descriptors, string origin)
    {
        // The serializer checks members for null, not the elements of a list.
        if (descriptors.Any(descriptor => descriptor is null || descriptor.Size < 0))
        {
            throw new ContainerizeException(DiagnosticCode.InvalidDocument, $"A descriptor of {origin} is null or has a negative size.");
        }
    }
}
