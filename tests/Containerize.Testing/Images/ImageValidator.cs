using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Testing.Images;

/// <summary>
/// Checks images from the outside, with nothing of the library but its names: what it says is valid, other tools can run.
/// </summary>
/// <remarks>OCI image specification; Docker's image specification 1.2 for <c>manifest.json</c>.</remarks>
internal static class ImageValidator
{
    private const int MaxDepth = 4;

    private static readonly JsonDocumentOptions s_json = new() { AllowDuplicateProperties = false };

    /// <summary>Checks a layout's directory, or an archive of a layout, plain or gzipped.</summary>
    /// <param name="path">Directory or file.</param>
    /// <param name="baseLayers">How many layers at the bottom of each image are of foreign make; they are checked for safety and digests
    /// only.</param>
    /// <exception cref="InvalidImageException">What is wrong.</exception>
    public static ValidatedTree Check(string path, int baseLayers = 0)
    {
        var source = BlobSource.OfPath(path);
        return Guard(source, () => Check(source, baseLayers));
    }

    /// <summary>Checks an image or index in a registry.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="repository">The repository; everything must be in it.</param>
    /// <param name="reference">A tag or digest.</param>
    /// <param name="baseLayers">How many layers at the bottom of each image are of foreign make.</param>
    /// <exception cref="InvalidImageException">What is wrong.</exception>
    public static ValidatedTree Check(TestRegistry registry, string repository, string reference, int baseLayers = 0)
    {
        var source = BlobSource.OfRegistry(registry, repository);
        var manifest = registry.FindManifest(repository, reference)
            ?? throw new InvalidImageException($"{source.Name} has no {reference}.");
        var root = new JsonObject
        {
            ["mediaType"] = manifest.MediaType,
            ["digest"] = manifest.Digest.ToString(),
            ["size"] = (long)manifest.Content.Length,
        };
        return Guard(source, () =>
        {
            var walk = new Walk(source, baseLayers);
            walk.CheckManifest(root, reference, reference, 0);
            return new ValidatedTree(walk.Images, []);
        });
    }

    private static ValidatedTree Check(BlobSource source, int baseLayers)
    {
        var version = (string?)Parse(source.Read("oci-layout"), "oci-layout", source)["imageLayoutVersion"];
        Require(version == "1.0.0", source, $"oci-layout has the version '{version}'");
        var present = source.CheckBlobs();
        var index = Parse(source.Read("index.json"), "index.json", source);
        var walk = new Walk(source, baseLayers);
        walk.CheckIndex(index, (string?)index["mediaType"] ?? MediaTypes.OciIndex, "index.json", null, 0);
        if (source.Files.Contains("manifest.json"))
        {
            DockerArchiveCheck.Check(source, walk.Images);
        }

        return new ValidatedTree(walk.Images, [.. present.Where(digest => !walk.Seen.Contains(digest))]);
    }

    /// <summary>A member of the wrong JSON type breaks a rule, too.</summary>
    private static ValidatedTree Guard(BlobSource source, Func<ValidatedTree> check)
    {
        try
        {
            return check();
        }
        catch (Exception failure) when (failure is InvalidOperationException or FormatException)
        {
            throw new InvalidImageException($"{source.Name}: a member of a document has a wrong type: {failure.Message}", failure);
        }
    }

    internal static JsonObject Parse(ReadOnlySpan<byte> json, string what, BlobSource source) => ParseNode(json, what, source) as JsonObject
        ?? throw new InvalidImageException($"{source.Name}: {what} is no JSON object.");

    internal static JsonNode? ParseNode(ReadOnlySpan<byte> json, string what, BlobSource source)
    {
        try
        {
            return JsonNode.Parse(json, documentOptions: s_json);
        }
        catch (JsonException failure)
        {
            throw new InvalidImageException($"{source.Name}: {what} is not valid JSON: {failure.Message}", failure);
        }
    }

