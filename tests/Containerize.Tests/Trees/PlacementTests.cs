using System.Formats.Tar;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;
using Containerize.Tests.Building;
using Containerize.Trees;

namespace Containerize.Tests.Trees;

[TestClass]
internal sealed class PlacementTests
{
    private static readonly HashSet<string> s_nothing = [];

    private static UnixFileMode Mode(string octal) => (UnixFileMode)Convert.ToInt32(octal, 8);

    private static LayerEntry File(string path) => new() { Path = path, Type = LayerEntryType.File, Mode = Mode("644"), Content = "x"u8.ToArray() };

    private static UstarTarEntry Directory(string path, string mode, int owner = 0) =>
        new UstarTarEntry(TarEntryType.Directory, path + "/") { Mode = Mode(mode), Uid = owner, Gid = owner, ModificationTime = DateTimeOffset.UnixEpoch };

    private static TarEntry Link(string path, string target) => TestLayer.Entry(TarEntryType.SymbolicLink, path, linkTarget: target);

    private static TarEntry Text(string path, string text = "") => TestLayer.Entry(TarEntryType.RegularFile, path, System.Text.Encoding.UTF8.GetBytes(text));

    private static async Task<Dictionary<string, LayerEntry>> PlaceAsync(
        TarEntry[][] layers, LayerEntry[] entries, WritableDirectory[]? directories = null, string? user = null, IReadOnlySet<string>? owned = null)
    {
        using var directory = new TemporaryDirectory();
        IReadOnlyList<Layer> own = [.. layers.Select(layer => TestLayer.FromTar(TestLayer.Tar(layer))).Select(layer => new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, layer.Content), layer.DiffId))];
        var baseImage = Task.FromResult(new BaseImage(Sample.Image(Sample.Amd64, own), "base"));
        var placement = new Placement(directories ?? [], user, new Dictionary<string, string>(), new BlobStore(directory["cache"]));
        return (await placement.PlaceAsync(entries, owned ?? s_nothing, baseImage, CancellationToken.None)).ToDictionary(entry => entry.Path, StringComparer.Ordinal);
    }

    private static string Describe(LayerEntry entry) => $"{Convert.ToString((int)entry.Mode, 8)} {entry.UserId}:{entry.GroupId}";

    [TestMethod]
    public async Task Directories_of_the_base_keep_their_mode_and_owner()
    {
        var placed = await PlaceAsync([[Directory("tmp", "1777"), Directory("home", "755"), Directory("home/app", "700", owner: 1654)]], [File("tmp/a"), File("home/app/.config/b"), File("opt/c")]);

        Assert.AreEqual("1777 0:0", Describe(placed["tmp"]));
        Assert.AreEqual("700 1654:1654", Describe(placed["home/app"]));
        Assert.IsFalse(placed.ContainsKey("opt"), "What the base does not have is made by the writer.");
    }

    [TestMethod]
    public async Task A_damaged_copy_of_a_layer_in_the_cache_is_not_read()
    {
        using var directory = new TemporaryDirectory();
        var store = new BlobStore(directory["cache"]);
        var layer = TestLayer.FromTar(TestLayer.Tar(Directory("tmp", "1777")));
        var blob = new MemoryBlob(MediaTypes.OciLayerGzip, layer.Content);
        var damaged = TestLayer.FromTar(TestLayer.Tar(Directory("tmp", "1776"))).Content.ToArray();
        Array.Resize(ref damaged, (int)blob.Descriptor.Size);
        var path = store.PathOf(blob.Descriptor.Digest);
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await System.IO.File.WriteAllBytesAsync(path, damaged);

        var tree = await BaseTree.ReadAsync(Sample.Image(Sample.Amd64, [new Layer(blob, layer.DiffId)]), store, CancellationToken.None);

        Assert.AreEqual(Mode("1777"), tree.FindDirectory("tmp")!.Mode);
        Assert.IsFalse(store.TryGet(blob.Descriptor, out _), "It is moved aside.");
    }

    [TestMethod]
    public async Task Links_of_the_base_are_followed_and_stay()
    {
        var placed = await PlaceAsync(
            [[Directory("usr", "755"), Directory("usr/bin", "755"), Link("bin", "usr/bin"), Directory("var", "755"), Link("var/run", "/run"), Link("loop", "loop")]],
            [File("bin/tool"), File("var/run/app/pid"), File("loop/x")]);

        CollectionAssert.AreEquivalent(new[] { "usr/bin/tool", "usr", "usr/bin", "run/app/pid", "loop/x" }, placed.Keys.ToList());
    }

    [TestMethod]
    public async Task Higher_layers_of_the_base_change_and_remove_what_lower_ones_have()
    {
        var placed = await PlaceAsync(
            [
                [Directory("a", "700"), Directory("b", "700"), Directory("c", "700"), Directory("c/d", "711"), Link("e", "a")],
                [Directory("a", "750"), Text(".wh.b"), Text("c/.wh..wh..opq"), Text("e")],
            ],
            [File("a/x"), File("b/x"), File("c/d/x"), File("e/x")]);

        Assert.AreEqual("750 0:0", Describe(placed["a"]));
        Assert.IsFalse(placed.ContainsKey("b"));
        Assert.IsFalse(placed.ContainsKey("c/d"));
        Assert.IsTrue(placed.ContainsKey("e/x"));
    }

    [TestMethod]
    [DataRow("app", "1654:1700")]
    [DataRow("1654", "1654:1700")]
    [DataRow("app:staff", "1654:50")]
    [DataRow("7:8", "7:8")]
    [DataRow("7", "7:7")]
    [DataRow(null, "0:0")]
    public async Task A_writable_directory_and_all_in_it_belong_to_the_user_that_the_image_runs_as(string? user, string owner)
    {
        var placed = await PlaceAsync(
            [[Directory("etc", "755"), Text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1654:1700::/home/app:/bin/sh\n"), Text("etc/group", "root:x:0:\nstaff:x:50:\n")]],
            [File("data/db/seed"), File("data/mine"), File("other/file")],
            [new WritableDirectory("data", Mode("750"), null)],
            user,
            new HashSet<string> { "data/mine" });

        Assert.AreEqual($"750 {owner}", Describe(placed["data"]));
        Assert.AreEqual($"755 {owner}", Describe(placed["data/db"]));
        Assert.AreEqual($"644 {owner}", Describe(placed["data/db/seed"]));
        Assert.AreEqual("644 0:0", Describe(placed["data/mine"]), "Whom the user named stays the owner.");
        Assert.AreEqual("644 0:0", Describe(placed["other/file"]));
    }

    [TestMethod]
    public async Task A_user_that_the_base_does_not_know_is_an_error_that_says_what_to_do()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PlaceAsync([], [], [new WritableDirectory("data", Mode("755"), null)], "somebody"));

        Assert.AreEqual(DiagnosticCode.UnknownUser, failure.Code);
        StringAssert.Contains(failure.Message, "'somebody'");
        StringAssert.Contains(failure.Message, "Owner");
    }

    [TestMethod]
    public async Task A_file_in_the_place_of_a_directory_of_the_base_is_an_error()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PlaceAsync([[Directory("etc", "755")]], [File("etc")]));

        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
        StringAssert.Contains(failure.Message, "'/etc'");
    }

    [TestMethod]
    public async Task A_base_layer_that_cannot_be_read_is_named()
    {
        using var directory = new TemporaryDirectory();
        var broken = new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, "no gzip"u8.ToArray()), Digest.Of("x"u8));
        var placement = new Placement([], null, new Dictionary<string, string>(), new BlobStore(directory["cache"]));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            placement.PlaceAsync([File("a")], s_nothing, Task.FromResult(new BaseImage(Sample.Image(Sample.Amd64, [broken]), "base")), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.InvalidDocument, failure.Code);
        StringAssert.Contains(failure.Message, broken.Blob.Descriptor.Digest.ToString());
    }
}
