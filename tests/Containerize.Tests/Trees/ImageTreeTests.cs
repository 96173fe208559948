using System.Formats.Tar;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Trees;

/// <summary>Layers upon layers give the tree that an engine would unpack.</summary>
[TestClass]
internal sealed class ImageTreeTests : IDisposable
{
    private readonly TreeLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [TestMethod]
    [DataRow(new[] { "./a/old", "b/c/old", "d" }, new[] { "a/new", "a/.wh..wh..opq", ".wh.b", ".wh.d" }, "a/new")]
    [DataRow(new[] { "a/old", "b/old" }, new[] { "a/.wh..wh..opq", "a/new", "b/.wh.old", "b/.wh.never" }, "a/new")]
    [DataRow(new[] { "a/old", "ab" }, new[] { "a/new", ".wh.a" }, "a/new ab")]
    [DataRow(new[] { "a", "b/c" }, new[] { ".wh..wh..opq", "/d//./e" }, "d/e")]
    [DataRow(new[] { "a/b/c", "a/d" }, new[] { "a" }, "a")]
    [DataRow(new[] { "a" }, new[] { "a/b/c" }, "a/b/c")]
    [DataRow(new[] { "a/b/c" }, new[] { "a/b/.wh..wh..opq" }, "")]
    [DataRow(new[] { "a/b" }, new[] { "a/../../c", "../d" }, "a/b c d")]
    [DataRow(new[] { "a/b" }, new[] { ".wh.", ".wh..wh.plnk", "a/.wh.b/c" }, "a/.wh.b/c a/b")]
    public async Task Layers_replace_and_remove_what_is_below_them(string[] lower, string[] upper, string left)
    {
        var tree = await _lab.ReadAsync([.. lower.Select(path => Text(path))], [.. upper.Select(path => Text(path))]);

        Assert.AreEqual(left, Describe(tree));
    }

    [TestMethod]
    [DataRow("bin", "usr/bin", "bin/x", "usr/bin/x")]
    [DataRow("bin", "/usr/bin/", "bin/x", "usr/bin/x")]
    [DataRow("bin", "usr/bin", "bin/.wh.old", "")]
    [DataRow("bin", "usr/bin", "bin/.wh..wh..opq", "")]
    [DataRow("a/b", "../../usr/bin", "a/b/x", "usr/bin/x")]
    [DataRow("loop", "loop", "loop/x", "loop/x")]
    public async Task Entries_behind_a_link_of_a_lower_layer_lie_where_it_leads(string link, string target, string path, string where)
    {
        var tree =
            await _lab.ReadAsync([DirectoryAt("usr"), DirectoryAt("usr/bin"), Text("usr/bin/old"), Link(link, target)], [Text(path)]);

        Assert.AreEqual(path.Contains(".wh.", StringComparison.Ordinal), tree.Find("usr/bin/old") is null);
        Assert.IsTrue(where.Length == 0 || tree.Find(where) is { Type: LayerEntryType.File }, Describe(tree));
    }

    [TestMethod]
    public async Task Directories_and_links_replace_each_other()
    {
        var tree = await _lab.ReadAsync(
            [DirectoryAt("a", "700"), Text("a/x"), Link("b", "a"), Link("c", "a"), DirectoryAt("d")],
            [Link("a", "elsewhere"), DirectoryAt("b", "711", owner: 5), Text("c"), DirectoryAt("d", "1777", owner: 7)]);

        Assert.AreEqual("a->elsewhere c", Describe(tree));
        Assert.AreEqual(new Owner(5, 5), tree.Find("b")!.Owner);
        Assert.AreEqual(Mode("1777"), tree.Find("d")!.Mode);
    }

    [TestMethod]
    public async Task Directories_that_no_layer_names_are_there()
    {
        var directory = (await _lab.ReadAsync([Text("a/b/c")])).Find("a/b")!;

        Assert.AreEqual(LayerEntryType.Directory, directory.Type);
        Assert.AreEqual(Mode("755"), directory.Mode);
        Assert.AreEqual(Owner.Root, directory.Owner);
    }

    [TestMethod]
    [DataRow("bin/x", false, "usr/bin/x")]
    [DataRow("bin", false, "bin")]
    [DataRow("bin", true, "usr/bin")]
    [DataRow("var/run/app", false, "run/app")]
    [DataRow("up/x", false, "x")]
    [DataRow("chain/x", false, "usr/bin/x")]
    [DataRow("loop/x", false, "loop/x")]
    [DataRow("nowhere/./x//y/../z", false, "nowhere/x/z")]
    public async Task Links_are_followed_as_the_kernel_does(string path, bool followLast, string resolved)
    {
        var tree = await _lab.ReadAsync(
            [Link("bin", "usr/bin"), Link("var/run", "/run"), Link("up", "../../.."), Link("chain", "bin"), Link("loop", "loop")]);

        Assert.AreEqual(resolved, tree.Resolve(path, followLast));
    }

