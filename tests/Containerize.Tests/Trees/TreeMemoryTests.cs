using System.Formats.Tar;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing.Images;
using Containerize.Trees;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Trees;

/// <summary>The tree of an image is read once on a machine.</summary>
[TestClass]
internal sealed class TreeMemoryTests : IDisposable
{
    private static readonly TestLayer s_lower = Layer(
        DirectoryAt("tmp", "1777"),
        DirectoryAt("srv/odd\tname\nwith\\all", "700", owner: 1654),
        Link("bin", "usr/bin"),
        Text("usr/lib/a file"),
        Text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1654:1655::/home/app:/bin/sh\n"),
        Text("etc/group", "app:x:1655:\n"),
        Text("etc/ssl/certs/ca-certificates.crt", "\u00e9 and more"));

    private readonly TreeLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow(TreeParts.Directories)]
    [DataRow(TreeParts.All)]
    public async Task What_was_read_once_needs_no_layer_again(object parts)
    {
        var first = await ReadAsync(new CountingBlob(s_lower));
        ForgetBlobs();
        var blob = new CountingBlob(s_lower);

        var second = await _lab.ReadAsync(Image(new Layer(blob, s_lower.DiffId)), (TreeParts)parts);

        Assert.AreEqual(0, blob.Opened);
        foreach (var tree in new[] { first, second })
        {
            Assert.AreEqual("usr/bin/x", tree.Resolve("bin/x", followLast: false));
            Assert.AreEqual(Mode("1777"), tree.Find("tmp")!.Mode);
            Assert.AreEqual(1654, tree.Find("srv/odd\tname\nwith\\all")!.Owner.UserId);
            Assert.AreEqual(1655, tree.Users.Find("app")?.GroupId);
        }

        Assert.AreEqual((TreeParts)parts == TreeParts.All, second.Find("usr/lib/a file") is not null);
        if ((TreeParts)parts == TreeParts.All)
        {
            Assert.AreEqual(Describe(first), Describe(second));
            CollectionAssert.AreEqual(first.Read(KeptFiles.CertificateBundle), second.Read(KeptFiles.CertificateBundle));
        }
    }

    [TestMethod]
    [DataRow("etc/ld.so.cache", true)]
    [DataRow("etc/ld.so.conf", true)]
    [DataRow("etc/ld.so.conf.d/a.conf", true)]
    [DataRow("etc/ld-musl-x86_64.path", true)]
    [DataRow("etc/os-release", true)]
    [DataRow("etc/dotnet/install_location", true)]
    [DataRow("etc/ssl/certs/ca-certificates.crt", false)]
    [DataRow("etc/pki/tls/certs/ca-bundle.crt", false)]
    public async Task What_programs_read_behind_links_is_remembered_with_them(string path, bool withContent)
    {
        var (directory, name) = (path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]);
        TarEntry[][] images =
        [
            [Link(path, "/opt/real/file"), Text("opt/real/file", "content")],
            [Link(path, "again"), Link($"{directory}/again", "/opt/real"), Text("opt/real", "content")],
            [Link(directory, "/opt/real"), Text($"opt/real/{name}", "content")],
        ];
        foreach (var image in images)
        {
            var layer = Layer(image);
            await ReadAsync(new CountingBlob(layer));
            ForgetBlobs();

            var tree = await _lab.ReadAsync(Image(new Layer(new CountingBlob(layer), layer.DiffId)), TreeParts.Programs);

            Assert.AreEqual(withContent ? "content" : "", tree.ReadText(path));
            Assert.IsNotNull(tree.Find(tree.Resolve(path, followLast: true)));
        }
    }

    [TestMethod]
    public async Task Another_order_or_number_of_layers_is_another_tree()
    {
        var upper = Layer(Text(".wh.tmp"), DirectoryAt("opt"));
        await ReadAsync(new CountingBlob(s_lower));

        Assert.IsNull((await ReadAsync(new CountingBlob(s_lower), new CountingBlob(upper))).Find("tmp"));
        Assert.IsNotNull((await ReadAsync(new CountingBlob(upper), new CountingBlob(s_lower))).Find("tmp"));
        Assert.IsNull((await ReadAsync(new CountingBlob(s_lower))).Find("opt"));
    }

    [TestMethod]
    public async Task The_tree_of_a_base_is_remembered_apart_from_the_layers_above_it()
    {
        var (lower, upper, other) =
            (new CountingBlob(s_lower), new CountingBlob(Layer(Text(".wh.tmp"))), new CountingBlob(Layer(Text("opt"))));
        var image = Image(new Layer(lower, s_lower.DiffId));

        foreach (var blob in new[] { upper, other, upper })
        {
            var tree = await ImageTree.ReadAsync(
                image, [new Layer(blob, blob.Layer.DiffId)], _lab.Cache, TreeParts.Directories, CancellationToken.None);
            Assert.AreEqual(blob == upper, tree.Find("tmp") is null);
            ForgetBlobs();
        }

        Assert.AreEqual("1 1 1", $"{lower.Opened} {upper.Opened} {other.Opened}");
    }

    [TestMethod]
    [DataRow("trees", 0)]
    [DataRow("trees", 60)]
    [DataRow("trees", 200)]
    [DataRow("treefiles", 0)]
    [DataRow("treefiles", 100)]
    public async Task A_damaged_memory_is_made_again(string kind, int position)
    {
        await ReadAsync(new CountingBlob(s_lower));
        var file = Directory.GetFiles(_lab.Folder[$"cache/{kind}"]).Single();
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[position] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        ForgetBlobs();
        var blob = new CountingBlob(s_lower);

        Assert.AreEqual("usr/bin/x", (await ReadAsync(blob)).Resolve("bin/x", followLast: false));

        Assert.AreEqual(1, blob.Opened);
        CollectionAssert.AreNotEqual(bytes, await File.ReadAllBytesAsync(file), "It is written again.");
    }

    [TestMethod]
    public async Task The_same_blob_under_another_diffID_is_not_recalled()
    {
        await ReadAsync(new CountingBlob(s_lower));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            _lab.ReadAsync(Image(new Layer(new CountingBlob(s_lower), Digest.Of("another"u8)))));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
    }

    private void ForgetBlobs()
    {
        foreach (var file in Directory.EnumerateFiles(_lab.Folder["cache/blobs"], "*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }
    }

    private Task<ImageTree> ReadAsync(params CountingBlob[] layers) =>
        _lab.ReadAsync(Image(layers.Select(layer => new Layer(layer, layer.Layer.DiffId))));

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
