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
    [DataRow("", "", "755 7:8", "755 7:8")]
    [DataRow("opt 711 3", "", "711 3:3", "755 7:8")]
    [DataRow("opt/tool 2770 4", "", "755 0:0", "2770 4:4")]
    [DataRow("opt 755 0;opt/tool 755 0", "", "none", "none")]
    [DataRow("opt->srv;srv 750 2", "", "750 2:2", "755 7:8")]
    [DataRow("", "opt", "750 5:5", "755 7:8")]
    [DataRow("", "opt/tool", "755 7:8", "750 5:5")]
    [DataRow("opt/tool 700 1", "opt", "750 5:5", "755 5:5")]
    public async Task A_directory_that_an_item_gives_an_owner_has_it_unless_the_base_has_the_directory(
        string inBase, string writable, string opt, string tool)
    {
        var entries = new[] { File("opt/tool/x"), new LayerEntry { Path = "opt", Type = LayerEntryType.Directory, Mode = Mode("755") } };
        var image = Image(LayerOf(Layer(inBase.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Parse).DefaultIfEmpty(Text("x")))));
        WritableDirectory[] directories = writable.Length == 0 ? [] : [new(writable, Mode("750"), new Owner(5, 5))];
        var placement = new Placement(directories, null, new Dictionary<string, string>())
        {
            Owned = [Owned("opt", 7), Owned("opt/tool", 7), Owned("opt/tool", 9)],
        };
        using var lab = new TreeLab();

        var placed = await placement.PlaceAsync(
            entries, s_nothing, async () => (image.Config, await lab.ReadAsync(image, TreeParts.Directories)));

        var link = inBase.Contains("->", StringComparison.Ordinal) ? "srv" : "opt";
        Assert.AreEqual(opt, placed == entries ? "none" : Describe(placed.Single(entry => entry.Path == link)));
        Assert.AreEqual(tool, placed == entries ? "none" : Describe(placed.Single(entry => entry.Path == $"{link}/tool")));
    }

    [TestMethod]
    [DataRow("", null, "none")]
    [DataRow("", "0:0", "none")]
    [DataRow("", "9:9", "755 9:9")]
    [DataRow("app 711 3", null, "711 3:3")]
    [DataRow("app 711 3", "0:0", "711 0:0")]
    [DataRow("app 711 3", "9:9", "711 9:9")]
    [DataRow("app 711 0", null, "711 0:0")]
    [DataRow("app 755 0", "0:0", "none")]
    [DataRow("app->srv;srv 750 2", null, "750 2:2")]
    [DataRow("app->srv;srv 750 2", "0:0", "750 0:0")]
    public async Task A_directory_of_the_app_has_the_owner_that_the_project_chose_else_the_bases(
        string inBase, string? chosen, string expected)
    {
        Owner? owner = Owner.TryParse(chosen ?? "", out var parsed) ? parsed : null;
        var image = Image(LayerOf(Layer(inBase.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(Parse).DefaultIfEmpty(Text("x")))));
        var placement = new Placement([], null, new Dictionary<string, string>())
        {
            App = ["app"],
            AppOwner = owner,
            Owned = [Owned("app", 7)],
        };
        using var lab = new TreeLab();
        LayerEntry[] entries = [File("app/x")];

        var placed = await placement.PlaceAsync(
            entries, s_nothing, async () => (image.Config, await lab.ReadAsync(image, TreeParts.Directories)));

        var directories = placed.Where(entry => entry.Type == LayerEntryType.Directory).ToList();
        Assert.AreEqual(expected, placed == entries ? "none" : Describe(directories.Single()));
    }

    private static AddedFile Owned(string path, int user) =>
        new(path, path, Mode: null, new Owner(user, 8)) { Type = LayerEntryType.Directory };

    private static TarEntry Parse(string entry) => entry.Split("->") is [var link, var target] ? Link(link, target)
        : entry.Split(' ') is [var path, var mode, var owner] ? DirectoryAt(path, mode, int.Parse(owner)) : Text(entry);

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
