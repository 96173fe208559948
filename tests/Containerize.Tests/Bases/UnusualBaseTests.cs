using System.Text.Json.Nodes;
using System.Text;
using Containerize.Bases;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Bases;

/// <summary>What registries hold besides plain images, asked for as a base.</summary>
[TestClass]
internal sealed class UnusualBaseTests
{
    private const string Repository = "team/base";

    [TestMethod]
    [DataRow(3)]
    [DataRow(4)]
    public async Task Nested_indexes_are_followed(int depth)
    {
        await using var lab = await ClientLab.StartAsync();
        var image = TestImage.Create();
        AddNested(lab, image, depth);

        Assert.AreEqual(image.Descriptor.Digest, (await OpenAsync(lab)).Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task Indexes_that_are_nested_without_need_are_given_up()
    {
        await using var lab = await ClientLab.StartAsync();
        AddNested(lab, TestImage.Create(), depth: 5);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => OpenAsync(lab));

        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
        StringAssert.Contains(failure.Message, "nested");
    }

    [TestMethod]
    public async Task An_artifact_is_no_base_and_the_error_says_so()
    {
        await using var lab = await ClientLab.StartAsync();
        var config = lab.Registry.AddBlob(Repository, "{}"u8.ToArray(), "application/vnd.oci.empty.v1+json");
        var manifest = new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = MediaTypes.OciManifest,
            ["artifactType"] = "application/vnd.example.chart",
            ["config"] = new JsonObject { ["mediaType"] = config.MediaType, ["digest"] = config.Digest.ToString(), ["size"] = config.Size },
            ["layers"] = new JsonArray(),
        };
        lab.Registry.AddManifest(Repository, "1.0", Encoding.UTF8.GetBytes(manifest.ToJsonString()), MediaTypes.OciManifest);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => OpenAsync(lab));

        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
        StringAssert.Contains(failure.Message, "not an image");
    }

    [TestMethod]
    public async Task Entries_of_unknown_types_in_an_index_are_passed_over()
    {
        await using var lab = await ClientLab.StartAsync();
        var image = TestImage.Create();
        lab.Registry.AddImage(Repository, null, image);
        var index = JsonNode.Parse(TestImage.Index(image))!.AsObject();
        index["manifests"]!.AsArray().Insert(0, new JsonObject
        {
            ["mediaType"] = "application/vnd.example.signature.v1+json",
            ["digest"] = Digest.Of("signature"u8).ToString(),
            ["size"] = 9,
            ["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = "amd64" },
        });
        lab.Registry.AddManifest(Repository, "1.0", Encoding.UTF8.GetBytes(index.ToJsonString()), MediaTypes.OciIndex);

        Assert.AreEqual(image.Descriptor.Digest, (await OpenAsync(lab)).Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task An_index_without_platforms_is_known_by_its_configs_and_artifacts_are_passed_over()
    {
        await using var lab = await ClientLab.StartAsync();
        TestImage[] images = [TestImage.Create(Sample.Arm64, docker: false, null), TestImage.Create(Sample.Amd64, docker: false, null)];
        var empty = lab.Registry.AddBlob(Repository, "{}"u8.ToArray()).Digest;
        var artifact = lab.Registry.AddManifest(
            Repository,
            null,
            Encoding.UTF8.GetBytes(
                $$"""{"schemaVersion":2,"mediaType":"{{MediaTypes.OciManifest}}","config":""" +
                $$"""{"mediaType":"application/vnd.oci.empty.v1+json","digest":"{{empty}}","size":2},"layers":[]}"""),
            MediaTypes.OciManifest);
        var entries = new[] { artifact }.Concat(images.Select(image => lab.Registry.AddImage(Repository, null, image)))
            .Select(entry => entry with { Platform = null });
        lab.Registry.AddManifest(Repository, "1.0", OciJson.Write(new ImageIndex { Manifests = [.. entries] }), MediaTypes.OciIndex);

        Assert.AreEqual(images[1].Descriptor.Digest, (await OpenAsync(lab)).Manifest.Descriptor.Digest);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(MediaTypes.OciConfig)]
    [DataRow(MediaTypes.DockerConfig)]
    public async Task An_entry_that_repeats_the_type_of_its_config_is_an_image(string artifactType)
    {
        await using var lab = await ClientLab.StartAsync();
        TestImage[] images = [TestImage.Create(Sample.Arm64, docker: false, null), TestImage.Create(Sample.Amd64, docker: false, null)];
        var artifact = lab.Registry.AddImage(Repository, null, images[0]) with
        {
            ArtifactType = "application/vnd.example.chart",
            Platform = Sample.Amd64,
        };
        var entries = images.Select(image => lab.Registry.AddImage(Repository, null, image) with { ArtifactType = artifactType });
        lab.Registry.AddManifest(
            Repository, "1.0", OciJson.Write(new ImageIndex { Manifests = [artifact, .. entries] }), MediaTypes.OciIndex);

        Assert.AreEqual(images[1].Descriptor.Digest, (await OpenAsync(lab)).Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task A_layer_of_an_unknown_type_keeps_its_type_its_bytes_and_its_annotations()
    {
        await using var lab = await ClientLab.StartAsync();
        var plain = TestImage.Create();
        var manifest = JsonNode.Parse(plain.Manifest.Span)!.AsObject();
        var layer = manifest["layers"]![0]!.AsObject();
        layer["mediaType"] = "application/vnd.example.layer.v1.tar+squeezed";
        layer["annotations"] = new JsonObject { ["com.example.key"] = "value" };
        lab.Registry.AddImage(Repository, "1.0", plain with { Manifest = OciJson.Write(manifest) });

        var image = await OpenAsync(lab);
        var copy = Image.Create(ImageFormat.Oci, image.Config, image.Layers, new Dictionary<string, string>());

        var written = OciJson.ReadManifest(copy.Manifest.Document, "the copy").Layers[0];
        Assert.AreEqual("application/vnd.example.layer.v1.tar+squeezed", written.MediaType);
        Assert.AreEqual("value", written.Annotations!["com.example.key"]);
        Assert.AreEqual(Digest.Of(plain.Layers[0].Content.Span), written.Digest);
    }

    private static void AddNested(ClientLab lab, TestImage image, int depth)
    {
        var entry = lab.Registry.AddImage(Repository, null, image);
        for (var level = 1; level <= depth; level++)
        {
            entry = lab.Registry.AddManifest(
                Repository, level == depth ? "1.0" : null, OciJson.Write(new ImageIndex { Manifests = [entry] }), MediaTypes.OciIndex);
        }
    }

    private static async Task<Image> OpenAsync(ClientLab lab)
    {
        var reference = ImageReference.Parse($"{lab.Registry.Authority}/{Repository}:1.0");
        return (await new RegistrySource(lab.Client, reference, tags: null, lab.Store, prefetch: false)
            .OpenAsync(Sample.Amd64, CancellationToken.None)).Image;
    }
}
