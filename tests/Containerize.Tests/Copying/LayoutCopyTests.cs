using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Oci;
using Containerize.Testing.Images;

namespace Containerize.Tests.Copying;

[TestClass]
internal sealed class LayoutCopyTests
{
    [TestMethod]
    public async Task An_image_goes_through_an_archive_a_registry_and_a_layout_and_keeps_its_digest_and_its_referrers()
    {
        await using var lab = await CopyLab.StartAsync();
        var subjects = await lab.TellAsync();

        await lab.CopyAsync("oci-archive:image.tar");
        await lab.CopyFromAsync("oci-archive:image.tar", null, lab.TargetName);
        await lab.CopyFromAsync(lab.TargetName, null, "oci:layout");
        await lab.CopyFromAsync("oci:layout", null, $"{lab.Source.Authority}/back/app:1.0");

        Assert.AreEqual(lab.Root.Digest, lab.Arrived!.Digest);
        Assert.AreEqual(lab.Root.Digest, lab.Source.FindManifest("back/app", "1.0")!.Digest);
        foreach (var subject in subjects)
        {
            CollectionAssert.AreEqual(
                (await lab.ReferrersAsync(lab.Source, "team/app", subject)).Select(entry => entry.Digest).ToArray(),
                (await lab.ReferrersAsync(lab.Source, "back/app", subject)).Select(entry => entry.Digest).ToArray());
        }

        Assert.IsNotNull(lab.Source.FindManifest("back/app", $"sha256-{lab.Root.Digest.Hex}.sig"));
        Assert.HasCount(2, ImageValidator.Check(lab.Source, "back/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow("oci-archive:image.tar:2.0")]
    [DataRow("oci-archive:image.tar.gz:2.0")]
    [DataRow("oci:layout:2.0")]
    public async Task A_second_copy_writes_nothing(string destination)
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.TellAsync();
        await lab.CopyAsync(destination);

        var again = await lab.CopyAsync(destination);

        Assert.AreEqual(0, again[0].BytesWritten);
        Assert.IsGreaterThan(0, again[0].BytesAvoided);
    }

    [TestMethod]
    public async Task The_same_image_gives_the_same_archive()
    {
        await using var lab = await CopyLab.StartAsync();

        await lab.CopyAsync("oci-archive:one.tar:2.0", "docker-archive:two.tar:2.0");

        Assert.HasCount(2, ImageValidator.Check(lab["one.tar"], baseLayers: 9).Images);

        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(lab["one.tar"]), await File.ReadAllBytesAsync(lab["two.tar"]));
    }

    [TestMethod]
    public async Task Other_images_of_a_layout_stay_and_one_of_the_same_tag_is_replaced()
    {
        await using var lab = await CopyLab.StartAsync();
        TestImage.WriteLayout(lab["layout"], ("other", lab.Images[0]), ("2.0", lab.Images[0]));

        await lab.CopyAsync("oci:layout:2.0");

        var entries = JsonNode.Parse(await File.ReadAllTextAsync(lab["layout/index.json"]))!["manifests"]!.AsArray();
        CollectionAssert.AreEqual(
            new[] { ("other", lab.Images[0].Descriptor.Digest.ToString()), ("2.0", lab.Root.Digest.ToString()) },
            entries.Select(entry => ((string)entry!["annotations"]![Layout.TagAnnotation]!, (string)entry["digest"]!)).ToArray());
    }

    [TestMethod]
    [DataRow("first")]
    [DataRow("second")]
    public async Task Signatures_that_a_layout_has_stay_beside_those_that_come(string next)
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.TellAsync("first");
        await lab.CopyAsync("oci:layout:1.0");
        await using var other = await CopyLab.StartAsync();
        await other.TellAsync(next);

        await other.CopyAsync($"oci:{lab["layout"]}:1.0");
        await other.CopyAsync($"oci:{lab["layout"]}:1.0");
        await lab.CopyFromAsync("oci:layout:1.0", null, lab.TargetName);

        var stored = lab.Target.FindManifest("prod/app", $"sha256-{lab.Root.Digest.Hex}.sig")!;
        CollectionAssert.AreEquivalent(
            new[] { "first", next }.Distinct().ToArray(),
            OciJson.ReadManifest(RawDocument.Of(stored.MediaType, stored.Content), "test").Layers
                .Select(layer => layer.Annotations!["signature"]).ToArray());
    }

