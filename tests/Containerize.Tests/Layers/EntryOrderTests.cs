using Containerize.Layers;
using Containerize.Layers.Entries;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class EntryOrderTests
{
    [TestMethod]
    public void Paths_are_in_ordinal_order_and_directories_before_what_they_hold()
    {
        var paths = Arrange([File("b"), File("a/z"), File("a.txt"), File("a/B"), File("A"), File("a-"), File("ä")])
            .Select(entry => entry.Path).ToArray();
        CollectionAssert.AreEqual(new[] { "A", "a", "a-", "a.txt", "a/B", "a/z", "b", "ä" }, paths);
    }

    [TestMethod]
    public void Missing_directories_are_added_for_root_and_readable_by_all()
    {
        var directory = Arrange([File("a/b/c")])[1];
        Assert.AreEqual(
            ("a/b", LayerEntryType.Directory, (UnixFileMode)0b111_101_101, 0, 0),
            (directory.Path, directory.Type, directory.Mode, directory.UserId, directory.GroupId));
    }

    [TestMethod]
    public void A_directory_that_was_named_keeps_its_owner()
    {
        var entries = Arrange([File("a/b/c"), LayerFixture.DirectoryAt("a", owner: 1654)]);
        CollectionAssert.AreEqual(new[] { 1654, 0, 0 }, entries.Select(entry => entry.UserId).ToArray());
        Assert.HasCount(3, entries);
    }

    [TestMethod]
    public void The_same_directory_twice_is_one() =>
        Assert.HasCount(1, Arrange([LayerFixture.DirectoryAt("a"), LayerFixture.DirectoryAt("a")]));

    [TestMethod]
    [DataRow(".wh.removed")]
    [DataRow("app/.wh.removed")]
    [DataRow("app/.wh..wh..opq")]
    [DataRow(".wh.directory/file")]
    [DataRow("app/.wh.")]
    [DataRow("app/.wh..wh.plnk/x")]
    public async Task Names_that_mean_removal_in_a_layer_are_refused_with_the_cure(string path)
    {
        foreach (
            var entry in new[]
            {
                File(path),
                File(path) with { Type = LayerEntryType.SymbolicLink, Content = null, SourcePath = null, LinkTarget = "x" },
                LayerFixture.DirectoryAt(path),
            })
        {
            var failure = Assert.ThrowsExactly<ContainerizeException>(() => Arrange([File("fine"), entry]));

            Assert.AreEqual(DiagnosticCode.InvalidPath, failure.Code);
            StringAssert.Contains(failure.Message, "CopyToPublishDirectory");
        }

        using var fixture = new LayerFixture();
        var written = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            LayerWriter.WriteInOrderAsync(new[] { File(path) }
                .ToAsyncEnumerable(), fixture.Store, new LayerOptions(), CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.InvalidPath, written.Code, "Layers that are written in an order of their own are checked, too.");
    }

    [TestMethod]
    [DataRow("a.wh.b")]
    [DataRow("wh.b")]
    [DataRow(".w")]
    [DataRow(".whatever")]
    public void Names_that_only_look_like_it_are_fine(string path) => Assert.HasCount(2, Arrange([File("fine"), File(path)]));

    [TestMethod]
    public void Two_files_with_one_path_are_refused_and_both_named() =>
        AssertRefused(DiagnosticCode.DuplicatePath, ["/first", "/second", "/app/x"], File("app/x", "/first"), File("app/x", "/second"));

    [TestMethod]
    public void Two_directories_with_different_owners_are_refused() =>
        AssertRefused(DiagnosticCode.DuplicatePath, ["/a"], LayerFixture.DirectoryAt("a"), LayerFixture.DirectoryAt("a", owner: 1));

    [TestMethod]
    public void A_file_that_would_be_a_directory_too_is_refused() =>
        AssertRefused(DiagnosticCode.DuplicatePath, ["/first", "/second", "/app"], File("app", "/first"), File("app/sub/x", "/second"));

    [TestMethod]
    public void A_link_that_would_be_a_directory_too_is_refused() =>
        AssertRefused(
            DiagnosticCode.DuplicatePath, ["elsewhere", "/second"], LayerFixture.Link("app", "elsewhere"), File("app/x", "/second"));

    [TestMethod]
    [DataRow("")]
    [DataRow("/")]
    [DataRow("/etc/passwd")]
    [DataRow("a/")]
    [DataRow("a//b")]
    [DataRow(".")]
    [DataRow("./a")]
    [DataRow("a/../b")]
    [DataRow("..")]
    [DataRow("a\0b")]
    public void A_path_that_is_none_is_refused(string path) =>
        AssertRefused(DiagnosticCode.InvalidPath, ["/source"], File(path, "/source"));

    [TestMethod]
    [DataRow("n", 255, true)]
    [DataRow("n", 256, false)]
    [DataRow("\u00e9", 127, true)]
    [DataRow("\u00e9", 128, false)]
    [DataRow("directory/", 409, true)]
    [DataRow("directory/", 410, false)]
    public void A_path_that_Linux_cannot_unpack_is_refused(string part, int times, bool isValid)
    {
        var path = string.Concat(Enumerable.Repeat(part, times)) + (part.EndsWith('/') ? "file" : "");
        if (isValid)
        {
            Assert.AreEqual(path, Arrange([File(path)])[^1].Path);
        }
        else
        {
            AssertRefused(DiagnosticCode.InvalidPath, ["bytes", "/source"], File(path, "/source"));
        }
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("Files/")]
    [DataRow("Hives/x/")]
    public void How_long_a_path_may_be_depends_on_the_platform_and_not_on_where_it_lies(string prefix)
    {
        foreach (var path in new[] { prefix + new string('n', 256), prefix + string.Concat(Enumerable.Repeat("directory/", 410)) + "file" })
        {
            Assert.AreEqual(path, Arrange([File(path)], isWindows: true).Single(entry => entry.SourcePath is not null).Path);
            AssertRefused(DiagnosticCode.InvalidPath, ["bytes", "/source"], File(path, "/source"));
        }
    }

    [TestMethod]
    public void A_path_with_half_a_character_is_refused()
    {
        // Not as data of the test: test runners replace such text themselves.
        AssertRefused(DiagnosticCode.InvalidPath, ["Unicode"], File("a\ud83d"));
        AssertRefused(DiagnosticCode.InvalidPath, ["Unicode"], File("\ude00b"));
        AssertRefused(DiagnosticCode.InvalidPath, ["Unicode"], File("\ud83d\ud83d\ude00"));
    }

    [TestMethod]
    public void Parts_with_dots_in_them_are_paths() => Assert.HasCount(3, Arrange([File("..a"), File("a..b"), File("...")]));

    [TestMethod]
    public void An_entry_without_content_or_target_is_refused()
    {
        Assert.ThrowsExactly<ArgumentException>(() => Arrange([File("a") with { SourcePath = null }]));
        Assert.ThrowsExactly<ArgumentException>(() => Arrange([File("a") with { Content = default(ReadOnlyMemory<byte>) }]));
        Assert.ThrowsExactly<ArgumentException>(() => Arrange([LayerFixture.Link("a", "")]));
        Assert.ThrowsExactly<ArgumentException>(() => Arrange([LayerFixture.Link("a", "b\0c")]));
    }

    private static IReadOnlyList<LayerEntry> Arrange(IEnumerable<LayerEntry> entries, bool isWindows = false) =>
        EntryOrder.Arrange(entries, isWindows);

    private static LayerEntry File(string path, string source = "/a file") =>
        new() { Path = path, Type = LayerEntryType.File, Mode = LayerFixture.FileMode, SourcePath = source };

    private static void AssertRefused(DiagnosticCode code, string[] named, params LayerEntry[] entries)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Arrange(entries));
        Assert.AreEqual(code, failure.Code);
        foreach (var name in named)
        {
            Assert.Contains(name, failure.Message);
        }
    }
}
