using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class ImageValidatorTests
{
    private static readonly Platform s_arm = new() { Os = "linux", Architecture = "arm", Variant = "v7" };

    [TestMethod]
    public void A_layout_is_read_into_a_model()
    {
        using var directory = new TemporaryDirectory();
        var image = TestImage.Create(
            TestLayer.Of(("etc/os-release", "ID=x"), ("etc/passwd", "root")),
            TestLayer.Of(("app/a.txt", "hello"), ("etc/passwd", "app"), ("etc/.wh.os-release", "")));
        TestImage.WriteLayout(directory.FullName, ("1.0", image));
        var checkedImage = ImageValidator.Check(directory.FullName).Single();
        Assert.AreEqual("1.0", checkedImage.Name);
        Assert.AreEqual("linux/amd64", checkedImage.Platform);
        Assert.AreEqual("/", (string?)checkedImage.Settings["WorkingDir"]);
        CollectionAssert.AreEqual(
            new[] { "app", "app/a.txt", "etc", "etc/.wh.os-release", "etc/passwd" }, checkedImage.Layers[1].Paths.ToArray());
        Assert.AreEqual("hello", checkedImage.Get("app/a.txt").ReadAllText());
        Assert.AreEqual("app", checkedImage.Get("etc/passwd").ReadAllText());
        Assert.IsNull(checkedImage.Find("etc/os-release"));
        Assert.AreEqual("Directory etc 755 0:0 0", checkedImage.Layers[0].Entries[0].ToString());
        Assert.AreEqual("RegularFile etc/os-release 644 0:0 4", checkedImage.Layers[0].Entries[1].ToString());
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task An_index_in_a_registry_is_checked_with_all_its_images(bool docker)
    {
        await using var registry = await TestRegistry.StartAsync();
        TestImage[] images = [TestImage.Create(TestImage.LinuxX64, docker, null), TestImage.Create(s_arm, docker, null)];
        foreach (var image in images)
        {
            registry.AddImage("a", null, image);
        }

        registry.AddManifest("a", "1.0", TestImage.Index(docker, images), docker ? MediaTypes.DockerIndex : MediaTypes.OciIndex);
        var tree = ImageValidator.Check(registry, "a", "1.0");
        Assert.HasCount(2, tree.Images);
        Assert.AreEqual(images[1].Descriptor.Digest, tree.For("linux/arm/v7").Descriptor.Digest);
        Assert.ThrowsExactly<InvalidImageException>(() => tree.For("windows/amd64"));
        Assert.ThrowsExactly<InvalidImageException>(tree.Single);
        registry.RemoveBlob("a", images[1].Layers[0].DiffId);
        registry.RemoveBlob("a", Digest.Of(images[1].Layers[0].Content.Span));
        Assert.Contains(
            "is missing", Assert.ThrowsExactly<InvalidImageException>(() => ImageValidator.Check(registry, "a", "1.0")).Message);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void An_archive_is_checked_with_what_docker_reads(bool gzip)
    {
        using var directory = new TemporaryDirectory();
        var image = TestImage.Create();
        TestImage.WriteLayout(directory["layout"], ("1.0", image));
        var file = Archive(directory, gzip);
        Assert.AreEqual("ID=test-amd64\n", ImageValidator.Check(file).Single().Get("etc/os-release").ReadAllText());

        WriteDockerFiles(directory, image, image.Layers[0].Content);
        ImageValidator.Check(Archive(directory, gzip));
        directory.Write("layout/repositories", """{"a/b":{"2.0":"0000000000000000000000000000000000000000000000000000000000000000"}}""");
        AssertInvalid("repositories names a/b:2.0", Archive(directory, gzip));
        var other = TestLayer.Of(("x", "y"));
        directory.Write("layout/blobs/sha256/" + Digest.Of(other.Content.Span).Hex, other.Content.ToArray());
        WriteDockerFiles(directory, image, other.Content);
        AssertInvalid("is not that of index.json", Archive(directory, gzip));
    }

    [TestMethod]
    public void Blobs_that_nothing_needs_are_told_and_checked_too()
    {
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create()));
        directory.Write("blobs/sha256/" + Digest.Of([7]).Hex, [7]);
        Assert.AreEqual(Digest.Of([7]), ImageValidator.Check(directory.FullName).Unreferenced.Single());
        directory.Write("blobs/sha256/" + Digest.Of([7]).Hex, [8]);
        AssertInvalid("has the digest", directory.FullName);
    }

    [TestMethod]
    [DataRow("architecture", "has no architecture")]
    [DataRow("diff_ids", "has 0 diffIDs, but there are 1 layers")]
    [DataRow("history", "tells of 2 layers, but there are 1")]
    [DataRow("type", "has the rootfs.type 'x'")]
    [DataRow("created", "what is no time: 'yesterday'")]
    [DataRow("diff_id", "has another digest uncompressed")]
    [DataRow("os", "but the config says 'windows'")]
    public void A_wrong_config_is_found(string what, string message)
    {
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create(TestImage.LinuxX64, docker: false, config =>
        {
            _ = what switch
            {
                "architecture" => config.Remove("architecture"),
                "diff_ids" => Set(config["rootfs"]!, "diff_ids", new JsonArray()),
                "history" => Set(config["history"]![1]!, "empty_layer", false),
                "type" => Set(config["rootfs"]!, "type", "x"),
                "created" => Set(config, "created", "yesterday"),
                "diff_id" => Set(config["rootfs"]!, "diff_ids", new JsonArray(Digest.Of([1]).ToString())),
                _ => Set(config, "os", "windows"),
            };
        })));
        AssertInvalid(message, directory.FullName);
    }

    [TestMethod]
    [DataRow("absolute", "absolute path")]
    [DataRow("upwards", "leads upwards")]
    [DataRow("twice", "twice")]
    [DataRow("parent", "comes before its directory, or without it")]
    [DataRow("order", "not in ordinal order: b, a")]
    [DataRow("hardlink", "which is no file before it")]
    [DataRow("fraction", "has a time with fractions")]
    [DataRow("atime", "extended attribute atime")]
    [DataRow("device", "of the type CharacterDevice")]
    [DataRow("dot", "not in its shortest form")]
    [DataRow("end", "does not end with two blocks of zeros")]
    public void A_wrong_layer_is_found(string what, string message)
    {
        TarEntry File(string path) => TestLayer.Entry(TarEntryType.RegularFile, path, [1]);
        TarEntry Changed(TarEntry entry, Action<TarEntry> change)
        {
            change(entry);
            return entry;
        }

        TarEntry[] entries = what switch
        {
            "absolute" => [File("/a")],
            "upwards" => [File("a/../../b")],
            "twice" => [File("a"), File("a")],
            "parent" => [File("a/b")],
            "order" => [File("b"), File("a")],
            "hardlink" => [TestLayer.Entry(TarEntryType.HardLink, "a", linkTarget: "b")],
            "fraction" =>
                [Changed(
                    new PaxTarEntry(TarEntryType.RegularFile, "a"),
                    entry => entry.ModificationTime = DateTimeOffset.UnixEpoch.AddMilliseconds(1))],
            "atime" =>
                [Changed(
                    new PaxTarEntry(TarEntryType.RegularFile, "a", [new("atime", "1")]),
                    entry => entry.ModificationTime = DateTimeOffset.UnixEpoch)],
            "device" => [TestLayer.Entry(TarEntryType.CharacterDevice, "a")],
            "dot" => [TestLayer.Entry(TarEntryType.Directory, "./a/")],
            _ => [File("a")],
        };
        var tar = TestLayer.Tar(entries);
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create(TestLayer.FromTar(what == "end" ? tar[..1536] : tar))));
        AssertInvalid(message, directory.FullName);
    }

    [TestMethod]
    public void A_layer_of_a_base_image_need_not_be_in_order()
    {
        var layer = TestLayer.FromTar(
            TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "./b/c", [1]), TestLayer.Entry(TarEntryType.CharacterDevice, "./a")));
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create(layer, TestLayer.Of(("x", "y")))));
        CollectionAssert.AreEqual(new[] { "b/c", "a" }, ImageValidator.Check(directory.FullName, baseLayers: 1)
            .Single().Layers[0].Paths.ToArray());
        AssertInvalid("type CharacterDevice", directory.FullName, "shortest form");
    }

    [TestMethod]
    public void A_layer_of_a_base_image_may_lack_its_end()
    {
        var tar =
            TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "a", [1]), TestLayer.Entry(TarEntryType.RegularFile, "b", [2, 3]));
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create(TestLayer.FromTar(tar.AsMemory(0, 1538)))));
        CollectionAssert.AreEqual(new byte[] { 2, 3 }, ImageValidator.Check(directory.FullName, baseLayers: 1).Single().Get("b")
            .ReadAllBytes());
        AssertInvalid("is damaged", directory.FullName);
    }

    [TestMethod]
    public void A_layer_of_several_gzip_members_is_one_tar()
    {
        var tar = TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "a", [1]), TestLayer.Entry(TarEntryType.RegularFile, "b", [2]));
        var whole = TestLayer.FromTar(tar) with
        {
            Content =
                (byte[])[.. TestLayer.FromTar(tar.AsMemory(0, 700)).Content.Span, .. TestLayer.FromTar(tar.AsMemory(700)).Content.Span],
        };
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create(whole, TestLayer.FromTar(tar, compress: false))));
        var image = ImageValidator.Check(directory.FullName).Single();
        CollectionAssert.AreEqual(new byte[] { 2 }, image.Layers[0].Entries[1].ReadAllBytes());
        CollectionAssert.AreEqual(image.Layers[0].Paths.ToArray(), image.Layers[1].Paths.ToArray());
    }

    [TestMethod]
    [DataRow("\"schemaVersion\":2,", "\"schemaVersion\":2,\"schemaVersion\":2,", "not valid JSON")]
    [DataRow("\"schemaVersion\":2,", "\"schemaVersion\":1,", "has the schemaVersion 1")]
    [DataRow("\"schemaVersion\":2,", "\"schemaVersion\":2,\"manifests\":[],", "of a manifest and of an index")]
    [DataRow(MediaTypes.OciConfig, MediaTypes.DockerConfig, "config of another family")]
    [DataRow(MediaTypes.OciLayerGzip, MediaTypes.DockerLayerGzip, "layer of another family")]
    [DataRow(MediaTypes.OciManifest, MediaTypes.DockerManifest, "says that its media type is")]
    [DataRow("\"size\":", "\"size\":1", "bytes, but 1")]
    [DataRow("sha256:", "sha256:x", "is malformed")]
    [DataRow("\"size\":", "\"size\":\"x\",\"was\":", "is no size: 'x'")]
    [DataRow("\"schemaVersion\":2,", "\"schemaVersion\":\"2\",", "has a wrong type")]
    public async Task A_wrong_manifest_is_found(string part, string replacement, string message)
    {
        await using var registry = await TestRegistry.StartAsync();
        var image = TestImage.Create();
        registry.AddImage("a", null, image);
        var text = System.Text.Encoding.UTF8.GetString(image.Manifest.Span).Replace(part, replacement, StringComparison.Ordinal);
        registry.AddManifest("a", "1.0", text.Utf8(), MediaTypes.OciManifest);
        Assert.Contains(message, Assert.ThrowsExactly<InvalidImageException>(() => ImageValidator.Check(registry, "a", "1.0")).Message);
    }

    [TestMethod]
    public void A_gzip_header_with_a_time_is_found()
    {
        var layer = TestLayer.Of(("a", "b"));
        var content = layer.Content.ToArray();
        content[4] = 1;
        using var directory = new TemporaryDirectory();
        TestImage.WriteLayout(directory.FullName, ("1.0", TestImage.Create(layer with { Content = content })));
        AssertInvalid("has a time or a file name", directory.FullName);
    }

    private static void AssertInvalid(string message, string path, string? or = null)
    {
        var actual = Assert.ThrowsExactly<InvalidImageException>(() => ImageValidator.Check(path)).Message;
        Assert.IsTrue(actual.Contains(message, StringComparison.Ordinal)
            || (or is not null && actual.Contains(or, StringComparison.Ordinal)), actual);
    }

    private static bool Set(JsonNode node, string member, JsonNode value)
    {
        node[member] = value;
        return true;
    }

    private static void WriteDockerFiles(TemporaryDirectory directory, TestImage image, ReadOnlyMemory<byte> layer)
    {
        directory.Write(
            "layout/manifest.json",
            $$"""[{"Config":"blobs/sha256/{{Digest.Of(image.Config.Span).Hex}}","RepoTags":["a/b:1.0"],"Layers":""" +
                $$"""["blobs/sha256/{{Digest.Of(layer.Span).Hex}}"]}]""");
        directory.Write("layout/repositories", """{"a/b":{"1.0":"0000000000000000000000000000000000000000000000000000000000000000"}}""");
    }

    private static string Archive(TemporaryDirectory directory, bool gzip)
    {
        var file = directory["image.tar"];
        using var stream = File.Create(file);
        using var target = gzip ? new GZipStream(stream, CompressionLevel.Fastest) : (Stream)stream;
        TarFile.CreateFromDirectory(directory["layout"], target, includeBaseDirectory: false);
        return file;
    }
}
