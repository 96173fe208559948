using System.Text.Json.Nodes;
using System.Text;
using Containerize.Building;
using Containerize.Compression;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Building;

/// <summary>The registry as the cache of a machine that has none.</summary>
[TestClass]
internal sealed class PreviousImagesTests
{
    private const string Name = "team/app";

    private static string Origins(BuiltImage built) => string.Join(' ', built.Layers.Select(layer => layer.Origin));

    private static ImageReference Reference(BuildLab lab, string text) => ImageReference.Parse($"{lab.Registry.Authority}/{text}");

    /// <summary>Replaces the pushed image by one that says something else.</summary>
    private static void Forge(BuildLab lab, Action<JsonNode, JsonNode> change)
    {
        var manifest = JsonNode.Parse(lab.Registry.FindManifest(Name, "latest")!.Content.Span)!;
        var config = JsonNode.Parse(lab.Registry.FindBlob(Name, Digest.Parse((string?)manifest["config"]!["digest"]))!.Value.Span)!;
        change(manifest, config);
        var stored = lab.Registry.AddBlob(Name, OciJson.Write(config));
        manifest["config"]!["digest"] = stored.Digest.ToString();
        manifest["config"]!["size"] = stored.Size;
        lab.Registry.AddManifest(Name, "latest", OciJson.Write(manifest), MediaTypes.OciManifest);
    }

    /// <summary>An evil layer in the place of the packages, under their inputs hash and diffID.</summary>
    private static Digest ForgeBlob(BuildLab lab)
    {
        var evil = lab.Registry.AddBlob(Name, Sample.Gzip(Sample.LayerTar("evil")));
        Forge(lab, (manifest, _) =>
        {
            manifest["layers"]![0]!["digest"] = evil.Digest.ToString();
            manifest["layers"]![0]!["size"] = evil.Size;
        });
        return evil.Digest;
    }

    [TestMethod]
    [DataRow(ImageFormat.Oci)]
    [DataRow(ImageFormat.Docker)]
    public async Task A_fresh_machine_neither_compresses_nor_sends_what_the_registry_has(ImageFormat format)
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here", format: format);
        await lab.PushAsync(first);
        lab.Write("app.dll", "the changed app");
        var sent = lab.Registry.Uploads.Count;

        var second = await lab.BuildAsync("runner", format: format);
        await lab.PushAsync(second);

        Assert.AreEqual("Registry Built", Origins(second));
        CollectionAssert.AreEquivalent(
            new[] { second.Layers[1].Descriptor.Digest, second.Image.Config.Blob.Descriptor.Digest },
            lab.Registry.Uploads.Skip(sent).Select(upload => upload.Digest).ToList());
        Assert.IsFalse(File.Exists(lab.Cache("runner").PathOf(first.Layers[0].Descriptor.Digest)), "Nothing needed the bytes.");
        Assert.IsEmpty(lab.Registry.Requests.Where(request => request is { Kind: RequestKind.Blob, Method: "GET" } && request.Path.Contains(first.Layers[0].Descriptor.Digest.Hex, StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task The_image_is_the_same_as_if_everything_had_been_made()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));

        var recognised = await lab.BuildAsync("runner");
        var made = await lab.BuildAsync("lonely", from: []);

        Assert.AreEqual("Registry Registry", Origins(recognised));
        Assert.AreEqual("Built Built", Origins(made));
        Assert.AreEqual(made.Image.Manifest.Descriptor, recognised.Image.Manifest.Descriptor);
    }

    [TestMethod]
    public async Task Switched_off_nothing_is_asked()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        lab.Registry.ClearRequests();

        var built = await lab.BuildAsync("runner", from: []);

        Assert.AreEqual("Built Built", Origins(built));
        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    public async Task Another_repository_of_the_registry_that_the_project_names_is_mounted_from()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"), "team/main");
        var sent = lab.Registry.Uploads.Count;

        var built = await lab.BuildAsync("runner", [Reference(lab, "team/branch:latest"), Reference(lab, "team/main:latest")]);
        await lab.PushAsync(built, "team/branch");

