using System.Formats.Tar;
using Containerize.Bases;
using Containerize.Building;
using Containerize.Compression;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Trees;

namespace Containerize.Tests.Building;

/// <summary>Layers that are files already.</summary>
[TestClass]
internal sealed class TarLayerTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private static byte[] Tar { get; } = TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "usr/a", new byte[3_000_000]));

    private Task<IPreparedLayer> PrepareAsync(LayerOptions? options = null)
    {
        var context = new LayerContext(
            Task.FromException<BaseImage>(
                new InvalidOperationException("The base is not needed.")), new LayerCache(new BlobStore(
                    _folder["cache"])), FileHashes.Load(_folder["hashes.txt"]), options ?? new LayerOptions());
        return new TarLayer("layer", _folder["layer"]).PrepareAsync(context, CancellationToken.None);
    }

    private async Task<IPreparedLayer> PrepareAsync(byte[] content, LayerOptions? options = null)
    {
        await File.WriteAllBytesAsync(_folder["layer"], content);
        return await PrepareAsync(options);
    }

    private async Task<LayerRecord> WriteAsync(byte[] content, LayerOptions? options = null) =>
        await (await PrepareAsync(content, options)).WriteAsync(null, CancellationToken.None);

    [TestMethod]
    public async Task What_the_project_puts_on_it_fits_it_as_it_fits_a_base()
    {
        var directory = TestLayer.Entry(TarEntryType.Directory, "opt/agent/");
        (directory.Mode, directory.Uid, directory.Gid) = (UnixFileMode.UserRead | UnixFileMode.UserExecute, 7, 8);
        await File.WriteAllBytesAsync(_folder["layer"], TestLayer.Tar(
            TestLayer.Entry(TarEntryType.Directory, "opt/"), directory, TestLayer.Entry(TarEntryType.RegularFile, "opt/agent/agent", [1]),
            TestLayer.Entry(TarEntryType.SymbolicLink, "agent", linkTarget: "opt/agent")));
        var placement = new Placement([], user: null, new Dictionary<string, string>());
        LayerEntry[] own = [.. new[] { "agent/config", "opt/agent/agent" }
            .Select(
                path => new LayerEntry
                {
                    Path = path,
                    Type = LayerEntryType.File,
                    Mode = UnixFileMode.UserRead,
                    Content = "x"u8.ToArray(),
                })];
        var request = new ImageRequest
        {
            Layers = [new TarLayer("layer", _folder["layer"]), new EntriesLayer("files", [own[0]]) { Placement = placement },
                new EntriesLayer("app", [own[1]]) { Placement = placement }],
            Base = new ScratchSource(),
            Platform = Sample.Amd64,
            WorkingDirectory = "/app",
            Command = new ImageCommand { AppCommand = ["/agent/agent"] },
        };

        var built = await Sample.BuildAsync(request, new BlobStore(_folder["cache"]), new RecordingReporter());
        await new ArchiveDestination(_folder["image.tar"], Sample.Name(), new RecordingReporter())
            .WriteAsync(new ImageSet(built.Image), CancellationToken.None);

        var image = ImageValidator.Check(_folder["image.tar"], baseLayers: 1).Single();
        CollectionAssert.AreEqual(
            new[] { "opt", "opt/agent", "opt/agent/config" }, image.Layers[1].Paths.ToList(), "A link is followed, and stays.");
        Assert.AreEqual("Directory opt/agent 500 7:8 0", image.Layers[1].Entries[1].ToString());
        Assert.AreEqual("x", image.Get("opt/agent/agent").ReadAllText(), "The project's file lies above.");
    }

    [TestMethod]
    [DataRow(MediaTypes.OciLayer)]
    [DataRow(MediaTypes.OciLayerGzip)]
    [DataRow(MediaTypes.OciLayerZstd)]
    [DataRow(MediaTypes.DockerLayerGzip)]
    public async Task A_plain_tar_is_compressed_as_other_layers_are_and_keeps_its_bytes(string mediaType)
    {
        var written = await WriteAsync(Tar, new LayerOptions { Encoding = LayerEncoding.Find(mediaType)! });

        Assert.AreEqual(mediaType, written.Blob.Descriptor.MediaType);
        Assert.AreEqual(TestLayer.FromTar(Tar).DiffId, written.DiffId);
        Assert.AreEqual(1, written.FileCount);
        var unpacked = new MemoryStream();
        await LayerTar.Open(await written.Blob.VerifyAsync(new BlobStore(_folder["cache"]), CancellationToken.None)).CopyToAsync(unpacked);
        CollectionAssert.AreEqual(Tar, unpacked.ToArray());
    }

    [TestMethod]
    [DataRow(MediaTypes.OciLayerGzip)]
    [DataRow(MediaTypes.OciLayerZstd)]
    public async Task A_compressed_tar_stays_as_it_is_whatever_the_others_are(string mediaType)
    {
        var gzip = TestLayer.FromTar(Tar);

        var prepared = await PrepareAsync(gzip.Content.ToArray(), new LayerOptions { Encoding = LayerEncoding.Find(mediaType)! });
        var written = await prepared.WriteAsync(null, CancellationToken.None);

        Assert.IsTrue(prepared.IsVerbatim);
        Assert.AreEqual(
            new Descriptor { MediaType = MediaTypes.OciLayerGzip, Digest = Digest.Of(gzip.Content.Span), Size = gzip.Content.Length },
            written.Blob.Descriptor);
        Assert.AreEqual(gzip.DiffId, written.DiffId);
    }

    [TestMethod]
    public async Task The_same_bytes_are_known_and_others_are_not()
    {
        var first = (await PrepareAsync(Tar)).Content.Hash;

        Assert.AreEqual(first, (await PrepareAsync(Tar)).Content.Hash);
        Assert.AreNotEqual(first, (await PrepareAsync(TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "usr/b")))).Content.Hash);
        Assert.AreNotEqual(
            first,
            (
                await PrepareAsync(
                    Tar, new LayerOptions { Encoding = LayerEncoding.Of(ImageFormat.Oci, LayerCompression.Zstd) })).Content.Hash);
    }

    [TestMethod]
    public async Task A_compression_that_images_do_not_have_is_refused()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00]));

        Assert.AreEqual(DiagnosticCode.InvalidLayer, failure.Code);
        StringAssert.Contains(failure.Message, "gzip or zstd");
    }

    [TestMethod]
    public async Task A_damaged_archive_is_refused()
    {
        var gzip = TestLayer.FromTar(Tar).Content.ToArray();

        Assert.AreEqual(
            DiagnosticCode.InvalidLayer,
            (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(gzip[..(gzip.Length / 2)]))).Code);
    }

    [TestMethod]
    public async Task A_file_that_is_gone_or_changes_meanwhile_is_an_error()
    {
        var prepared = await PrepareAsync(Tar);
        await File.WriteAllBytesAsync(
            _folder["layer"], TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "usr/b", new byte[3_000_000])));

        // The next reader finds other bytes than were promised.
        var changed = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => prepared.WriteAsync(null, CancellationToken.None));
        File.Delete(_folder["layer"]);
        var gone = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PrepareAsync());

        Assert.AreEqual(DiagnosticCode.FileChanged, changed.Code);
        Assert.AreEqual(DiagnosticCode.UnreadableFile, gone.Code);
    }
}
