using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Testing;

namespace Containerize.Tests.Inputs;

/// <summary>What is in a directory that a project adds comes into the image as it is, and nothing from beside it.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class AddedDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Files_directories_that_are_empty_and_links_are_listed_in_ordinal_order()
    {
        _folder.Write("conf/b.txt", "b");
        _folder.Write("conf/a/.hidden", "a");
        _folder.Write("conf/odd\\name", "c");
        Directory.CreateDirectory(_folder["conf/empty/inner"]);
        Link("conf/link", "b.txt");

        Assert.AreEqual("a/.hidden|b.txt|empty/inner/|link->b.txt|odd\\name", List());
    }

    [TestMethod]
    [DataRow("b.txt", "b.txt")]
    [DataRow("./a/../b.txt", "./a/../b.txt")]
    [DataRow("a", "a")]
    [DataRow(".", ".")]
    [DataRow("{conf}/b.txt", "b.txt")]
    [DataRow("{conf}/a/c.txt", "a/c.txt")]
    [DataRow("../conf/b.txt", "b.txt")]
    [DataRow("{conf}", ".")]
    [DataRow("not/yet/there", "not/yet/there")]
    [DataRow("{conf}/gone", "gone")]
    [DataRow("odd\\name", "odd\\name")]
    public void A_link_inside_the_directory_stays_a_link_that_holds_in_the_image(string target, string expected)
    {
        _folder.Write("conf/a/c.txt", "c");
        _folder.Write("conf/b.txt", "b");
        Link("conf/link", target.Replace("{conf}", _folder["conf"], StringComparison.Ordinal));

        Assert.AreEqual($"a/c.txt|b.txt|link->{expected}", List());
    }

    [TestMethod]
    [DataRow("../outside.txt", "a file")]
    [DataRow("a/../../outside.txt", "a file")]
    [DataRow("{root}/outside.txt", "an absolute path")]
    [DataRow("{root}/conf-2", "a directory whose name begins alike")]
    [DataRow("..", "the directory above")]
    [DataRow("/etc/ssl/certs", "the machine's own")]
    [DataRow("../gone", "nothing")]
    [DataRow("/", "all")]
    public void A_link_that_leaves_the_directory_is_an_error_that_names_it(string target, string what)
    {
        _folder.Write("outside.txt", "secret");
        _folder.Write("conf/a/c.txt", "c");
        _folder.Write("conf-2/d.txt", "d");
        Link("conf/a/link", target.Replace("{root}", _folder.FullName, StringComparison.Ordinal));
        if (target is "a/../../outside.txt" or ".." or "../gone" or "../outside.txt")
        {
            // One level deeper than the directory itself.
            File.Delete(_folder["conf/a/link"]);
            Link("conf/link", target);
        }

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => List());

        Assert.AreEqual(DiagnosticCode.LinkLeavesDirectory, failure.Code, what);
        StringAssert.Contains(failure.Message, "/link'");
        StringAssert.Contains(failure.Message, "FollowLinks");
    }

    [TestMethod]
    public void A_project_may_ask_for_what_links_lead_to()
    {
        _folder.Write("outside/deep/secret.txt", "s");
        _folder.Write("conf/b.txt", "b");
        Link("conf/file", "../outside/deep/secret.txt");
        Link("conf/directory", _folder["outside"]);
        Link("conf/inside", "b.txt");

        Assert.AreEqual("b.txt|directory/deep/secret.txt|file|inside", List(followLinks: true));
    }

    [TestMethod]
    [DataRow("..", DiagnosticCode.UnreadableFile)]
    [DataRow(".", DiagnosticCode.UnreadableFile)]
    [DataRow("gone", DiagnosticCode.LinkLeavesDirectory)]
    [DataRow("/dev/null", DiagnosticCode.LinkLeavesDirectory)]
    public void What_cannot_be_followed_is_an_error(string target, object code)
    {
        _folder.Write("conf/b.txt", "b");
        Link("conf/link", target);

        Assert.AreEqual((DiagnosticCode)code, Assert.ThrowsExactly<ContainerizeException>(() => List(followLinks: true)).Code);
    }

    [TestMethod]
    public async Task A_pipe_is_refused_without_waiting_for_it()
    {
        Directory.CreateDirectory(_folder["conf"]);
        (await ProcessRunner.RunAsync("mkfifo", [_folder["conf/pipe"]], _folder.FullName)).EnsureSuccess();

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => List());

        Assert.AreEqual(DiagnosticCode.UnreadableFile, failure.Code);
        StringAssert.Contains(failure.Message, "pipe");
    }

    [TestMethod]
    public void A_directory_that_is_a_link_itself_was_named_by_the_project()
    {
        _folder.Write("real/b.txt", "b");
        File.CreateSymbolicLink(_folder["real/link"], _folder["real/b.txt"]);
        Directory.CreateSymbolicLink(_folder["conf"], _folder["real"]);

        Assert.AreEqual("b.txt|link->b.txt", List());
    }

    [TestMethod]
    public void An_empty_directory_is_there_itself()
    {
        Directory.CreateDirectory(_folder["conf"]);

        Assert.AreEqual("/", List());
    }

    [TestMethod]
    public void Mode_and_owner_are_those_of_the_item_and_links_and_directories_keep_their_modes()
    {
        _folder.Write("conf/b.txt", "b");
        Link("conf/link", "b.txt");
        Directory.CreateDirectory(_folder["conf/empty"]);

        var files = new AddedDirectory(_folder["conf"], followLinks: false)
        {
            Mode = (UnixFileMode)0b110_000_000,
            Owner = new Owner(5, 6),
        }.List();
        var entries = LayerEntries.Of([.. files.Where(file => file.Type != LayerEntryType.Directory)], new ExecuteBits());

        CollectionAssert.AreEqual(
            new[] { "b.txt File 600 5:6", "link SymbolicLink 777 5:6" },
            entries.Select(entry => $"{entry.Path} {entry.Type} {Convert.ToString((int)entry.Mode, 8)} {entry.UserId}:{entry.GroupId}")
                .ToList());
    }

    [TestMethod]
    public void Directories_are_listed_where_they_get_an_owner_and_the_directory_itself_is_one()
    {
        _folder.Write("conf/a/deep/b.txt", "b");
        Directory.CreateDirectory(_folder["conf/empty"]);

        Assert.AreEqual("a/deep/b.txt|empty/", List());
        Assert.AreEqual("/|a/|a/deep/|a/deep/b.txt|empty/", List(owner: new Owner(5, 6)));
    }

    private void Link(string path, string target)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.CreateSymbolicLink(_folder[path], target);
    }

    private string List(bool followLinks = false, Owner? owner = null) =>
        string.Join('|', new AddedDirectory(_folder["conf"], followLinks) { Owner = owner }.List().Select(file => file.Type switch
    {
        LayerEntryType.Directory => file.Path + "/",
        LayerEntryType.SymbolicLink => $"{file.Path}->{file.LinkTarget}",
        _ => file.Path,
    }));
}
