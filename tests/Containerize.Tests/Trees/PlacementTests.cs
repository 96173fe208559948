using System.Formats.Tar;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Trees;
using static Containerize.Tests.Trees.TreeLab;

namespace Containerize.Tests.Trees;

[TestClass]
internal sealed class PlacementTests
{
    private static readonly HashSet<string> s_nothing = [];

    private static LayerEntry File(string path) =>
        new() { Path = path, Type = LayerEntryType.File, Mode = Mode("644"), Content = "x"u8.ToArray() };

    private static async Task<Dictionary<string, LayerEntry>> PlaceAsync(
        TarEntry[][] layers, LayerEntry[] entries, WritableDirectory[]? directories =
            null, string? user = null, IReadOnlySet<string>? owned = null)
    {
        using var lab = new TreeLab();
        var image = Image(layers.Select(layer => LayerOf(Layer(layer))));
        var placement = new Placement(directories ?? [], user, new Dictionary<string, string>());
        return (
            await placement.PlaceAsync(entries, owned
                ?? s_nothing, async () => (image.Config, await lab.ReadAsync(image, TreeParts.Directories))))
            .ToDictionary(entry => entry.Path, StringComparer.Ordinal);
    }

    private static string Describe(LayerEntry entry) => $"{Convert.ToString((int)entry.Mode, 8)} {entry.UserId}:{entry.GroupId}";

    [TestMethod]
    public async Task Directories_of_the_base_keep_their_mode_and_owner()
    {
        var placed = await PlaceAsync(
            [[DirectoryAt("tmp", "1777"), DirectoryAt("home", "755"), DirectoryAt("home/app", "700", owner: 1654)]],
            [File("tmp/a"), File("home/app/.config/b"), File("opt/c")]);

        Assert.AreEqual("1777 0:0", Describe(placed["tmp"]));
        Assert.AreEqual("700 1654:1654", Describe(placed["home/app"]));
        Assert.IsFalse(placed.ContainsKey("opt"), "What the base does not have is made by the writer.");
    }

    [TestMethod]
    public async Task Links_of_the_base_are_followed_and_stay()
    {
        var placed = await PlaceAsync(
            [[DirectoryAt("usr", "755"), DirectoryAt("usr/bin", "755"), Link("bin", "usr/bin"), DirectoryAt("var", "755"),
                Link("var/run", "/run"), Link("loop", "loop")]],
            [File("bin/tool"), File("var/run/app/pid"), File("loop/x")]);

        CollectionAssert.AreEquivalent(new[] { "usr/bin/tool", "usr", "usr/bin", "run/app/pid", "loop/x" }, placed.Keys.ToList());
    }

    [TestMethod]
    public async Task Higher_layers_of_the_base_change_and_remove_what_lower_ones_have()
    {
        var placed = await PlaceAsync(
            [
                [DirectoryAt("a", "700"), DirectoryAt("b", "700"), DirectoryAt("c", "700"), DirectoryAt("c/d", "711"), Link("e", "a")],
                [DirectoryAt("a", "750"), Text(".wh.b"), Text("c/.wh..wh..opq"), Text("e")],
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
            [[DirectoryAt("etc", "755"), Text("etc/passwd", "root:x:0:0::/root:/bin/sh\napp:x:1654:1700::/home/app:/bin/sh\n"),
                Text("etc/group", "root:x:0:\nstaff:x:50:\n")]],
            [File("data/db/seed"), File("data/mine"), File("other/file")],
            [new WritableDirectory("data", Mode("750"), null)],
            user,
            new HashSet<string> { "data/mine" });

        Assert.AreEqual($"750 {owner}", Describe(placed["data"]));
        Assert.AreEqual($"755 {owner}", Describe(placed["data/db"]));
        Assert.AreEqual($"644 {owner}", Describe(placed["data/db/seed"]));
        Assert.AreEqual("644 0:0", Describe(placed["data/mine"]), "The owner that the user named stays.");
        Assert.AreEqual("644 0:0", Describe(placed["other/file"]));
    }

    [TestMethod]
    public async Task A_user_that_the_base_does_not_know_is_an_error_that_says_what_to_do()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => PlaceAsync([], [], [new WritableDirectory("data", Mode("755"), null)], "someone"));

        Assert.AreEqual(DiagnosticCode.UnknownUser, failure.Code);
        StringAssert.Contains(failure.Message, "'someone'");
        StringAssert.Contains(failure.Message, "Owner");
    }

    [TestMethod]
    public async Task A_file_in_the_place_of_a_directory_of_the_base_is_an_error()
    {
        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PlaceAsync([[DirectoryAt("etc", "755")]], [File("etc")]));

        Assert.AreEqual(DiagnosticCode.DuplicatePath, failure.Code);
        StringAssert.Contains(failure.Message, "'/etc'");
    }
}