    [TestMethod]
    [DataRow("etc/passwd")]
    [DataRow("usr/share/users", "etc/passwd", "../usr/share/users")]
    [DataRow("usr/etc/passwd", "etc", "usr/etc")]
    [DataRow("private/passwd", "etc/passwd", "/one", "one", "private/passwd")]
    public async Task The_users_are_found_behind_links_in_whatever_order_they_come(string path, params string[] links)
    {
        var users = Text(path, "app:x:1654:1700::/home/app:/bin/sh\n");
        var pairs = links.Chunk(2).Select(pair => Link(pair[0], pair[1])).ToArray();

        foreach (
            var layers in new TarEntry[][][] { [[users, .. pairs]], [[.. pairs, users]], [[users], [.. pairs]], [[.. pairs], [users]] })
        {
            Array.ForEach([.. layers.SelectMany(layer => layer)], entry => entry.DataStream?.Seek(0, SeekOrigin.Begin));

            Assert.AreEqual(new Owner(1654, 1700), (await _lab.ReadAsync(layers)).Users.Find("app"));
        }
    }

    [TestMethod]
    public async Task A_hard_link_is_what_it_names()
    {
        var tree = await _lab.ReadAsync(
            [Text("etc/passwd-", "app:x:7:8::/:/bin/sh\n"), HardLink("etc/passwd", "etc/passwd-"), Link("a", "target"), HardLink("b", "a"),
                HardLink("c", "gone")]);

        Assert.AreEqual(new Owner(7, 8), tree.Users.Find("app"));
        Assert.AreEqual("a->target b->target c etc/passwd etc/passwd-", Describe(tree));
    }

    [TestMethod]
    public async Task A_tree_of_Windows_is_drive_C_in_any_case()
    {
        var layer =
            LayerOf(Layer(DirectoryAt("Files"), DirectoryAt("Files/Program Files"), Text("Files/Program Files/a"), Text("Hives/x")));
        var upper = LayerOf(Layer(DirectoryAt("files"), Text("files/program files/.wh.A"), Text("FILES/PROGRAM FILES/b")));

        var tree = await _lab.ReadAsync(Sample.Image(Platform.FromRuntimeIdentifier("win-x64"), [layer, upper]));

        Assert.AreEqual("Program Files/b", Describe(tree));
        Assert.AreEqual("Program Files/c", tree.Resolve("PROGRAM FILES/c", followLast: false));
    }

    [TestMethod]
    public async Task A_layer_that_cannot_be_read_is_named_and_nothing_is_remembered()
    {
        var content = "no tar at all"u8.ToArray();
        foreach (
            var (broken, code) in new[]
            {
                (new TestLayer(content, Digest.Of("x"u8), IsCompressed: true), DiagnosticCode.InvalidDocument),
                (TestLayer.FromTar(content) with { DiffId = Digest.Of("x"u8) }, DiagnosticCode.InvalidDocument),
                (TestLayer.FromTar(content), DiagnosticCode.UnreadableLayer),
                (Layer(new PaxTarEntry(TarEntryType.RegularFile, string.Concat(Enumerable.Repeat("d/", 3000)) + "x")),
                    DiagnosticCode.InvalidDocument),
            })
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
                () => _lab.ReadAsync(Image(LayerOf(Layer(Text("a"))), LayerOf(broken))));

            Assert.AreEqual(code, failure.Code);
            StringAssert.Contains(failure.Message, Digest.Of(broken.Content.Span).ToString());
            Assert.IsFalse(Directory.Exists(_lab.Folder["cache/trees"]));
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_layer_that_unpacks_to_something_else_than_the_config_says_is_refused(bool isCompressed)
    {
        var layer = TestLayer.FromTar(TestLayer.Tar(Text("a")), isCompressed);
        var blob = new Containerize.Storage.MemoryBlob(isCompressed ? MediaTypes.OciLayerGzip : MediaTypes.OciLayer, layer.Content);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => _lab.ReadAsync(Image(new Containerize.Images.Layer(blob, Digest.Of("another"u8)))));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsFalse(Directory.Exists(_lab.Folder["cache/trees"]));
        Assert.IsNotNull(await _lab.ReadAsync(Image(new Containerize.Images.Layer(blob, layer.DiffId))));
    }
}