    [TestMethod]
    public async Task An_archive_of_docker_save_can_be_pushed()
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.CopyFromAsync(lab.SourceName, lab.Images[0].Platform, "docker-archive:saved.tar:team/app:1.0");

        await lab.CopyFromAsync("docker-archive:saved.tar:team/app:1.0", null, lab.TargetName);

        Assert.HasCount(1, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
        Assert.IsNotNull(lab.Target.FindBlob("prod/app", lab.Images[0].LayerDigest()));
    }

    [TestMethod]
    [DataRow("", "docker.io/team/app:1.0")]
    [DataRow(":team/app:1.0", "docker.io/team/app:1.0")]
    [DataRow(":2.0", "registry.example.com/app:2.0")]
    [DataRow(":registry.example.com/app:2.0", "registry.example.com/app:2.0")]
    public async Task An_image_of_docker_save_keeps_the_name_that_it_has_there(string asked, string name)
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.CopyFromAsync(lab.SourceName, lab.Images[0].Platform, "oci:one");
        var image = (await new LayoutSource(lab["one"]).OpenAsync(TestImage.LinuxX64, CancellationToken.None)).Image;
        await using (var file = File.Create(lab["saved.tar"]))
        {
            await ArchiveContents.Of(
                ImageBlobs.LayersFirst(new(image)), [],
                ArchiveContents.ForDocker(new(image), ["team/app:1.0", "registry.example.com/app:2.0"]), gzip: false)
                .WriteAsync(file, CancellationToken.None);
        }

        await lab.CopyFromAsync($"docker-archive:saved.tar{asked}", null, "oci:layout", "docker-archive:again.tar");

