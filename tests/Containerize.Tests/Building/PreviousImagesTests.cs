using System.Text.Json.Nodes;
using System.Text;
using Containerize.Building;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Building;

/// <summary>The registry as the cache of a machine that has none.</summary>
[TestClass]
internal sealed class PreviousImagesTests
{
    private const string Name = "team/app";

    private static string Origins(BuiltImage built) => string.Join(' ', built.Layers.Select(layer => layer.Origin));

    private static IEnumerable<RecordedRequest> GetsOf(BuildLab lab, Digest blob) =>
        lab.Registry.RequestsTo(RequestKind.Blob, "GET").Where(request => request.Path.Contains(blob.Hex, StringComparison.Ordinal));

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

    /// <summary>Packages that take so long to make that a project may want to trust images.</summary>
    private static async Task<BuildLab> StartLargeAsync()
    {
        var lab = await BuildLab.StartAsync();
        // Bytes that cannot be compressed are stored, which is quick also in a debug build.
        lab.Write("lib.dll", Registry.ClientLab.RandomBytes(17 * 1024 * 1024));
        return lab;
    }

    [TestMethod]
    [DataRow(ImageFormat.Oci)]
    [DataRow(ImageFormat.Docker)]
    public async Task A_fresh_machine_sends_nothing_that_the_registry_has(ImageFormat format)
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
        Assert.IsEmpty(GetsOf(lab, first.Layers[0].Descriptor.Digest));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_layer_that_is_known_only_when_it_is_made_is_not_sent_either(bool trusts)
    {
        await using var lab = await BuildLab.StartAsync();
        var first = await lab.BuildAsync("here");
        await lab.PushAsync(first);

        var second = await lab.BuildAsync("runner", trusts: trusts, change: layer => new LateLayer(layer));

        Assert.AreEqual("Registry Registry", Origins(second));
        Assert.AreEqual(first.Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        Assert.AreEqual("Cache Cache", Origins(await lab.BuildAsync("runner")), "It is remembered as what it is.");
    }

    [TestMethod]
    public async Task Where_images_are_trusted_a_large_layer_is_neither_made_nor_fetched_nor_sent()
    {
        await using var lab = await StartLargeAsync();
        var first = await lab.BuildAsync("here");
        await lab.PushAsync(first);
        lab.Write("app.dll", "the changed app");
        var sent = lab.Registry.Uploads.Count;

        var second = await lab.BuildAsync("runner", trusts: true);
        await lab.PushAsync(second);

        Assert.AreEqual("Registry Built", Origins(second));
        Assert.HasCount(2, lab.Registry.Uploads.Skip(sent));
        Assert.IsFalse(File.Exists(lab.Cache("runner").PathOf(first.Layers[0].Descriptor.Digest)), "Nothing needed the bytes.");
        Assert.IsEmpty(GetsOf(lab, first.Layers[0].Descriptor.Digest));
        Assert.AreEqual((await lab.BuildAsync("lonely", from: [])).Image.Manifest.Descriptor, second.Image.Manifest.Descriptor);
        Assert.AreEqual(
            "Registry Cache", Origins(await lab.BuildAsync("runner", trusts: true)), "What it was trusted for is looked up again.");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task The_image_is_the_same_as_if_everything_had_been_made(bool trusts)
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));

        var reused = await lab.BuildAsync("runner", trusts: trusts);
        var made = await lab.BuildAsync("lonely", from: []);