        Assert.AreEqual("Registry Registry", Origins(built));
        CollectionAssert.AreEqual(new[] { built.Image.Config.Blob.Descriptor.Digest }, lab.Registry.Uploads.Skip(sent).Select(upload => upload.Digest).ToList());
    }

    [TestMethod]
    public async Task A_forged_annotation_is_found_out_and_told()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        Forge(lab, (manifest, config) =>
        {
            // Somebody's layer claims to be made of this project's packages; the diffID belongs to its own content.
            var evil = lab.Registry.AddBlob(Name, Sample.Gzip(Sample.LayerTar("evil")));
            manifest["layers"]![0]!["digest"] = evil.Digest.ToString();
            manifest["layers"]![0]!["size"] = evil.Size;
            config["rootfs"]!["diff_ids"]![0] = Digest.Of(Sample.LayerTar("evil")).ToString();
        });

        var built = await lab.BuildAsync("runner");

        Assert.AreEqual("Built Registry", Origins(built));
        Assert.AreEqual(DiagnosticCode.ForeignLayerMismatch, lab.Reporter.Warnings.Single().Code);
        Assert.AreEqual((await lab.BuildAsync("lonely", from: [])).Image.Manifest.Descriptor, built.Image.Manifest.Descriptor);
    }

    [TestMethod]
    public async Task A_forged_blob_is_found_out_where_the_project_has_layers_verified()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        var evil = ForgeBlob(lab);

        var built = await lab.BuildAsync("runner", verify: true);

        Assert.AreNotEqual(evil, built.Layers[0].Descriptor.Digest);
        Assert.AreEqual("Built Registry", Origins(built));
        Assert.AreEqual(DiagnosticCode.ForeignLayerMismatch, lab.Reporter.Warnings.Single().Code);
    }

    [TestMethod]
    public async Task A_forged_blob_in_the_target_is_trusted_by_default_but_the_config_states_the_truth()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        var evil = ForgeBlob(lab);

        var built = await lab.BuildAsync("runner");

        // Who can write there can move the tag as well. Engines compare the blob with the diffID, which was computed from the files.
        Assert.AreEqual(evil, built.Layers[0].Descriptor.Digest);
        Assert.AreEqual((await lab.BuildAsync("lonely", from: [])).Layers[0].Record.DiffId, built.Image.Config.DiffIds[0]);
    }

    [TestMethod]
    public async Task What_a_registry_was_trusted_for_is_not_remembered_as_the_truth()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        var evil = ForgeBlob(lab);
        await lab.BuildAsync("runner");

        var verified = await lab.BuildAsync("runner", verify: true);
        var elsewhere = await lab.BuildAsync("runner", from: []);

        Assert.AreNotEqual(evil, verified.Layers[0].Descriptor.Digest);
        Assert.AreNotEqual(evil, elsewhere.Layers[0].Descriptor.Digest);
    }

    [TestMethod]
    public async Task A_layer_that_is_no_longer_in_the_registry_is_made()
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here");
        await lab.PushAsync(first);
        lab.Registry.RemoveBlob(Name, first.Layers[0].Descriptor.Digest);
        lab.Write("app.dll", "the changed app");

        var built = await lab.BuildAsync("runner");
        await lab.PushAsync(built);

        Assert.AreEqual("Built Built", Origins(built));
        Assert.IsNotNull(lab.Registry.FindBlob(Name, first.Layers[0].Descriptor.Digest));
    }

    [TestMethod]
    [DataRow("""{"no":"manifest"}""")]
    [DataRow("not even json")]
    public async Task An_image_that_cannot_be_read_is_no_failure(string content)
    {
        await using var lab = await BuildLab.StartAsync();
        lab.Registry.AddManifest(Name, "latest", Encoding.UTF8.GetBytes(content), MediaTypes.OciManifest);

        Assert.AreEqual("Built Built", Origins(await lab.BuildAsync("runner")));
        Assert.IsEmpty(lab.Reporter.Warnings);
    }

    [TestMethod]
    public async Task A_registry_that_fails_is_no_failure_of_the_build()
    {
        await using var lab = await BuildLab.StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(500));

        Assert.AreEqual("Built Built", Origins(await lab.BuildAsync("runner")));
    }

    [TestMethod]
    public async Task An_image_of_another_builder_is_no_help_and_no_failure()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        Forge(lab, (manifest, _) =>
        {
            foreach (var layer in manifest["layers"]!.AsArray())
            {
                layer!.AsObject().Remove("annotations");
            }
        });

        Assert.AreEqual("Built Built", Origins(await lab.BuildAsync("runner")));
    }
}