        Assert.AreEqual(name, (await new LayoutSource(lab["layout"]).OpenAsync(TestImage.LinuxX64, CancellationToken.None)).Name);
        await lab.CopyFromAsync($"docker-archive:again.tar:{name}", null, $"oci:layout");
        await lab.CopyFromAsync($"oci:layout:{name}", null, lab.TargetName);
        Assert.HasCount(1, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("1.0")]
    public async Task A_layout_whose_index_is_itself_the_list_of_platforms_is_copied_with_its_digest(string name)
    {
        await using var lab = await CopyLab.StartAsync();
        await lab.CopyAsync("oci:layout");
        var index = JsonNode.Parse(lab.Source.FindManifest("team/app", "1.0")!.Content.Span)!;
        foreach (var entry in index["manifests"]!.AsArray().Where(_ => name.Length > 0))
        {
            entry!["annotations"] = new JsonObject { [Layout.TagAnnotation] = name };
        }

        await File.WriteAllTextAsync(lab["layout/index.json"], index.ToJsonString());

        await lab.CopyFromAsync(name.Length == 0 ? "oci:layout" : $"oci:layout:{name}", null, lab.TargetName);

        Assert.AreEqual(Digest.Of(await File.ReadAllBytesAsync(lab["layout/index.json"])), lab.Arrived!.Digest);
        Assert.HasCount(2, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
        await lab.CopyFromAsync("oci:layout", lab.Images[1].Platform, lab.TargetName);
        Assert.AreEqual(lab.Images[1].Descriptor.Digest, lab.Arrived!.Digest);
    }

    [TestMethod]
    public async Task Statements_of_BuildKit_in_such_a_list_belong_to_it()
    {
        await using var lab = await CopyLab.StartAsync();
        var nowhere = new Platform { Os = "unknown", Architecture = "unknown" };
        TestImage[] statements =
            [.. Enumerable.Range(1, 2).Select(seed => TestImage.Create(nowhere, docker: false, null, TestLayer.OfSize(1000, seed)))];
        lab.Source.AddIndex("team/app", "kit", [.. lab.Images, .. statements]);
        await lab.CopyFromAsync($"{lab.Source.Authority}/team/app:kit", null, "oci:layout");
        var index = lab.Source.FindManifest("team/app", "kit")!;
        await File.WriteAllBytesAsync(lab["layout/index.json"], index.Content.ToArray());

        await lab.CopyFromAsync("oci:layout", null, lab.TargetName);

        Assert.AreEqual(index.Digest, lab.Arrived!.Digest);
        var opened = await new LayoutSource(lab["layout"]).OpenAsync(TestImage.LinuxX64, CancellationToken.None);
        Assert.AreEqual(lab.Images[0].Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Images_of_several_platforms_under_one_name_are_copied_as_an_index_of_them(bool namesPlatforms)
    {
        await using var lab = await CopyLab.StartAsync();
        TestImage.WriteLayout(lab["layout"], ("1.0", lab.Images[0]), ("1.0", lab.Images[1]), ("other", lab.Images[0]));
        if (namesPlatforms)
        {
            var index = JsonNode.Parse(await File.ReadAllTextAsync(lab["layout/index.json"]))!;
            foreach (var (image, position) in lab.Images.Select((image, position) => (image, position)))
            {
                index["manifests"]![position]!["platform"] = new JsonObject
                {
                    ["os"] = image.Platform.Os, ["architecture"] = image.Platform.Architecture,
                };
            }

            await File.WriteAllTextAsync(lab["layout/index.json"], index.ToJsonString());
        }

        await lab.CopyFromAsync("oci:layout:1.0", null, lab.TargetName);

        Assert.HasCount(2, ImageValidator.Check(lab.Target, "prod/app", "1.0", baseLayers: 9).Images);
        CollectionAssert.AreEqual(
            lab.Images.Select(image => (image.Descriptor.Digest, image.Platform.Architecture)).ToArray(),
            OciJson.ReadIndex(RawDocument.Of(lab.Arrived!.MediaType, lab.Arrived.Content), "test").Manifests
                .Select(entry => (entry.Digest, entry.Platform!.Architecture)).ToArray());
        await lab.CopyFromAsync("oci:layout:1.0", lab.Images[1].Platform, lab.TargetName);
        Assert.AreEqual(lab.Images[1].Descriptor.Digest, lab.Arrived!.Digest);
    }

    [TestMethod]
    public async Task Two_images_for_one_platform_are_no_index()
    {
        await using var lab = await CopyLab.StartAsync();
        var other = TestImage.Create(TestLayer.OfSize(1000, seed: 3));
        TestImage.WriteLayout(lab["layout"], ("1.0", lab.Images[0]), ("1.0", lab.Images[1]), ("1.0", other));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.CopyFromAsync("oci:layout:1.0", null, lab.TargetName));

        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, failure.Code);
    }

    [TestMethod]
    public async Task What_stands_beside_the_images_of_an_index_is_copied_too()
    {
        await using var lab = await CopyLab.StartAsync();
        // As BuildKit writes it: a statement about the image, for no platform.
        var statement = TestImage.Create(new Platform { Os = "unknown", Architecture = "unknown" }, docker: false, null);
        lab.Source.AddIndex("team/app", "kit", lab.Images[0], statement);
        var source = $"{lab.Source.Authority}/team/app:kit";

        await lab.CopyFromAsync(source, null, lab.TargetName, "oci-archive:image.tar");

        Assert.IsNotNull(lab.Target.FindManifest("prod/app", statement.Descriptor.Digest.ToString()));
        Assert.AreEqual(lab.Source.FindManifest("team/app", "kit")!.Digest, lab.Arrived!.Digest);
    }

    [TestMethod]
    public async Task A_layout_of_several_images_is_asked_for_one_by_name()
    {
        await using var lab = await CopyLab.StartAsync();
        TestImage.WriteLayout(lab["layout"], ("one", lab.Images[0]), ("two", lab.Images[1]));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.CopyFromAsync("oci:layout", null, lab.TargetName));
        await lab.CopyFromAsync("oci:layout:two", null, lab.TargetName);

        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, failure.Code);
        StringAssert.Contains(failure.Message, "one, two");
        Assert.AreEqual(lab.Images[1].Descriptor.Digest, lab.Arrived!.Digest);
    }

    [TestMethod]
    public async Task A_damaged_file_of_a_layout_is_refused_on_its_way()
    {
        await using var lab = await CopyLab.StartAsync();
        TestImage.WriteLayout(lab["layout"], ("one", lab.Images[0]));
        var path = lab[$"layout/blobs/sha256/{lab.Images[0].LayerDigest().Hex}"];
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.CopyFromAsync("oci:layout", null, lab.TargetName));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        StringAssert.Contains(failure.Message, lab["layout"]);
        Assert.IsNull(lab.Arrived);
        Assert.IsEmpty(lab.Target.Uploads.Where(upload => upload.Digest == lab.Images[0].LayerDigest()));
    }
}