        Assert.AreEqual("Registry Registry", Origins(reused));
        Assert.AreEqual("Built Built", Origins(made));
        Assert.AreEqual(made.Image.Manifest.Descriptor, reused.Image.Manifest.Descriptor);
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
        CollectionAssert.AreEqual(new[] { built.Image.Config.Blob.Descriptor.Digest }, lab.Registry.Uploads.Skip(sent)
            .Select(upload => upload.Digest).ToList());
    }

    [TestMethod]
    public async Task A_forged_annotation_is_found_out_and_told()
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        Forge(lab, (manifest, config) =>
        {
            // A foreign layer claims to be made of this project's packages; the diffID belongs to its own content.
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
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_forged_blob_is_found_out_and_told_also_where_images_are_trusted_and_the_layer_is_small(bool trusts)
    {
        await using var lab = await BuildLab.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        var evil = ForgeBlob(lab);

        var built = await lab.BuildAsync("runner", trusts: trusts);

        Assert.AreNotEqual(evil, built.Layers[0].Descriptor.Digest);
        Assert.AreEqual("Built Registry", Origins(built));
        Assert.AreEqual(DiagnosticCode.ForeignLayerMismatch, lab.Reporter.Warnings.Single().Code);
        StringAssert.Contains(lab.Reporter.Warnings.Single().Text, evil.ToString());
        Assert.AreEqual((await lab.BuildAsync("lonely", from: [])).Image.Manifest.Descriptor, built.Image.Manifest.Descriptor);
    }

    [TestMethod]
    [DataRow("0", true)]
    [DataRow("", true)]
    [DataRow("7", false)]
    public async Task Where_images_are_trusted_a_blob_has_the_size_that_its_image_states(string told, bool isTrusted)
    {
        await using var lab = await StartLargeAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        lab.Registry.On(RequestKind.Blob, "HEAD")
            .Do(fault => told.Length == 0 ? fault.RemoveHeader("Content-Length") : fault.SetHeader("Content-Length", told));

        var built = await lab.BuildAsync("runner", trusts: true);

        Assert.AreEqual(isTrusted ? LayerOrigin.Registry : LayerOrigin.Built, built.Layers[0].Origin);
        Assert.AreEqual((await lab.BuildAsync("lonely", from: [])).Image.Manifest.Descriptor, built.Image.Manifest.Descriptor);
    }

    [TestMethod]
    public async Task A_forged_blob_that_is_trusted_lasts_no_longer_than_the_image_that_claims_it()
    {
        await using var lab = await StartLargeAsync();
        var first = await lab.BuildAsync("here");
        await lab.PushAsync(first);
        var evil = ForgeBlob(lab);
        var infected = await lab.BuildAsync("runner", trusts: true);
        Assert.AreEqual(evil, infected.Layers[0].Descriptor.Digest, "Who can write there can move the tag as well.");
        Assert.AreEqual(
            first.Layers[0].Record.DiffId, infected.Image.Config.DiffIds[0], "But the config states the truth, which engines compare.");

        await lab.PushAsync(first);

        Assert.AreNotEqual(evil, (await lab.BuildAsync("runner", trusts: true)).Layers[0].Descriptor.Digest, "The tag was restored.");
        ForgeBlob(lab);
        Assert.AreNotEqual(evil, (await lab.BuildAsync("runner")).Layers[0].Descriptor.Digest, "Nothing is trusted any more.");
        Assert.AreNotEqual(
            evil, (await lab.BuildAsync("runner", trusts: true)).Layers[0].Descriptor.Digest, "What was made here needs no trust.");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_forged_layer_of_one_registry_does_not_reach_another_one(bool trusts)
    {
        await using var lab = await StartLargeAsync();
        await using var other = await TestRegistry.StartAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        var evil = ForgeBlob(lab);

        // One build with two push targets; and one that goes elsewhere and names the image as its cache.
        var both = await lab.BuildAsync("runner", trusts: trusts, targets: [lab.Repository, other.Repository(Name)]);
        var elsewhere =
            await lab.BuildAsync("third", [Reference(lab, $"{Name}:latest")], trusts: trusts, targets: [other.Repository(Name)]);
        await lab.PushAsync(both);
        await lab.PushAsync(both, registry: other);
        await lab.PushAsync(elsewhere, registry: other);

        Assert.AreNotEqual(evil, both.Layers[0].Descriptor.Digest);
        Assert.AreNotEqual(evil, elsewhere.Layers[0].Descriptor.Digest);
        Assert.IsNull(other.FindBlob(Name, evil));
        Assert.AreEqual((await lab.BuildAsync("lonely", from: [])).Image.Manifest.Descriptor, both.Image.Manifest.Descriptor);
    }

    [TestMethod]
    [DataRow("urls", """["https://evil.example/layer"]""")]
    [DataRow("data", "\"ZXZpbA==\"")]
    [DataRow("mediaType", "\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\"")]
    [DataRow("mediaType", "\"application/vnd.oci.image.layer.v1.tar+zstd\"")]
    [DataRow("size", "7")]
    [DataRow("artifactType", "\"application/evil\"")]
    [DataRow("platform", """{"os":"linux","architecture":"evil"}""")]
    public async Task Nothing_of_a_previous_images_descriptor_is_taken_over(string member, string value)
    {
        await using var lab = await StartLargeAsync();
        await lab.PushAsync(await lab.BuildAsync("here"));
        Forge(lab, (manifest, _) => manifest["layers"]![0]![member] = JsonNode.Parse(value));
        var own = (await lab.BuildAsync("lonely", from: [])).Image.Manifest.Descriptor;

        Assert.AreEqual(own, (await lab.BuildAsync("runner")).Image.Manifest.Descriptor);
        Assert.AreEqual(own, (await lab.BuildAsync("trusting", trusts: true)).Image.Manifest.Descriptor);
    }

    [TestMethod]
    public void Images_are_read_from_the_likeliest_to_the_least_likely_and_once()
    {
        var target = new RepositoryReference("registry.example", "team/app");
        var named = ImageReference.Parse("other.example/main:1");

        var images = new ReuseRequest
        {
            Targets = [target],
            Tags = ["2.0", "latest"],
            Named = [named, new ImageReference(target, "2.0", null)],
        }.Images;

        CollectionAssert.AreEqual(
            new[]
            {
                "registry.example/team/app:2.0",
                "registry.example/team/app:latest",
                "other.example/main:1",
            }, images.Select(image => image.ToString()).ToArray());
        Assert.IsEmpty((new ReuseRequest { Targets = [target], Tags = ["2.0"], Named = [named], IsOff = true }).Images);
    }

    [TestMethod]
    [DataRow(true, "a.example", "a.example", null, true)]
    [DataRow(false, "a.example", "a.example", null, false)]
    [DataRow(true, "a.example", "b.example", null, false)]
    [DataRow(true, "a.example", "a.example", "b.example", false)]
    [DataRow(true, "a.example", "a.example", "a.example", true)]
    [DataRow(true, "a.example:5000", "a.example", null, false)]
    [DataRow(true, "a.example", null, null, false)]
    public void Trust_does_not_pass_from_one_registry_to_another(bool trusts, string origin, string? target, string? second, bool mayTrust)
    {
        var targets = new[] { target, second }.OfType<string>().Select(registry => new RepositoryReference(registry, "app"));

        Assert.AreEqual(mayTrust, new ReuseRequest { Targets = [.. targets], Trusts = trusts }
            .MayTrust(new RepositoryReference(origin, "other")));
        Assert.IsFalse(new ReuseRequest { Targets = [.. targets], Trusts = trusts, IsOff = true }
            .MayTrust(new RepositoryReference(origin, "other")));
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

    /// <summary>A layer of which it shows while it is made what goes into it, as of packages that are fitted to a base.</summary>
    private sealed class LateLayer(ILayerSource layer) : ILayerSource, IPreparedLayer
    {
        private IPreparedLayer? _prepared;
        private bool _isMade;

        public string Name => layer.Name;

        public LayerContent Content => _isMade ? _prepared!.Content : LayerContent.Of("late", [], new LayerOptions());

        public async Task<IPreparedLayer> PrepareAsync(LayerContext context, CancellationToken cancellationToken)
        {
            _prepared = await layer.PrepareAsync(context, cancellationToken);
            return this;
        }

        public Task<LayerRecord> WriteAsync(Digest? similar, CancellationToken cancellationToken)
        {
            _isMade = true;
            return _prepared!.WriteAsync(similar, cancellationToken);
        }

        public Task<(Digest DiffId, long Size)?> ComputeDiffIdAsync(CancellationToken cancellationToken) =>
            Task.FromResult<(Digest, long)?>(null);
    }
}