    internal static void Require(bool condition, BlobSource source, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidImageException($"{source.Name}: {otherwise}.");
        }
    }

    /// <summary>One way through the tree of indexes and manifests.</summary>
    private sealed class Walk(BlobSource source, int baseLayers)
    {
        internal List<ValidatedImage> Images { get; } = [];

        internal HashSet<Digest> Seen { get; } = [];

        internal void CheckIndex(JsonObject index, string mediaType, string where, string? name, int depth)
        {
            Require(depth < MaxDepth, source, $"{where} is an index in too many others");
            Require(MediaTypes.IsIndex(mediaType), source, $"{where} has the media type '{mediaType}'");
            CheckDocument(index, mediaType, where);
            Require(!index.ContainsKey("layers")
                && !index.ContainsKey("config"), source, $"{where} has the members of a manifest and of an index");
            foreach (var child in Objects(index["manifests"], $"the manifests of {where}"))
            {
                CheckManifest(child, where, (string?)child["annotations"]?["org.opencontainers.image.ref.name"] ?? name, depth + 1);
            }
        }

        internal void CheckManifest(JsonObject reference, string parent, string? name, int depth)
        {
            var descriptor = Describe(reference, parent);
            var where = $"the manifest {descriptor.Digest} of {parent}";
            var document = Parse(ReadVerified(descriptor, where), where, source);
            if (MediaTypes.IsIndex(descriptor.MediaType))
            {
                CheckIndex(document, descriptor.MediaType, where, name, depth);
                return;
            }

            Require(MediaTypes.IsManifest(descriptor.MediaType), source, $"{where} has the media type '{descriptor.MediaType}'");
            CheckDocument(document, descriptor.MediaType, where);
            Require(!document.ContainsKey("manifests"), source, $"{where} has the members of a manifest and of an index");
            var config = Describe(document["config"] as JsonObject
                ?? throw new InvalidImageException($"{source.Name}: {where} has no config."), where);
            var layers = Objects(document["layers"], $"the layers of {where}").Select(layer => Describe(layer, where)).ToArray();
            if (config.MediaType is MediaTypes.OciConfig or MediaTypes.DockerConfig)
            {
                Images.Add(CheckImage(descriptor, reference["platform"] as JsonObject, name, document, config, layers, where));
                return;
            }

            // An artifact: its blobs must be there, what they mean is its own affair.
            foreach (var blob in layers.Append(config))
            {
                Verify(blob, where);
            }
        }

        private ValidatedImage CheckImage(
            Descriptor descriptor,
            JsonObject? platform,
            string? name,
            JsonObject manifest,
            Descriptor config,
            Descriptor[] layers,
            string where)
        {
            var isDocker = descriptor.MediaType == MediaTypes.DockerManifest;
            Require(
                config.MediaType == (isDocker ? MediaTypes.DockerConfig : MediaTypes.OciConfig),
                source,
                $"{where} has a config of another family: {config.MediaType}");
            foreach (var layer in layers)
            {
                Require(
                    LayerCheck.IsOfFamily(layer.MediaType, isDocker), source, $"{where} has a layer of another family: {layer.MediaType}");
            }

            var document = Parse(ReadVerified(config, where), $"the config of {where}", source);
            var diffIds = ConfigCheck.Check(document, layers.Length, where, source);
            foreach (var (member, value) in platform ?? [])
            {
                Require(member == "os.features"
                    || (string?)document[member] == (string?)value, source, $"the index says of {where} that its {member} is '{value}', " +
                    $"but the config says '{document[member]}'");
            }

            var isWindows = (string?)document["os"] == "windows";
            var validated = layers.Select((layer, number) => CheckLayer(layer, diffIds[number], number, isWindows, where)).ToArray();
            return new ValidatedImage(descriptor, name, manifest, document, validated);
        }

        private ValidatedLayer CheckLayer(Descriptor layer, Digest diffId, int number, bool isWindows, string where)
        {
            if (MediaTypes.IsForeignLayer(layer.MediaType) && source.Open(BlobSource.FileOf(layer.Digest)) is null)
            {
                return new ValidatedLayer(layer, diffId, []);
            }

            Verify(layer, where);
            var (isForeign, name) = (number < baseLayers, $"the layer {number} ({layer.Digest}) of {where}");
            if (isWindows && !isForeign)
            {
                WindowsLayerCheck.Check(source, layer, name);
            }

            return LayerCheck.Check(source, layer, diffId, isForeign, name);
        }

        private byte[] ReadVerified(Descriptor descriptor, string where)
        {
            Verify(descriptor, where);
            return source.Read(BlobSource.FileOf(descriptor.Digest));
        }

        private void Verify(Descriptor descriptor, string where)
        {
            Seen.Add(descriptor.Digest);
            using var stream = source.OpenBlob(descriptor.Digest);
            Require(
                stream.Length == descriptor.Size,
                source,
                $"{descriptor.Digest} has {stream.Length} bytes, but {descriptor.Size} in {where}");
            var actual = descriptor.Digest.Algorithm == "sha512" ? SHA512.HashData(stream) : SHA256.HashData(stream);
            Require(
                Convert.ToHexStringLower(actual) == descriptor.Digest.Hex,
                source,
                $"{descriptor.Digest} in {where} has other bytes than its digest says");
        }

        private Descriptor Describe(JsonObject descriptor, string where)
        {
            Require(Digest.TryParse((string?)descriptor["digest"], out var digest), source,
                $"a digest in {where} is malformed: '{descriptor["digest"]}'");
            Require(descriptor["size"] is JsonValue size && size.TryGetValue<long>(out var bytes) && bytes >= 0, source,
                $"the size of {digest} in {where} is no size: '{descriptor["size"]}'");
            Require(!string.IsNullOrEmpty((string?)descriptor["mediaType"]), source, $"{digest} in {where} has no media type");
            return new Descriptor { MediaType = (string)descriptor["mediaType"]!, Digest = digest!, Size = (long)descriptor["size"]! };
        }

        private void CheckDocument(JsonObject document, string mediaType, string where)
        {
            Require((int?)document["schemaVersion"] == 2, source, $"{where} has the schemaVersion {document["schemaVersion"]}");
            var own = (string?)document["mediaType"];
            Require(
                own is null ? !mediaType.Contains("docker", StringComparison.Ordinal) : own == mediaType,
                source,
                $"{where} says that its media type is '{own}', its descriptor says '{mediaType}'");
        }

        private JsonObject[] Objects(JsonNode? array, string what)
        {
            Require(array is JsonArray, source, $"{what} are missing");
            return [.. array!.AsArray()
                .Select(item => item as JsonObject
                ?? throw new InvalidImageException($"{source.Name}: {what} have one that is no object."))];
        }
    }
}
