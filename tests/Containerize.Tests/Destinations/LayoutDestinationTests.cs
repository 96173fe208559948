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
internal sealed class LayoutDestinationTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private async Task<DestinationResult> WriteAsync(ImageSet images, params string[] tags) =>
        await Sample.DeliverAsync(new LayoutDestination(_folder["layout"], Sample.Name(tags), new RecordingReporter()), images);

    private Task<DestinationResult?> FindAsync() => new LayoutDestination(_folder["layout"], Sample.Name(), new RecordingReporter())
        .FindAsync(new ImageSet(Sample.Image()), CancellationToken.None);

    private IReadOnlyList<Descriptor> Entries() =>
        OciJson.ReadIndex(RawDocument.Of(MediaTypes.OciIndex, File.ReadAllBytes(_folder["layout/index.json"])), "test").Manifests;

    private string BlobPath(Digest digest) => _folder["layout/" + Layout.PathOf(digest)];

    private static string TagOf(Descriptor entry) => entry.Annotations!["org.opencontainers.image.ref.name"];

    [TestMethod]
    public async Task Every_blob_has_its_own_digest_as_its_name_and_nothing_else_is_left()
    {
        var set = Sample.Index(Sample.Image(), Sample.Image(Sample.Arm64, "arm"));
        var result = await WriteAsync(set);
        var files = _folder.Files();
        Assert.HasCount(7 + 2, files);
        foreach (var file in files.Where(file => file.Contains("sha256", StringComparison.Ordinal)))
        {
            Assert.AreEqual("layout/" + Layout.PathOf(Digest.Of(await File.ReadAllBytesAsync(_folder[file]))), file);
        }

        Assert.AreEqual(set.Root.Descriptor.Digest, Entries().Single().Digest);
        Assert.AreEqual("layout", result.Kind);
        var tree = ImageValidator.Check(_folder["layout"], baseLayers: 9);
        Assert.HasCount(2, tree.Images);
        Assert.IsEmpty(tree.Unreferenced);
        Assert.AreEqual(0, result.BytesAvoided);
    }

    [TestMethod]
    public async Task Other_tags_stay_and_the_same_tag_is_replaced()
    {
        var (one, two) = (Sample.Image(), Sample.Image(content: "two"));
        await WriteAsync(new ImageSet(one), "1.0", "latest");
        await WriteAsync(new ImageSet(two), "2.0", "latest");
        CollectionAssert.AreEqual(new[] { "1.0", "2.0", "latest" }, Entries().Select(TagOf).ToArray());
        Assert.AreEqual(one.Manifest.Descriptor.Digest, Entries()[0].Digest);
        Assert.AreEqual(two.Manifest.Descriptor.Digest, Entries()[2].Digest);
        Assert.HasCount(3, ImageValidator.Check(_folder["layout"], baseLayers: 9).Images);
    }

    [TestMethod]
    [DataRow("latest")]
    [DataRow("1.0", "latest")]
    public async Task Images_of_other_names_with_the_same_tag_stay(params string[] tags)
    {
        var reporter = new RecordingReporter();
        var images = new[] { "team/one", "team/two", "team/three" }
            .Select(name => (Name: new ImageName(null, name, tags), Image: new ImageSet(Sample.Image(content: name)))).ToList();
        foreach (var (name, image) in images)
        {
            await Sample.DeliverAsync(new LayoutDestination(_folder["layout"], name, reporter), image);
        }

        foreach (var (name, image) in images)
        {
            Assert.IsNotNull(await new LayoutDestination(_folder["layout"], name, reporter)
                .FindAsync(image, CancellationToken.None), name.Repository);
            var opened = await new LayoutSource(_folder["layout"], $"{name.Repository}:{tags[0]}")
                .OpenAsync(Sample.Amd64, CancellationToken.None);
            Assert.AreEqual(image.Root.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
        }

        Assert.HasCount(3 * tags.Length, Entries());
        StringAssert.Contains(reporter.Messages[0], "docker.io/team/one:" + tags[0]);
    }

    [TestMethod]
    public async Task A_name_that_is_built_again_replaces_its_own_entry_only()
    {
        var (one, two) = (new ImageName(null, "team/one", ["1.0"]), new ImageName(null, "team/two", ["1.0"]));
        await Sample.DeliverAsync(
            new LayoutDestination(_folder["layout"], one, new RecordingReporter()), new ImageSet(Sample.Image(content: "first")));
        await Sample.DeliverAsync(
            new LayoutDestination(_folder["layout"], two, new RecordingReporter()), new ImageSet(Sample.Image(content: "other")));
        var again = new ImageSet(Sample.Image(content: "second"));

        await Sample.DeliverAsync(new LayoutDestination(_folder["layout"], one, new RecordingReporter()), again);

        CollectionAssert.AreEqual(
            new[] { "docker.io/team/two:1.0", "docker.io/team/one:1.0" }, Entries()
                .Select(entry => entry.Annotations!["io.containerd.image.name"]).ToArray());
        Assert.AreEqual(again.Root.Descriptor.Digest, Entries()[1].Digest);
    }

    [TestMethod]
    public async Task An_entry_that_has_the_tag_and_no_name_is_the_tags_own()
    {
        _folder.Write("layout/index.json", """
            {"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","size":1,
            "digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            "annotations":{"org.opencontainers.image.ref.name":"1.0"}}]}
            """);

        await WriteAsync(new ImageSet(Sample.Image()));

        Assert.AreEqual(Sample.Image().Manifest.Descriptor.Digest, Entries().Single().Digest);
    }

    [TestMethod]
    public async Task What_others_wrote_into_the_index_survives()
    {
        var digest = "sha256:" + new string('a', 64);
        var foreign =
            $$"""{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{digest}}","size":1,"x":"kept"}""";
        _folder.Write(
            "layout/index.json",
            System.Text.Encoding.UTF8.GetBytes("{\"schemaVersion\":2,\"manifests\":[" + foreign + "],\"annotations\":{\"a\":\"b\"}}"));
        await WriteAsync(new ImageSet(Sample.Image()));
        var text = await File.ReadAllTextAsync(_folder["layout/index.json"]);
        Assert.Contains(foreign, text);
        Assert.Contains("\"annotations\":{\"a\":\"b\"}", text);
        Assert.HasCount(2, Entries());
    }

    [TestMethod]
    public async Task What_is_there_is_not_written_again()
    {
        var first = await WriteAsync(new ImageSet(Sample.Image()));
        var path = BlobPath(Sample.GzipLayer().Blob.Descriptor.Digest);
        var time = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(path, time);
        File.SetLastWriteTimeUtc(_folder["layout/index.json"], time);
        var second = await WriteAsync(new ImageSet(Sample.Image()));
        Assert.AreEqual(0, second.BytesWritten);
        Assert.AreEqual(first.BytesWritten, second.BytesAvoided);
        Assert.AreEqual(time, File.GetLastWriteTimeUtc(path));
        Assert.AreEqual(time, File.GetLastWriteTimeUtc(_folder["layout/index.json"]));
    }

    [TestMethod]
    public async Task A_damaged_blob_of_the_layout_is_repaired()
    {
        await WriteAsync(new ImageSet(Sample.Image()));
        var path = BlobPath(Sample.GzipLayer().Blob.Descriptor.Digest);
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, new byte[whole.Length]);
        await WriteAsync(new ImageSet(Sample.Image()));
        CollectionAssert.AreEqual(whole, await File.ReadAllBytesAsync(path));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow("")]
    [DataRow("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0")]
    [DataRow("{\"imageLayoutVersion\":")]
    public async Task A_mark_that_is_damaged_is_found_and_repaired(string? mark)
    {
        await WriteAsync(new ImageSet(Sample.Image()));
        File.Delete(_folder["layout/oci-layout"]);
        if (mark is not null)
        {
            _folder.Write("layout/oci-layout", mark);
        }

        Assert.IsNull(await FindAsync());
        await WriteAsync(new ImageSet(Sample.Image()));

        Assert.IsNotNull(await FindAsync());
        Assert.AreEqual("""{"imageLayoutVersion":"1.0.0"}""", await File.ReadAllTextAsync(_folder["layout/oci-layout"]));
        ImageValidator.Check(_folder["layout"], baseLayers: 9);
    }

    [TestMethod]
    [DataRow("{\n  \"imageLayoutVersion\": \"1.0.0\"\n}\n", true)]
    [DataRow("{\"imageLayoutVersion\":\"1.1.0\",\"more\":1}", true)]
    [DataRow("{\"imageLayoutVersion\":\"2.0.0\"}", false)]
    public async Task A_mark_of_others_stays_and_decides(string mark, bool isGood)
    {
        _folder.Write("layout/oci-layout", mark);

        if (isGood)
        {
            await WriteAsync(new ImageSet(Sample.Image()));
            Assert.IsNotNull(await FindAsync());
        }
        else
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(new ImageSet(Sample.Image())));
            Assert.AreEqual(DiagnosticCode.InvalidArchive, failure.Code);
        }

        Assert.AreEqual(mark, await File.ReadAllTextAsync(_folder["layout/oci-layout"]));
    }

    [TestMethod]
    public async Task A_damaged_source_leaves_the_index_as_it_was()
    {
        await WriteAsync(new ImageSet(Sample.Image()));
        var before = await File.ReadAllBytesAsync(_folder["layout/index.json"]);
        var blob = new FileBlob(new MemoryBlob(MediaTypes.OciLayerGzip, "right"u8.ToArray()).Descriptor, _folder.Write("damaged", "wrong"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => WriteAsync(new ImageSet(Sample.Image(Sample.Amd64, [new Layer(blob, Digest.Of("x"u8))]))));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        CollectionAssert.AreEqual(before, await File.ReadAllBytesAsync(_folder["layout/index.json"]));
        Assert.IsFalse(File.Exists(BlobPath(blob.Descriptor.Digest)));
        Assert.IsFalse(_folder.Files().Any(file => file.EndsWith(".tmp", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("{broken", false)]
    [DataRow("{broken", true)]
    [DataRow("[]", true)]
    [DataRow("""{"schemaVersion":2,"manifests":["x"]}""", false)]
    [DataRow("""{"schemaVersion":2,"manifests":["x"]}""", true)]
    [DataRow("""{"schemaVersion":2,"manifests":[null]}""", true)]
    [DataRow("""{"schemaVersion":2,"manifests":[[{}]]}""", true)]
    [DataRow("""{"schemaVersion":2,"manifests":{"a":1}}""", true)]
    [DataRow("""{"schemaVersion":2,"manifests":[{"mediaType":"a","digest":"b","size":1}]}""", true)]
    [DataRow("""{"schemaVersion":2,"manifests":[{"annotations":["x"]}]}""", true)]
    public async Task An_index_that_cannot_be_understood_is_not_written_over(string index, bool isMarked)
    {
        _folder.Write("layout/index.json", index);
        if (isMarked)
        {
            _folder.Write("layout/oci-layout", """{"imageLayoutVersion":"1.0.0"}""");
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(new ImageSet(Sample.Image())));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
        Assert.AreEqual(index, await File.ReadAllTextAsync(_folder["layout/index.json"]));
    }

    [TestMethod]
    public async Task Many_writers_at_once_lose_no_entry()
    {
        var tags = Enumerable.Range(0, 12).Select(number => $"v{number}").ToArray();
        await Task.WhenAll(tags.Select(tag => Task.Run(() => WriteAsync(new ImageSet(Sample.Image(content: tag)), tag))));
        CollectionAssert.AreEquivalent(tags, Entries().Select(TagOf).ToArray());
        Assert.IsFalse(_folder.Files()
            .Any(file => file.EndsWith(".tmp", StringComparison.Ordinal) || file.EndsWith(".lock", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_file_in_the_layouts_place_is_an_error()
    {
        _folder.Write("layout", "x");
        Assert.AreEqual(
            DiagnosticCode.CannotWrite,
            (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(new ImageSet(Sample.Image())))).Code);
    }
}
