using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Testing.Images;

/// <summary>A valid image made for a test: config, layers and manifest in bytes.</summary>
/// <param name="Manifest">The manifest's bytes.</param>
/// <param name="MediaType">The manifest's media type.</param>
/// <param name="Config">The config's bytes.</param>
/// <param name="Layers">The layers, bottom first.</param>
/// <param name="Platform">What it runs on.</param>
internal sealed record TestImage(
    ReadOnlyMemory<byte> Manifest, string MediaType, ReadOnlyMemory<byte> Config, IReadOnlyList<TestLayer> Layers, Platform Platform)
{
    /// <summary>An OCI platform for most tests.</summary>
    public static Platform LinuxX64 { get; } = new() { Os = "linux", Architecture = "amd64" };

    /// <summary>The manifest's descriptor with its platform.</summary>
    public Descriptor Descriptor =>
        new() { MediaType = MediaType, Digest = Digest.Of(Manifest.Span), Size = Manifest.Length, Platform = Platform };

    /// <summary>All blobs of the image with its manifest: what a layout holds.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Blobs => [.. Layers.Select(layer => layer.Content), Config, Manifest];

    /// <summary>Makes an image in OCI's types for linux/amd64, with one small layer if none is given.</summary>
    public static TestImage Create(params TestLayer[] layers) => Create(LinuxX64, docker: false, null, layers);

    /// <summary>Makes an image.</summary>
    /// <param name="platform">What it runs on.</param>
    /// <param name="docker">Whether its media types are Docker's.</param>
    /// <param name="change">Changes the config before the digests are computed.</param>
    /// <param name="layers">The layers; one small one if none is given.</param>
    public static TestImage Create(Platform platform, bool docker, Action<JsonObject>? change, params TestLayer[] layers)
    {
        layers = layers.Length > 0 ? layers
            : platform.IsWindows
                ? [TestLayer.Of(
                    ("Files/Windows/System32/ntdll.dll", $"test-{platform.Architecture}-{platform.OsVersion}"),
                    ("Hives/System_Base", "regf"))]
            : [TestLayer.Of(("etc/os-release", $"ID=test-{platform.Architecture}\n"))];
        var config = MakeConfig(platform, layers);
        change?.Invoke(config);
        var configBytes = OciJson.Write(config);
        var mediaType = docker ? MediaTypes.DockerManifest : MediaTypes.OciManifest;
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = mediaType,
            ["config"] = Describe(docker ? MediaTypes.DockerConfig : MediaTypes.OciConfig, configBytes),
            ["layers"] = new JsonArray([.. layers.Select(layer => Describe(LayerType(layer, docker), layer.Content.Span))]),
        };
        return new TestImage(OciJson.Write(manifest), mediaType, configBytes, layers, platform);
    }

    /// <summary>The bytes of an index of images.</summary>
    public static byte[] Index(params TestImage[] images) => Index(docker: false, images);

    /// <summary>The bytes of an index of images, or of Docker's manifest list.</summary>
    public static byte[] Index(bool docker, params TestImage[] images) => OciJson.Write(new JsonObject
    {
        ["schemaVersion"] = 2,
        ["mediaType"] = docker ? MediaTypes.DockerIndex : MediaTypes.OciIndex,
        ["manifests"] = new JsonArray([.. images.Select(Reference)]),
    });

    /// <summary>Writes a layout whose index names images.</summary>
    /// <param name="directory">Where; made if missing.</param>
    /// <param name="images">The images and their tags.</param>
    public static void WriteLayout(string directory, params (string Tag, TestImage Image)[] images)
    {
        var blobs = Directory.CreateDirectory(Path.Combine(directory, "blobs", "sha256")).FullName;
        foreach (var blob in images.SelectMany(image => image.Image.Blobs))
        {
            File.WriteAllBytes(Path.Combine(blobs, Digest.Of(blob.Span).Hex), blob.ToArray());
        }

        var index = JsonNode.Parse(Index([.. images.Select(image => image.Image)]))!;
        for (var i = 0; i < images.Length; i++)
        {
            index["manifests"]![i]!["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = images[i].Tag };
        }

        File.WriteAllText(Path.Combine(directory, "index.json"), index.ToJsonString());
        File.WriteAllText(Path.Combine(directory, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
    }

    private static JsonObject MakeConfig(Platform platform, IReadOnlyList<TestLayer> layers)
    {
        var config = new JsonObject
        {
            ["created"] = "1970-01-01T00:00:00Z",
            ["architecture"] = platform.Architecture,
            ["os"] = platform.Os,
            ["config"] = new JsonObject
            {
                ["Env"] = new JsonArray(platform.IsWindows ? "Path=C:\\Windows\\System32" : "PATH=/usr/bin:/bin"),
                ["WorkingDir"] = platform.IsWindows ? "C:\\" : "/",
            },
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. layers.Select(layer => JsonValue.Create(layer.DiffId.ToString()))]),
            },
            ["history"] = new JsonArray([
                .. layers.Select(
                    (_, number) => new JsonObject { ["created"] = "1970-01-01T00:00:00Z", ["created_by"] = $"test layer {number}" }),
                new JsonObject { ["created"] = "1970-01-01T00:00:00Z", ["created_by"] = "test settings", ["empty_layer"] = true },
            ]),
        };
        foreach (var (member, value) in Details(platform))
        {
            config[member] = value;
        }

        return config;
    }

    private static IEnumerable<(string Member, string Value)> Details(Platform platform) =>
        new[] { ("variant", platform.Variant), ("os.version", platform.OsVersion) }.Where(detail => detail.Item2 is not null)
            .Select(detail => (detail.Item1, detail.Item2!));

    private static string LayerType(TestLayer layer, bool docker) => (docker, layer.IsCompressed) switch
    {
        (true, true) => MediaTypes.DockerLayerGzip,
        (true, false) => MediaTypes.DockerLayer,
        (false, true) => MediaTypes.OciLayerGzip,
        (false, false) => MediaTypes.OciLayer,
    };

    private static JsonObject Describe(string mediaType, ReadOnlySpan<byte> content) =>
        new() { ["mediaType"] = mediaType, ["digest"] = Digest.Of(content).ToString(), ["size"] = content.Length };

    private static JsonObject Reference(TestImage image)
    {
        var reference = Describe(image.MediaType, image.Manifest.Span);
        var platform = new JsonObject { ["architecture"] = image.Platform.Architecture, ["os"] = image.Platform.Os };
        foreach (var (member, value) in Details(image.Platform))
        {
            platform[member] = value;
        }

        reference["platform"] = platform;
        return reference;
    }
}

/// <summary>Puts test images into test registries.</summary>
internal static class TestImageSeeding
{
    /// <summary>Puts an image into a repository.</summary>
    /// <returns>The manifest's descriptor.</returns>
    public static Descriptor AddImage(this TestRegistry registry, string repository, string? tag, TestImage image)
    {
        foreach (var blob in image.Layers.Select(layer => layer.Content).Append(image.Config))
        {
            registry.AddBlob(repository, blob);
        }

        return registry.AddManifest(repository, tag, image.Manifest, image.MediaType);
    }

    /// <summary>Puts an index and its images into a repository.</summary>
    /// <returns>The index's descriptor.</returns>
    public static Descriptor AddIndex(this TestRegistry registry, string repository, string tag, params TestImage[] images)
    {
        foreach (var image in images)
        {
            registry.AddImage(repository, null, image);
        }

        return registry.AddManifest(repository, tag, TestImage.Index(images), MediaTypes.OciIndex);
    }
}
