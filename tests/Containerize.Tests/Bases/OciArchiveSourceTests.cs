using System.Formats.Tar;
using Containerize.Bases;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;

namespace Containerize.Tests.Bases;

[TestClass]
internal sealed class OciArchiveSourceTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private OciArchiveSource Source(string path, string? tag = null) => new(path, tag, new BlobStore(_folder["store"]));

    private async Task<string> WriteAsync(ImageSet images, string name = "image.tar")
    {
        await new ArchiveDestination(_folder[name], Sample.Name(), new RecordingReporter()).WriteAsync(images, CancellationToken.None);
        return _folder[name];
    }

    private static IEnumerable<(string Name, byte[] Content)> FilesOf(Image image, Digest? manifest = null) =>
    [
        (
            Layout.Index,
            OciJson.Write(
                new ImageIndex { Manifests = [image.Manifest.Descriptor with { Digest = manifest ?? image.Manifest.Descriptor.Digest }] })),
        (Layout.PathOf(image.Manifest.Descriptor.Digest), image.Manifest.Content.ToArray()),
        (Layout.PathOf(image.Config.Blob.Descriptor.Digest), image.Config.Blob.Content.ToArray()),
        (Layout.PathOf(image.Layers[0].Blob.Descriptor.Digest), ((MemoryBlob)image.Layers[0].Blob).Content.ToArray()),
    ];

    [TestMethod]
    public async Task A_plain_archive_is_used_in_place()
    {
        var image = Sample.Image();
        var path = await WriteAsync(new ImageSet(image));
        var opened = await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
        var layer = (FileBlob)opened.Image.Layers[0].Blob;
        Assert.AreEqual(path, layer.Path);
        Assert.IsGreaterThan(0, layer.Offset);
        Assert.AreEqual(image.Manifest.Descriptor.Digest, opened.Image.Manifest.Descriptor.Digest);
        CollectionAssert.AreEqual(await Sample.ReadAsync(image.Layers[0].Blob), await Sample.ReadAsync(layer));
        Assert.IsEmpty(Directory.GetFiles(_folder["store"], "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    public async Task A_gzipped_archive_goes_to_the_store()
    {
        var image = Sample.Image();
        foreach (
            var path in new[]
            {
                await WriteAsync(new ImageSet(image), "image.tar.gz"),
                _folder.Write("other.tgz", Sample.Gzip(Sample.Tar(FilesOf(image)))),
            })
        {
            var opened = await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
            var layer = (FileBlob)opened.Image.Layers[0].Blob;
            Assert.StartsWith(_folder["store"], layer.Path);
            CollectionAssert.AreEqual(await Sample.ReadAsync(image.Layers[0].Blob), await Sample.ReadAsync(layer));
        }

        Assert.IsEmpty(Directory.GetFiles(_folder["store/tmp"]));
    }

    [TestMethod]
    public async Task The_order_and_spelling_of_entries_do_not_matter()
    {
        var image = Sample.Image();
        var path = _folder.Write("a.tar", Sample.Tar(FilesOf(image).Reverse().Select(file => ("./" + file.Name, file.Content))));
        Assert.AreEqual(
            image.Manifest.Descriptor.Digest,
            (await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None)).Image.Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task An_archive_cut_anywhere_fails_with_an_explanation()
    {
        var whole = await File.ReadAllBytesAsync(await WriteAsync(new ImageSet(Sample.Image())));
        var last = whole.Length - 1024 - 512;
        for (var length = 0; length <= last; length += 97)
        {
            var path = _folder.Write("cut.tar", whole[..length]);
            var failure = await Sample.FailureOfAsync(Source(path));
            Assert.AreEqual(DiagnosticCode.InvalidArchive, failure.Code, $"at {length}");
            Assert.Contains("cut.tar", failure.Message);
        }
    }

    [TestMethod]
    public async Task A_gzipped_archive_cut_anywhere_fails_with_an_explanation()
    {
        var whole = Sample.Gzip(Sample.Tar(FilesOf(Sample.Image())));
        for (var length = 2; length < whole.Length - 64; length += 61)
        {
            Assert.AreEqual(
                DiagnosticCode.InvalidArchive,
                (await Sample.FailureOfAsync(Source(_folder.Write("cut.tgz", whole[..length])))).Code,
                $"at {length}");
        }

        Assert.IsEmpty(Directory.GetFiles(_folder["store/tmp"]));
    }

    [TestMethod]
    public async Task Random_damage_never_escapes_as_another_exception()
    {
        var whole = await File.ReadAllBytesAsync(await WriteAsync(new ImageSet(Sample.Image())));
        var random = new Random(7);
        for (var round = 0; round < 300; round++)
        {
            var damaged = whole.ToArray();
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                var opened = await Source(_folder.Write("damaged.tar", damaged)).OpenAsync(Sample.Amd64, CancellationToken.None);
                await Sample.ReadAsync(opened.Image.Layers[0].Blob);
            }
            catch (ContainerizeException failure)
            {
                Assert.AreNotEqual(DiagnosticCode.Unexpected, failure.Code);
            }
        }
    }

    [TestMethod]
    public async Task Links_lead_to_entries_and_never_to_the_disk()
    {
        var image = Sample.Image();
        var name = Layout.PathOf(image.Layers[0].Blob.Descriptor.Digest);
        var files = FilesOf(image).Where(file => file.Name != name);
        var content = ((MemoryBlob)image.Layers[0].Blob).Content.ToArray();
        var outside = _folder.Write("outside", content);
        foreach (var target in new[] { outside, "../../../../../../.." + outside, "../../../outside", name })
        {
            var path =
                _folder.Write("link.tar", Sample.Tar(files, new UstarTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target }));
            Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(Source(path))).Code, target);
        }
    }

    [TestMethod]
    public async Task Names_that_climb_out_are_no_blobs_and_write_nothing()
    {
        var image = Sample.Image();
        var path = _folder.Write(
            "inner/climb.tgz",
            Sample.Gzip(
                Sample.Tar([.. FilesOf(image), ("blobs/sha256/../../../../canary", "x"u8.ToArray()), ("/canary", "x"u8.ToArray())])));
        await Source(path).OpenAsync(Sample.Amd64, CancellationToken.None);
        Assert.DoesNotContain(_folder.Files().Any(file => file.Contains("canary", StringComparison.Ordinal)), [true]);
    }

    [TestMethod]
    public async Task A_manifest_under_a_wrong_name_is_a_digest_mismatch()
    {
        var image = Sample.Image();
        var wrong = Digest.Of("something else"u8);
        var files = FilesOf(image, wrong)
            .Select(file => (file.Name.Replace(image.Manifest.Descriptor.Digest.Hex, wrong.Hex, StringComparison.Ordinal), file.Content));
        Assert.AreEqual(
            DiagnosticCode.DigestMismatch, (await Sample.FailureOfAsync(Source(_folder.Write("a.tar", Sample.Tar(files))))).Code);
    }

    [TestMethod]
    public async Task What_is_no_such_archive_is_explained()
    {
        Assert.AreEqual(DiagnosticCode.BaseImageNotFound, (await Sample.FailureOfAsync(Source(_folder["missing.tar"]))).Code);
        Assert.Contains("oci:", (await Sample.FailureOfAsync(Source(_folder.FullName))).Message);
        Assert.AreEqual(
            DiagnosticCode.InvalidArchive,
            (await Sample.FailureOfAsync(Source(_folder.Write("text", "just some text, longer than a header would be")))).Code);
        Assert.AreEqual(DiagnosticCode.InvalidArchive, (await Sample.FailureOfAsync(Source(_folder.Write("empty", "")))).Code);
        Assert.Contains(
            "docker-archive:",
            (await Sample.FailureOfAsync(Source(_folder.Write("docker.tar", Sample.Tar([("manifest.json", "[]"u8.ToArray())]))))).Message);
        Assert.Contains("compressed", (await Sample.FailureOfAsync(Source(_folder.Write("zstd", [0x28, 0xb5, 0x2f, 0xfd, 0, 0])))).Message);
    }

    [TestMethod]
    public async Task A_bomb_is_refused_before_it_is_unpacked()
    {
        var tar = Sample.Tar([]);
        var header = TarHeader.Create("bomb", 1L << 40);
        var failure = await Sample.FailureOfAsync(Source(_folder.Write("bomb.tgz", Sample.Gzip([.. header, .. tar]))));
        Assert.AreEqual(DiagnosticCode.InvalidArchive, failure.Code);
        Assert.IsEmpty(Directory.GetFiles(_folder["store"], "*", SearchOption.AllDirectories));
    }
}
