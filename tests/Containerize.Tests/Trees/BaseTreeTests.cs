using System.Formats.Tar;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Trees;

namespace Containerize.Tests.Trees;

/// <summary>The tree of a base is read once on a machine.</summary>
[TestClass]
internal sealed class BaseTreeTests : IDisposable
{
    private static readonly TestLayer s_lower = Layer(
        Directory("tmp", 0b1_111_111_111),
        Directory("srv/odd\tname\nwith\\all", 0b111_000_000, owner: 1654),
        TestLayer.Entry(TarEntryType.SymbolicLink, "bin", linkTarget: "usr/bin"),
        Text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1654:1655::/home/app:/bin/sh\n"),
        Text("etc/group", "app:x:1655:\n"));

    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    private BlobStore Cache => new(_folder["cache"]);

    [TestMethod]
    public async Task What_was_read_once_needs_no_layer_again()
    {
        var first = await ReadAsync(new CountingBlob(s_lower));
        var blob = new CountingBlob(s_lower);

        var second = await ReadAsync(blob);

        Assert.AreEqual(0, blob.Opened);
        foreach (var tree in new[] { first, second })
        {
            Assert.AreEqual("usr/bin/x", tree.Resolve("bin/x"));
            Assert.AreEqual((UnixFileMode)0b1_111_111_111, tree.FindDirectory("tmp")!.Mode);
            Assert.AreEqual(1654, tree.FindDirectory("srv/odd\tname\nwith\\all")!.UserId);
            Assert.IsNull(tree.FindDirectory("bin"));
            Assert.AreEqual(1655, tree.Users.Find("app")?.GroupId);
        }
    }

    [TestMethod]
    public async Task Another_order_or_number_of_layers_is_another_tree()
    {
        var upper = Layer(Text(".wh.tmp"), Directory("opt", 0b111_101_101));
        await ReadAsync(new CountingBlob(s_lower));

        Assert.IsNull((await ReadAsync(new CountingBlob(s_lower), new CountingBlob(upper))).FindDirectory("tmp"));
        Assert.IsNotNull((await ReadAsync(new CountingBlob(upper), new CountingBlob(s_lower))).FindDirectory("tmp"));
        Assert.IsNull((await ReadAsync(new CountingBlob(s_lower))).FindDirectory("opt"));
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(60)]
    [DataRow(200)]
    public async Task A_damaged_memory_is_made_again(int position)
    {
        await ReadAsync(new CountingBlob(s_lower));
        var file = System.IO.Directory.GetFiles(_folder["cache/trees"]).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[position] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var blob = new CountingBlob(s_lower);

        Assert.AreEqual("usr/bin/x", (await ReadAsync(blob)).Resolve("bin/x"));

        Assert.AreEqual(1, blob.Opened);
        Assert.AreEqual(0, await OpenedAgainAsync());
    }

    [TestMethod]
    public async Task A_layer_that_is_no_tar_is_not_remembered()
    {
        var garbage = new CountingBlob(new TestLayer("no tar at all"u8.ToArray(), Digest.Of("x"u8), IsCompressed: true));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ReadAsync(garbage));
        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
        Assert.IsFalse(System.IO.Directory.Exists(_folder["cache/trees"]));
    }

    private async Task<int> OpenedAgainAsync()
    {
        var blob = new CountingBlob(s_lower);
        await ReadAsync(blob);
        return blob.Opened;
    }

    private async Task<BaseTree> ReadAsync(params CountingBlob[] layers) =>
        await BaseTree.ReadAsync(Sample.Image(Sample.Amd64, [.. layers.Select(layer => new Layer(layer, layer.Layer.DiffId))]), Cache, CancellationToken.None);

    private static TestLayer Layer(params TarEntry[] entries) => TestLayer.FromTar(TestLayer.Tar(entries));

    private static UstarTarEntry Directory(string path, int mode, int owner = 0) =>
        new(TarEntryType.Directory, path + "/") { Mode = (UnixFileMode)mode, Uid = owner, Gid = owner, ModificationTime = DateTimeOffset.UnixEpoch };

    private static TarEntry Text(string path, string text = "") => TestLayer.Entry(TarEntryType.RegularFile, path, System.Text.Encoding.UTF8.GetBytes(text));

    private sealed class CountingBlob(TestLayer layer) : Blob(new MemoryBlob(MediaTypes.OciLayerGzip, layer.Content).Descriptor)
    {
        internal TestLayer Layer => layer;

        internal int Opened { get; private set; }

        public override ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken)
        {
            Opened++;
            return ValueTask.FromResult<Stream>(new MemoryStream(layer.Content.ToArray()));
        }
    }
}
