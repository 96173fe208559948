using System.Formats.Tar;
using System.Text;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class DockerArchiveSourceTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private DockerArchiveSource Source(string path, string? tag = null) => new(path, tag, new BlobStore(_folder["store"]));

    private static byte[] ConfigOf(Platform platform, params byte[][] layers) =>
        Sample.Image(
            platform,
            [.. layers.Select(
                layer => new Layer(new MemoryBlob(MediaTypes.OciLayer, layer), Digest.Of(layer)))]).Config.Blob.Content.ToArray();

    private static (string Name, byte[] Content) Manifest(params DockerArchiveManifest[] images) =>
        (DockerArchiveManifest.Name, DockerArchiveManifest.Write(images));

    private static string ConfigName(byte[] config) => Digest.Of(config).Hex + ".json";

    [TestMethod]
    public async Task Plain_layers_keep_their_diffIDs()
    {
        var layer = Sample.LayerTar();
        var config = ConfigOf(Sample.Amd64, layer);
        var path = _folder.Write(
            "a.tar",
            Sample.Tar(
                [(ConfigName(config), config), ("1/layer.tar", layer),
                    Manifest(new DockerArchiveManifest(ConfigName(config), ["app:1"], ["1/layer.tar"]))]));
        var opened = await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual("app:1", opened.Name);
        Assert.AreEqual(MediaTypes.OciManifest, opened.Image.Document.MediaType);
        Assert.AreEqual(
            new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of(layer), Size = layer.Length },
            opened.Image.Document.Layers[0]);
        CollectionAssert.AreEqual(config, opened.Image.Config.Blob.Content.ToArray());
        CollectionAssert.AreEqual(layer, await Sample.ReadAsync(opened.Image.Layers[0].Blob));
    }

    [TestMethod]
    public async Task Layers_that_are_links_to_layers_are_found()
    {
        var layer = Sample.LayerTar();
        var config = ConfigOf(Sample.Amd64, layer, layer, layer);
        var tar = Sample.Tar(
            [("1/layer.tar", layer), (ConfigName(config), config),
                Manifest(new DockerArchiveManifest(ConfigName(config), ["app:1"], ["2/layer.tar", "3/layer.tar", "1/layer.tar"]))],
            new UstarTarEntry(TarEntryType.SymbolicLink, "2/layer.tar") { LinkName = "../3/layer.tar" },
            new UstarTarEntry(TarEntryType.HardLink, "3/layer.tar") { LinkName = "1/layer.tar" });
        foreach (var path in new[] { _folder.Write("a.tar", tar), _folder.Write("a.tar.gz", Sample.Gzip(tar)) })
        {
            var opened = await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
            Assert.HasCount(3, opened.Image.Layers);
            foreach (var opening in opened.Image.Layers)
            {
                CollectionAssert.AreEqual(layer, await Sample.ReadAsync(opening.Blob));
            }
        }
    }

    [TestMethod]
    public async Task Links_in_a_circle_are_a_missing_layer()
    {
        var config = ConfigOf(Sample.Amd64, Sample.LayerTar());
        var path = _folder.Write("a.tar", Sample.Tar(
            [(ConfigName(config), config), Manifest(new DockerArchiveManifest(ConfigName(config), [], ["1/layer.tar"]))],
            new UstarTarEntry(TarEntryType.SymbolicLink, "1/layer.tar") { LinkName = "../2/layer.tar" },
            new UstarTarEntry(TarEntryType.SymbolicLink, "2/layer.tar") { LinkName = "../1/layer.tar" }));
        Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(Source(path))).Code);
    }

    [TestMethod]
    public async Task Compressed_layers_are_named_by_what_they_are()
    {
        var tar = Sample.LayerTar();
        var gzip = Sample.Gzip(tar);
        var config = ConfigOf(Sample.Amd64, tar);
        foreach (var name in new[] { "1/layer.tar", Layout.PathOf(Digest.Of(gzip)) })
        {
            var path = _folder.Write(
                "a.tar",
                Sample.Tar(
                    [(ConfigName(config), config), (name, gzip), Manifest(new DockerArchiveManifest(ConfigName(config), [], [name]))]));
            var opened = await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
            Assert.AreEqual(
                new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Of(gzip), Size = gzip.Length },
                opened.Image.Document.Layers[0]);
            Assert.AreEqual(Digest.Of(tar), opened.Image.Layers[0].DiffId);
            Assert.AreEqual("docker-archive:a.tar", opened.Name);
        }
    }

    [TestMethod]
    public async Task An_archive_that_is_a_layout_too_is_read()
    {
        var image = Sample.Image();
        await new ArchiveDestination(_folder["a.tar"], Sample.Name("1", "2"), new RecordingReporter())
            .WriteAsync(new ImageSet(image), CancellationToken.None);
        var opened = await Source(_folder["a.tar"], "2").OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(image.Layers[0].Blob.Descriptor.Digest, opened.Image.Layers[0].Blob.Descriptor.Digest);
        Assert.AreEqual(image.Config.Blob.Descriptor.Digest, opened.Image.Config.Blob.Descriptor.Digest);
    }

    [TestMethod]
    public async Task The_platform_picks_among_images_of_one_name()
    {
        await new ArchiveDestination(_folder["a.tar"], Sample.Name(), new RecordingReporter())
            .WriteAsync(Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64)), CancellationToken.None);
        var opened = await Source(_folder["a.tar"]).OpenAsync(Sample.Arm64, CancellationToken.None);
        Assert.AreEqual(Sample.Arm64, opened.Image.Config.Platform);
    }

    [TestMethod]
    [DataRow("linux-arm64", null)]
    [DataRow("win-x64", null)]
    [DataRow("linux-arm64", "1.0")]
    [DataRow("linux-x64", null)]
    public async Task Platforms_that_the_list_does_not_have_are_in_the_layout_that_the_archive_is_too(string runtime, string? tag)
    {
        var platform = Platform.FromRuntimeIdentifier(runtime);
        var images = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64), Sample.Image(Platform.FromRuntimeIdentifier("win-x64")));
        await SavedArchive.WriteAsync(_folder["a.tar"], images, listed: 1, stored: 3, Sample.Name());

        var opened = await Source(_folder["a.tar"], tag).OpenAsync(platform, CancellationToken.None);

        Assert.AreEqual(platform, opened.Image.Config.Platform);
        var own = images.Images.Single(image => image.Config.Platform == platform);
        CollectionAssert.AreEqual(
            await Sample.ReadAsync(own.Layers[0].Blob), await Sample.ReadAsync(opened.Image.Layers[0].Blob));
        Assert.AreEqual("docker.io/demo/app:1.0", opened.Name);
    }

    [TestMethod]
    [DataRow("linux-arm64", 1)]
    [DataRow("linux-arm64", 2)]
    [DataRow("linux-s390x", 3)]
    public async Task A_platform_whose_image_is_not_in_the_archive_is_told_with_the_one_that_is(string runtime, int stored)
    {
        var images = Sample.Index(Sample.Image(), Sample.Image(Platform.FromRuntimeIdentifier("win-x64")), Sample.Image(Sample.Arm64));
        await SavedArchive.WriteAsync(_folder["a.tar"], images, listed: 1, stored, Sample.Name());

        var failure = await Sample.FailureOfAsync(Source(_folder["a.tar"]), Platform.FromRuntimeIdentifier(runtime));

        Assert.AreEqual(DiagnosticCode.PlatformNotFound, failure.Code);
        Assert.Contains("it exists for linux/amd64.", failure.Message);
    }

    [TestMethod]
    [DataRow("not json")]
    [DataRow("{\"manifests\":{}}")]
    [DataRow("{\"manifests\":[{\"digest\":\"sha256:1\"}]}")]
    [DataRow(null)]
    public async Task A_platform_is_missing_also_where_the_layout_beside_the_list_is_damaged(string? index)
    {
        var image = Sample.Image();
        var arm = Sample.Image(Sample.Arm64).Manifest.Descriptor;
        index ??= Encoding.UTF8.GetString(OciJson.Write(new ImageIndex { Manifests = [arm] }));
        var path = _folder.Write("a.tar", Sample.Tar(
        [
            .. ImageBlobs.Of(new ImageSet(image)).OfType<MemoryBlob>()
                .Select(blob => (Layout.PathOf(blob.Descriptor.Digest), blob.Memory.ToArray())),
            (Layout.PathOf(arm.Digest), new byte[arm.Size]),
            (Layout.Index, Encoding.UTF8.GetBytes(index)),
            Manifest([.. ArchiveContents.ForDocker(new ImageSet(image), ["app:1"])]),
        ]));

        var failure = await Sample.FailureOfAsync(Source(path), Sample.Arm64);

        Assert.AreEqual(DiagnosticCode.PlatformNotFound, failure.Code);
        Assert.Contains("does not exist for linux/arm64; it exists for linux/amd64.", failure.Message);
        Assert.IsTrue(
            failure.InnerException is ContainerizeException { Code: DiagnosticCode.InvalidDocument or DiagnosticCode.DigestMismatch } cause
            && failure.Message.Contains(cause.Message, StringComparison.Ordinal),
            failure.Message);
        Assert.AreEqual("app:1", (await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None)).Name);
    }

    [TestMethod]
    public async Task Several_images_need_a_name()
    {
        var layer = Sample.LayerTar();
        var (one, two) = (ConfigOf(Sample.Amd64, layer), ConfigOf(Sample.Amd64, layer, layer));
        var path = _folder.Write("a.tar", Sample.Tar(
        [
            (ConfigName(one), one), (ConfigName(two), two), ("1/layer.tar", layer),
            Manifest(
                new DockerArchiveManifest(ConfigName(one), ["example.com/one:1"], ["1/layer.tar"]),
                new DockerArchiveManifest(ConfigName(two), ["two:latest"], ["1/layer.tar", "1/layer.tar"])),
        ]));
        var failure = await Sample.FailureOfAsync(Source(path));
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, failure.Code);
        Assert.Contains("example.com/one:1, two:latest", failure.Message);
        foreach (var tag in new[] { "two", "two:latest", "docker.io/library/two:latest", "latest" })
        {
            Assert.HasCount(2, (await Source(path, tag).OpenAsync(Sample.Amd64, CancellationToken.None)).Image.Layers, tag);
        }

        Assert.HasCount(1, (await Source(path, "1").OpenAsync(Sample.Amd64, CancellationToken.None)).Image.Layers);
    }

    [TestMethod]
    public async Task A_changed_config_is_a_digest_mismatch()
    {
        var layer = Sample.LayerTar();
        var config = ConfigOf(Sample.Amd64, layer);
        var name = new string('0', 64) + ".json";
        var path = _folder.Write(
            "a.tar", Sample.Tar([(name, config), ("1/layer.tar", layer), Manifest(new DockerArchiveManifest(name, [], ["1/layer.tar"]))]));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await Sample.FailureOfAsync(Source(path))).Code);
    }

    [TestMethod]
    public async Task A_changed_layer_is_found_when_it_is_read()
    {
        var layer = Sample.LayerTar();
        var config = ConfigOf(Sample.Amd64, layer);
        var changed = layer.ToArray();
        changed[600] ^= 1;
        var path = _folder.Write(
            "a.tar",
            Sample.Tar(
                [("config.json", config), ("1/layer.tar", changed),
                    Manifest(new DockerArchiveManifest("config.json", [], ["1/layer.tar"]))]));
        var opened = await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(
            DiagnosticCode.DigestMismatch,
            (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => Sample.ReadAsync(opened.Image.Layers[0].Blob))).Code);
    }

    [TestMethod]
    [DataRow("{}")]
    [DataRow("[1]")]
    [DataRow("[null]")]
    [DataRow("[{}]")]
    [DataRow("""[{"Config":1,"Layers":[]}]""")]
    [DataRow("""[{"Config":"c","Layers":{}}]""")]
    [DataRow("""[{"Config":"c","Config":"d"}]""")]
    [DataRow("not json")]
    public async Task A_malformed_list_is_an_invalid_document(string json)
    {
        var path = _folder.Write("a.tar", Sample.Tar([(DockerArchiveManifest.Name, Encoding.UTF8.GetBytes(json))]));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, (await Sample.FailureOfAsync(Source(path))).Code);
    }

    [TestMethod]
    public async Task Layers_must_be_as_many_as_the_config_says()
    {
        var config = ConfigOf(Sample.Amd64, Sample.LayerTar());
        var path = _folder.Write("a.tar", Sample.Tar([("c.json", config), Manifest(new DockerArchiveManifest("c.json", [], []))]));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, (await Sample.FailureOfAsync(Source(path))).Code);
    }

    [TestMethod]
    public async Task What_is_no_such_archive_is_explained()
    {
        Assert.Contains(
            "oci-archive:",
            (await Sample.FailureOfAsync(Source(_folder.Write("oci.tar", Sample.Tar([(Layout.Index, "{}"u8.ToArray())]))))).Message);
        Assert.AreEqual(
            DiagnosticCode.BaseImageNotFound,
            (await Sample.FailureOfAsync(Source(_folder.Write("none.tar", Sample.Tar([Manifest()]))))).Code);
        Assert.AreEqual(
            DiagnosticCode.InvalidArchive,
            (
                await Sample.FailureOfAsync(
                    Source(
                        _folder.Write("no-config.tar", Sample.Tar([Manifest(new DockerArchiveManifest("/etc/passwd", [], []))]))))).Code);
    }
}
