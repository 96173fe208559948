using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class ArchiveDestinationTests
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private async Task<DestinationResult> WriteAsync(
        ImageSet images, string name = "image.tar", ImageName? called = null, CancellationToken cancellationToken = default) =>
        await Sample.DeliverAsync(new ArchiveDestination(_folder[name], called ?? Sample.Name(), _reporter), images, cancellationToken);

    // The samples' layers are small, and not of our making.
    private ValidatedTree Validate(string name = "image.tar") => ImageValidator.Check(_folder[name], baseLayers: 9);

    private Dictionary<string, byte[]> Entries(string name)
    {
        using var file = File.OpenRead(_folder[name]);
        using Stream tar = name.EndsWith("gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new TarReader(tar);
        var entries = new Dictionary<string, byte[]>();
        while (reader.GetNextEntry() is { } entry)
        {
            var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            entries.Add(entry.Name, content.ToArray());
        }

        return entries;
    }

    private static Layer LayerOf(Blob blob) => new(blob, Digest.Of("uncompressed"u8));

    [TestMethod]
    public void An_archive_goes_to_the_file_or_into_a_directory_named_after_the_image()
    {
        using var folder = new TemporaryDirectory();
        var name = new ImageName("example.com", "team/my-app", ["1"]);
        var missing = folder["missing"] + Path.DirectorySeparatorChar;

        Assert.AreEqual("/out/image.tgz", ArchiveDestination.PathOf("/out/image.tgz", name));
        Assert.AreEqual(folder["my-app.tar"], ArchiveDestination.PathOf(folder.FullName, name));
        Assert.AreEqual(Path.Combine(missing, "my-app.tar"), ArchiveDestination.PathOf(missing, name));
        Assert.AreEqual(folder["app.tar"], ArchiveDestination.PathOf(folder.FullName, name with { Repository = "app" }));
    }

    [TestMethod]
    public async Task The_archive_is_a_layout_with_the_layers_before_the_documents_that_name_them()
    {
        var image = Sample.Image();
        var result = await WriteAsync(new ImageSet(image));
        Assert.AreEqual(image.Manifest.Descriptor.Digest, Validate().Single().Descriptor.Digest);
        Assert.IsEmpty(Validate().Unreferenced);
        Assert.AreEqual("archive", result.Kind);
        Assert.AreEqual(_folder["image.tar"], result.Locations.Single());
        Assert.AreEqual(new FileInfo(_folder["image.tar"]).Length, result.BytesWritten);
        var entries = Entries("image.tar");
        CollectionAssert.AreEqual(
            new[]
            {
                "oci-layout", "blobs/", "blobs/sha256/", Layout.PathOf(image.Layers[0].Blob.Descriptor.Digest),
                Layout.PathOf(image.Manifest.Descriptor.Digest), Layout.PathOf(image.Config.Blob.Descriptor.Digest),
                "index.json", "manifest.json",
            },
            entries.Keys.ToArray());
        foreach (var (name, content) in entries.Where(entry => entry.Key.Length > "blobs/sha256/".Length))
        {
            Assert.AreEqual(Layout.PathOf(Digest.Of(content)), name);
        }
    }

    [TestMethod]
    public async Task Every_tag_is_in_both_lists_with_its_full_name()
    {
        var image = Sample.Image();
        await WriteAsync(new ImageSet(image), called: Sample.Name("1.0", "latest"));
        CollectionAssert.AreEqual(new[] { "1.0", "latest" }, Validate().Images.Select(found => found.Name).ToArray());
        var entries = Entries("image.tar");
        var index = OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, entries["index.json"]), "test");
        CollectionAssert.AreEqual(
            new[] { "1.0", "latest" }, index.Manifests.Select(entry => entry.Annotations!["org.opencontainers.image.ref.name"]).ToArray());
        CollectionAssert.AreEqual(
            new[] { "docker.io/demo/app:1.0", "docker.io/demo/app:latest" },
            index.Manifests.Select(entry => entry.Annotations!["io.containerd.image.name"]).ToArray());
        Assert.IsTrue(
            index.Manifests.All(entry => entry.Digest == image.Manifest.Descriptor.Digest && entry.MediaType == MediaTypes.OciManifest));
        var docker = JsonNode.Parse(entries["manifest.json"])!.AsArray().Single()!;
        Assert.AreEqual("""["docker.io/demo/app:1.0","docker.io/demo/app:latest"]""", docker["RepoTags"]!.ToJsonString());
        Assert.IsTrue(entries.ContainsKey(docker["Config"]!.GetValue<string>()));
        Assert.IsTrue(entries.ContainsKey(docker["Layers"]![0]!.GetValue<string>()));
    }

    [TestMethod]
    public async Task An_index_holds_every_image_and_names_the_first_for_docker()
    {
        var set = Sample.Index(Sample.Image(Sample.Arm64), Sample.Image());
        await WriteAsync(set);
        CollectionAssert.AreEqual(new[] { "linux/arm64", "linux/amd64" }, Validate().Images.Select(image => image.Platform).ToArray());
        var entries = Entries("image.tar");
        Assert.AreEqual(
            set.Root.Descriptor.Digest,
            OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, entries["index.json"]), "test").Manifests.Single().Digest);
        var docker = DockerArchiveManifest.Read(entries["manifest.json"], "test");
        Assert.AreEqual(Layout.PathOf(set.Images[0].Config.Blob.Descriptor.Digest), docker[0].Config);
        Assert.HasCount(1, docker[0].RepoTags);
        Assert.IsEmpty(docker[1].RepoTags);
    }

    [TestMethod]
    public async Task Names_come_from_the_document_and_bytes_from_the_blob()
    {
        var image = Sample.Image(format: ImageFormat.Docker);
        await WriteAsync(new ImageSet(image));
        Assert.AreEqual(image.Manifest.Descriptor.Digest, Validate().Single().Descriptor.Digest);
        Assert.AreEqual(
            MediaTypes.DockerManifest,
            OciJson.ReadIndex(
                RawDocument.Of(MediaTypes.OciIndex, Entries("image.tar")["index.json"]), "test").Manifests.Single().MediaType);
        var opened = await new OciArchiveSource(_folder["image.tar"], null, new BlobStore(_folder["store"]))
            .OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.AreEqual(MediaTypes.DockerLayerGzip, opened.Image.Layers[0].Blob.Descriptor.MediaType);
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tar.gz")]
    public async Task The_same_image_gives_the_same_bytes_and_is_not_written_twice(string name)
    {
        await WriteAsync(new ImageSet(Sample.Image()), name);
        await WriteAsync(new ImageSet(Sample.Image()), "other/" + name);
        Assert.IsEmpty(Validate(name).Unreferenced);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(_folder[name]), await File.ReadAllBytesAsync(_folder["other/" + name]));

        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder[name], time);
        var again = await WriteAsync(new ImageSet(Sample.Image()), name);
        Assert.AreEqual(0, again.BytesWritten);
        Assert.AreEqual(time, File.GetLastWriteTimeUtc(_folder[name]));
        Assert.HasCount(1, _reporter.Details);
    }

    [TestMethod]
    [DataRow("image.tar")]
    [DataRow("image.tgz")]
    public async Task An_archive_with_another_tag_or_a_damaged_header_is_written_again(string name)
    {
        await WriteAsync(new ImageSet(Sample.Image()), name);
        var whole = await File.ReadAllBytesAsync(_folder[name]);
        Assert.AreNotEqual(0, (await WriteAsync(new ImageSet(Sample.Image()), name, Sample.Name("2.0"))).BytesWritten);
        await WriteAsync(new ImageSet(Sample.Image()), name);

        var damaged = whole.ToArray();
        damaged[200] ^= 1;
        await File.WriteAllBytesAsync(_folder[name], damaged);
        Assert.AreNotEqual(0, (await WriteAsync(new ImageSet(Sample.Image()), name)).BytesWritten);
        CollectionAssert.AreEqual(whole, await File.ReadAllBytesAsync(_folder[name]));
    }

    [TestMethod]
    [DataRow("Program.cs", "class Program;")]
    [DataRow("app.csproj", "<Project />")]
    [DataRow("image", "x")]
    public async Task A_file_that_is_no_archive_is_not_replaced(string name, string content)
    {
        _folder.Write(name, content);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(new ImageSet(Sample.Image()), name));

        Assert.AreEqual(DiagnosticCode.CannotWrite, failure.Code);
        StringAssert.Contains(failure.Message, _folder[name]);
        Assert.AreEqual(content, await File.ReadAllTextAsync(_folder[name]));
    }

    [TestMethod]
    [DataRow("image", "")]
    [DataRow("image.tar", "what a crash left")]
    [DataRow("image.tgz", "what a crash left")]
    public async Task A_file_that_can_only_be_an_archive_is_replaced(string name, string content)
    {
        _folder.Write(name, content);
        await WriteAsync(new ImageSet(Sample.Image()), name);
        await WriteAsync(new ImageSet(Sample.Image()), name, Sample.Name("2.0"));
        Validate(name);
    }

    [TestMethod]
    public async Task A_gzipped_archive_has_the_content_of_the_plain_one()
    {
        var layer = new byte[300_000];
        new Random(1).NextBytes(layer);
        var images = new ImageSet(Sample.Image(Sample.Amd64, [LayerOf(new MemoryBlob(MediaTypes.OciLayerGzip, layer))]));
        await WriteAsync(images, "image.tar");
        var result = await WriteAsync(images, "image.tar.gz");
        using var gzip = new GZipStream(File.OpenRead(_folder["image.tar.gz"]), CompressionMode.Decompress);
        var content = new MemoryStream();
        await gzip.CopyToAsync(content);
        CollectionAssert.AreEqual(await File.ReadAllBytesAsync(_folder["image.tar"]), content.ToArray());
        Assert.AreEqual(new FileInfo(_folder["image.tar.gz"]).Length, result.BytesWritten);
    }

    [TestMethod]
    public async Task A_damaged_blob_leaves_the_old_archive_and_nothing_else()
    {
        await WriteAsync(new ImageSet(Sample.Image()));
        var before = await File.ReadAllBytesAsync(_folder["image.tar"]);
        var path = _folder.Write("blobs/damaged", "other bytes");
        var layer = LayerOf(new FileBlob(new MemoryBlob(MediaTypes.OciLayerGzip, "right bytes"u8.ToArray()).Descriptor, path));
        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [layer]))));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(_folder["image.tar"]));
        CollectionAssert.AreEqual(new[] { "blobs/damaged", "image.tar" }, _folder.Files().ToArray());
    }

    [TestMethod]
    public async Task A_layer_that_became_shorter_after_it_was_verified_leaves_no_archive()
    {
        var bytes = "right bytes"u8.ToArray();
        var path = _folder.Write("blobs/layer", "right bytes");
        var file = new FileBlob(new MemoryBlob(MediaTypes.OciLayerGzip, bytes).Descriptor, path);
        var layer = LayerOf(await VerifiedFile.ReadAsync(file, "a test", CancellationToken.None));
        await File.WriteAllBytesAsync(path, bytes[..^1]);
        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [layer]))));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.Contains(path, failure.Message);
        CollectionAssert.AreEqual(new[] { "blobs/layer" }, _folder.Files().ToArray());
    }

    [TestMethod]
    public async Task A_cancelled_write_leaves_nothing()
    {
        using var stop = new CancellationTokenSource();
        var layer = LayerOf(new CancellingBlob(stop));
        await Assert.ThrowsAsync<OperationCanceledException>(
            () => WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [layer])), cancellationToken: stop.Token));
        Assert.IsEmpty(_folder.Files());
    }

    [TestMethod]
    public async Task Foreign_layers_are_left_out()
    {
        var foreign = new MemoryBlob(MediaTypes.DockerForeignLayer, "foreign"u8.ToArray());
        await WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [LayerOf(foreign), Sample.GzipLayer()])));
        var entries = Entries("image.tar");
        Assert.IsFalse(entries.ContainsKey(Layout.PathOf(foreign.Descriptor.Digest)));
        Assert.IsTrue(entries.ContainsKey(Layout.PathOf(Sample.GzipLayer().Blob.Descriptor.Digest)));
    }

    [TestMethod]
    public async Task Missing_directories_are_made_and_a_file_in_their_place_is_an_error()
    {
        await WriteAsync(new ImageSet(Sample.Image()), "a/b/image.tar");
        Assert.IsTrue(File.Exists(_folder["a/b/image.tar"]));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => WriteAsync(new ImageSet(Sample.Image()), "a/b/image.tar/image.tar"));
        Assert.AreEqual(DiagnosticCode.CannotWrite, failure.Code);
        Assert.Contains("image.tar", failure.Message);
    }

    [TestMethod]
    public async Task A_layer_that_stands_twice_is_written_once()
    {
        await WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [Sample.GzipLayer(), Sample.GzipLayer()])));
        Assert.HasCount(2, Validate().Single().Layers);
        var entries = Entries("image.tar");
        Assert.HasCount(8, entries);
        Assert.HasCount(2, DockerArchiveManifest.Read(entries["manifest.json"], "test").Single().Layers);
    }

    private sealed class CancellingBlob(CancellationTokenSource stop) : Blob(
        new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Of("x"u8), Size = 1 })
    {
        public override async ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken)
        {
            await stop.CancelAsync();
            return new MemoryStream("x"u8.ToArray());
        }
    }
}
