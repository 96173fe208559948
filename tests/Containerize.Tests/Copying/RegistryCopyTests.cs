using System.Security.Cryptography;
using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Copying;

[TestClass]
internal sealed class RegistryCopyTests
{
    [TestMethod]
    [DataRow(true, true)]
    [DataRow(true, false)]
    [DataRow(false, true)]
    [DataRow(false, false)]
    public async Task All_platforms_and_all_that_refers_to_them_arrive_with_their_bytes(bool sourceHasApi, bool targetHasApi)
    {
        await using var lab = await CopyLab.StartAsync(new() { Referrers = sourceHasApi }, new() { Referrers = targetHasApi });
        var subjects = await lab.TellAsync();

        await lab.CopyAsync(lab.TargetName);

        Assert.AreEqual(lab.Root.Digest, lab.Arrived!.Digest);
        Assert.HasCount(2, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
        foreach (var subject in subjects)
        {
            var (was, now) = (await lab.ReferrersAsync(lab.Source, "team/app", subject),
                await lab.ReferrersAsync(lab.Target, "prod/app", subject));
            Assert.HasCount(1, now);
            Assert.AreEqual(was[0].Digest, now[0].Digest);
            Assert.AreEqual(was[0].ArtifactType, now[0].ArtifactType);
        }

        var signature = $"sha256-{lab.Root.Digest.Hex}.sig";
        Assert.AreEqual(lab.Source.FindManifest("team/app", signature)!.Digest, lab.Target.FindManifest("prod/app", signature)!.Digest);
        Assert.AreEqual("1.0", lab.Target.RequestsTo(RequestKind.Manifest, "PUT")[^1].Reference);
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task What_is_there_is_not_sent_again(bool hasApi)
    {
        await using var lab = await CopyLab.StartAsync(new() { Referrers = hasApi }, new() { Referrers = hasApi });
        await lab.TellAsync();
        await lab.CopyAsync(lab.TargetName);
        lab.Target.ClearRequests();

        var again = await lab.CopyAsync(lab.TargetName);

        Assert.AreEqual(0, again[0].BytesWritten);
        Assert.IsFalse(lab.Target.Requests.Any(request => request.Method is "PUT" or "POST" or "PATCH"));
    }

    [TestMethod]
    public async Task What_is_there_is_looked_for_at_the_target_and_not_where_it_is_read_from()
    {
        await using var lab = await CopyLab.StartAsync();
        Directory.CreateDirectory(lab["etc/containers"]);
        await File.WriteAllTextAsync(
            lab["etc/containers/registries.conf"],
            $"[[registry]]\nprefix = \"{lab.Target.Authority}/prod\"\nlocation = \"{lab.Source.Authority}/team\"\n");
        var subjects = await lab.TellAsync();

        await lab.CopyAsync(lab.TargetName);

        foreach (var subject in subjects)
        {
            Assert.IsTrue(lab.Target.Requests.Any(request => request.Path.EndsWith($"/referrers/{subject}", StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    public async Task Within_one_registry_blobs_are_mounted_and_nothing_is_fetched()
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.TellAsync();
        lab.Source.ClearRequests();

        var result = await lab.CopyAsync($"{lab.Source.Authority}/prod/app:2.0");

        Assert.AreEqual(lab.Root.Digest, lab.Source.FindManifest("prod/app", "2.0")!.Digest);
        Assert.AreEqual(0, result[0].BytesWritten);
        Assert.AreEqual(0, lab.Source.BlobBytesReceived + lab.Source.BlobBytesSent);
    }

    [TestMethod]
    public async Task Of_an_index_one_platform_can_be_copied_alone()
    {
        await using var lab = await CopyLab.StartAsync();

        await lab.CopyFromAsync(lab.SourceName, lab.Images[1].Platform, lab.TargetName);

        Assert.AreEqual(lab.Images[1].Descriptor.Digest, lab.Arrived!.Digest);
        Assert.IsNull(lab.Target.FindBlob("prod/app", lab.Images[0].LayerDigest()));
    }

    [TestMethod]
    public async Task Cut_connections_are_taken_up_again()
    {
        await using var lab = await CopyLab.StartAsync();
        var download = lab.Source.On(RequestKind.Blob, "GET").Once().Do(fault => fault.ResetAfter(50_000));
        var upload = lab.Target.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.ResetAfterReceiving(20_000));

        await lab.CopyAsync(lab.TargetName);

        Assert.AreEqual(lab.Root.Digest, lab.Arrived!.Digest);
        Assert.AreEqual((1, 1), (download.Count, upload.Count));
        Assert.HasCount(2, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    public async Task A_damaged_blob_is_refused_and_nothing_has_a_name_anywhere()
    {
        await using var lab = await CopyLab.StartAsync();
        var layer = lab.Images[1].LayerDigest();
        lab.Source.On(RequestKind.Blob, "GET").Where(request => request.Reference == layer.ToString())
            .Do(fault => fault.Corrupt(1000));

        var failure = await lab.FailAsync(lab.TargetName, "oci:layout:1.0", "oci-archive:image.tar");

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        StringAssert.Contains(failure.Message, layer.ToString());
        Assert.IsNull(lab.Arrived);
        Assert.IsFalse(File.Exists(lab["layout/index.json"]));
        Assert.IsEmpty(Directory.GetFiles(lab["."], "*", SearchOption.TopDirectoryOnly));
    }

    [TestMethod]
    public async Task A_registry_that_fails_keeps_the_tags_of_the_others_where_they_are()
    {
        await using var lab = await CopyLab.StartAsync();
        lab.Target.On(RequestKind.Manifest, "PUT").Do(fault => fault.Error(403, "DENIED"));

        var failure = await lab.FailAsync($"{lab.Source.Authority}/prod/app:2.0", lab.TargetName);

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        Assert.IsNull(lab.Source.FindManifest("prod/app", "2.0"));
        StringAssert.Contains(failure.Message, "No name was moved");
    }

    [TestMethod]
    public async Task Without_its_referrers_no_tag_moves()
    {
        await using var lab = await CopyLab.StartAsync();
        var subjects = await lab.TellAsync();
        var referrer = (await lab.ReferrersAsync(lab.Source, "team/app", subjects[1]))[0];
        lab.Target.On(RequestKind.Manifest, "PUT").Where(request => request.Reference == referrer.Digest.ToString())
            .Do(fault => fault.Error(400, "UNSUPPORTED"));

        var failure = await lab.FailAsync(lab.TargetName);

        Assert.AreEqual(DiagnosticCode.EvidenceNotDelivered, failure.Code);
        StringAssert.Contains(failure.Message, "--no-referrers");
        Assert.IsNull(lab.Arrived);
    }

    [TestMethod]
    public async Task Signatures_that_the_destination_has_stay_beside_those_that_come()
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.TellAsync("first");
        await lab.CopyAsync(lab.TargetName);
        await lab.TellAsync("second");
        var tag = $"sha256-{lab.Root.Digest.Hex}.sig";
        var theirs = SupplyChain.ReferrerTests.Signature("theirs", lab.Root).Merge(null, "test")!.Value;
        lab.Target.AddBlob("prod/app", theirs.Config.Memory);
        lab.Target.AddManifest("prod/app", tag, theirs.Manifest.Memory, MediaTypes.OciManifest);

        await lab.CopyAsync(lab.TargetName);

        var stored = lab.Target.FindManifest("prod/app", tag)!;
        CollectionAssert.AreEquivalent(
            new[] { "first", "second", "theirs" },
            OciJson.ReadManifest(RawDocument.Of(stored.MediaType, stored.Content), "test").Layers
                .Select(layer => layer.Annotations!["signature"]).ToArray());
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_push_has_the_budget_of_a_build(bool isError)
    {
        await using var lab = await CopyLab.StartAsync();
        var reporter = new RecordingReporter();
        var size = lab.Images.Sum(image => image.Layers.Sum(layer => layer.Content.Length) + image.Config.Length);

        if (isError)
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
                () => lab.PushAsync(new UploadBudget(size - 1, IsError: true, reporter), lab.Target));
            Assert.AreEqual(DiagnosticCode.UploadBudgetExceeded, failure.Code);
            Assert.IsEmpty(lab.Target.RequestsTo(RequestKind.Manifest, "PUT"));
        }
        else
        {
            await lab.PushAsync(new UploadBudget(size - 1, IsError: false, reporter), lab.Target);
            Assert.AreEqual(DiagnosticCode.UploadBudgetExceeded, reporter.Warnings.Single().Code);
        }

        Assert.AreEqual(!isError, lab.Arrived is not null);
    }

    [TestMethod]
    public async Task A_push_of_what_the_budget_allows_is_silent_and_what_is_there_costs_nothing()
    {
        await using var lab = await CopyLab.StartAsync();
        var reporter = new RecordingReporter();
        var size = lab.Images.Sum(image => image.Layers.Sum(layer => layer.Content.Length) + image.Config.Length);

        await lab.PushAsync(new UploadBudget(size, IsError: true, reporter), lab.Target);
        await lab.PushAsync(new UploadBudget(0, IsError: true, reporter), lab.Target);

        Assert.IsEmpty(reporter.Warnings);
        Assert.IsNotNull(lab.Arrived);
    }

    [TestMethod]
    [DataRow(".att", 1)]
    [DataRow(".sbom", 5 * 1024 * 1024)]
    [DataRow(".att", 5 * 1024 * 1024)]
    public async Task What_a_tag_tells_of_an_image_may_be_larger_than_a_document_of_one(string ending, int size)
    {
        await using var lab = await CopyLab.StartAsync();
        var tag = $"sha256-{lab.Root.Digest.Hex}{ending}";
        Add(lab.Source, "team/app", new byte[size]);
        Add(lab.Target, "prod/app", [2]);

        await lab.CopyAsync(lab.TargetName);

        var stored = lab.Target.FindManifest("prod/app", tag)!;
        CollectionAssert.AreEquivalent(
            new long[] { 1, size },
            OciJson.ReadManifest(RawDocument.Of(stored.MediaType, stored.Content), "test").Layers.Select(layer => layer.Size).ToArray());

        void Add(TestRegistry registry, string repository, byte[] content)
        {
            var layer = new EvidenceLayer(new MemoryBlob("text/plain", content), new Dictionary<string, string>());
            var image = new EvidenceImage(lab.Root, tag, [layer]).Merge(null, "test")!.Value;
            registry.AddBlob(repository, content, "text/plain");
            registry.AddBlob(repository, image.Config.Memory);
            registry.AddManifest(repository, tag, image.Manifest.Memory, MediaTypes.OciManifest);
        }
    }

    [TestMethod]
    [DataRow("sha256")]
    [DataRow("sha512")]
    public async Task An_image_is_copied_whatever_hash_its_digest_is_of(string algorithm)
    {
        await using var lab = await CopyLab.StartAsync();
        var manifest = lab.Images[0].Manifest;
        var digest = algorithm == "sha256" ? Digest.Of(manifest.Span)
            : Digest.Parse($"sha512:{Convert.ToHexStringLower(SHA512.HashData(manifest.Span))}");
        lab.Source.AddImage("long/app", null, lab.Images[0]);
        var entry = lab.Source.AddManifest("long/app", null, digest, manifest, MediaTypes.OciManifest);
        lab.Source.AddManifest("long/app", "1.0", OciJson.Write(
            new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [entry] }), MediaTypes.OciIndex);

        await lab.CopyFromAsync($"{lab.Source.Authority}/long/app:1.0", null, "oci:layout");

        Assert.IsTrue(File.Exists(lab[$"layout/{Layout.PathOf(digest)}"]));
        Assert.IsFalse(lab.Source.Requests.Any(request => request.Reference is { Length: > 135 }));
    }

    [TestMethod]
    public async Task An_index_whose_images_are_not_all_there_is_copied_one_by_one_only()
    {
        await using var lab = await CopyLab.StartAsync();
        lab.Source.AddImage("half/app", null, lab.Images[0]);
        lab.Source.AddManifest("half/app", "1.0", TestImage.Index([.. lab.Images]), MediaTypes.OciIndex);
        var source = $"{lab.Source.Authority}/half/app:1.0";

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.CopyFromAsync(source, null, lab.TargetName));
        await lab.CopyFromAsync(source, lab.Images[0].Platform, lab.TargetName);

        Assert.AreEqual(DiagnosticCode.IncompleteImage, failure.Code);
        StringAssert.Contains(failure.Message, lab.Images[1].Descriptor.Digest.ToString());
        Assert.AreEqual(lab.Images[0].Descriptor.Digest, lab.Arrived!.Digest);
    }

    [TestMethod]
    public async Task A_manifest_that_is_listed_as_a_referrer_and_is_none_is_left_out()
    {
        await using var lab = await CopyLab.StartAsync(new() { Referrers = false });
        var entry = lab.Images[1].Descriptor;
        lab.Source.AddManifest("team/app", $"sha256-{lab.Root.Digest.Hex}", TestImage.Index(lab.Images[1]), MediaTypes.OciIndex);

        await lab.CopyAsync(lab.TargetName);

        Assert.IsFalse((await lab.ReferrersAsync(lab.Target, "prod/app", lab.Root.Digest)).Any(each => each.Digest == entry.Digest));
        Assert.AreEqual(lab.Root.Digest, lab.Arrived!.Digest);
    }

    [TestMethod]
    public async Task A_destination_is_named_by_a_tag()
    {
        await using var lab = await CopyLab.StartAsync();
        string[] wrong = [$"{lab.Target.Authority}/prod/app@{lab.Root.Digest}", "scratch", "debian-packages:trixie", "oci-archive:."];
        foreach (var destination in wrong)
        {
            Assert.AreEqual(DiagnosticCode.InvalidReference, (await lab.FailAsync(destination)).Code, destination);
        }
    }
}
