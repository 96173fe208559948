using System.Formats.Tar;
using Containerize.Debian.Archive;
using Containerize.Debian.Rootfs;
using Containerize.Images;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Tests.Layers;
using Containerize.Trees;

namespace Containerize.Tests.Debian.Rootfs;

/// <summary>Packages take no file away from those of the base, as dpkg sees to it.</summary>
[TestClass]
internal sealed class BaseFilesTests
{
    private const string List = "var/lib/dpkg/info/base.list";

    private static TestPackage Tool(params string[] fields) =>
        new TestPackage("tool", "1.0", "amd64", TarEntryFormat.Gnu, fields).File("usr/bin/tool", "new");

    private static async Task<ContainerizeException> RefusedAsync(LockedBase build)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => build.BuildAsync(mode: DebianLockMode.Update));
        Assert.AreEqual(DiagnosticCode.PackageFileOfBase, failure.Code);
        return failure;
    }

    private static async Task<List<string>> BuildAsync(LockedBase build)
    {
        using var packages = build.Open();
        var prepared = await build.PrepareAsync(packages);
        return [.. LayerFixture.Entries(await prepared.WriteAsync(similar: null, CancellationToken.None))
            .Where(entry => entry.EntryType is not TarEntryType.Directory).Select(entry => entry.Name)
            .Where(path => !path.StartsWith("var/lib/dpkg/", StringComparison.Ordinal))];
    }

    [TestMethod]
    public async Task A_file_of_a_package_of_the_base_is_refused_each_time()
    {
        using var build = new LockedBase(LockedBase.Image((List, "/.\n/usr\n/usr/bin\n/usr/bin/tool\n"), ("usr/bin/tool", "old")), Tool());

        for (var attempt = 0; attempt < 2; attempt++)
        {
            StringAssert.Contains((await RefusedAsync(build)).Message, "'/usr/bin/tool' of the package tool 1.0 is a file of base 1");
            Assert.IsFalse(DebianLock.Read(build.LockFile)!.Sets.Single().Fitted is not null);
        }
    }

    [TestMethod]
    [DataRow("usr/bin", "/bin/tool", "usr/bin/tool")]
    [DataRow("/usr/bin", "/bin/tool", "usr/bin/tool")]
    [DataRow("usr/bin/", "/usr/bin/tool", "bin/tool")]
    public async Task A_merged_usr_makes_two_paths_one(string target, string listed, string brought)
    {
        using var build =
            new LockedBase(LockedBase.Image([("bin", target)], (List, $"/.\n{listed}\n")), new TestPackage("tool").File(brought, "new"));
        build.WriteLock(new SortedDictionary<string, string> { ["bin"] = target });

        await RefusedAsync(build);
    }

    [TestMethod]
    public async Task What_a_base_without_lists_has_sums_of_is_refused()
    {
        using var build = new LockedBase(
            LockedBase.Image(
                ("var/lib/dpkg/status.d/other", "Package: other\nVersion: 3\n"),
                ("var/lib/dpkg/status.d/other.md5sums", "d41d8cd98f00b204e9800998ecf8427e  usr/bin/tool\n")),
            Tool());

        StringAssert.Contains((await RefusedAsync(build)).Message, "other 3");
    }

    [TestMethod]
    [DataRow(List, "/.\n/usr\n/usr/bin\n/usr/bin/another\n", "")]
    [DataRow("var/lib/dpkg/info/gone.list", "/.\n/usr/bin/tool\n", "Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n")]
    [DataRow(
        "var/lib/dpkg/info/tool:i386.list",
        "/.\n/usr/bin/tool\n",
        "Package: tool\nStatus: install ok installed\nArchitecture: i386\nMulti-Arch: same\nVersion: 1.0\n")]
    [DataRow("var/lib/dpkg/info/nobody.list", "/.\n/usr/bin/tool\n", "")]
    public async Task Directories_and_what_no_one_else_owns_may_be_shared(string list, string content, string status)
    {
        using var build = new LockedBase(
            LockedBase.Image(
                (list, content), ("var/lib/dpkg/status", "Package: base\nStatus: install ok installed\nVersion: 1\n\n" + status)),
            Tool());

        CollectionAssert.AreEqual(new[] { "usr/bin/tool" }, await BuildAsync(build));
    }

    [TestMethod]
    [DataRow("Replaces: other, base", true)]
    [DataRow("Replaces: base (<< 2)", true)]
    [DataRow("Replaces: base (<< 1)", false)]
    [DataRow("Replaces: other", false)]
    public async Task A_package_may_say_that_it_replaces_the_other(string field, bool isAllowed)
    {
        using var build = new LockedBase(LockedBase.Image((List, "/.\n/usr/bin/tool\n")), Tool(field));

        if (isAllowed)
        {
            CollectionAssert.AreEqual(new[] { "usr/bin/tool" }, await BuildAsync(build));
        }
        else
        {
            await RefusedAsync(build);
        }
    }

    [TestMethod]
    [DataRow("../doc", true)]
    [DataRow("../man", false)]
    public async Task A_link_to_a_directory_may_be_shared_if_it_is_the_same(string target, bool isAllowed)
    {
        var image = LockedBase.Image(
            [LockedBase.Directory("usr/doc"), LockedBase.Directory("usr/man"), LockedBase.Link("usr/share/doc", "../doc")],
            (List, "/.\n/usr/share/doc\n"));
        using var build = new LockedBase(image, new TestPackage("tool").Link("usr/share/doc", target));

        if (isAllowed)
        {
            CollectionAssert.AreEqual(new[] { "usr/share/doc" }, await BuildAsync(build));
        }
        else
        {
            await RefusedAsync(build);
        }
    }

    [TestMethod]
    [DataRow("base")]
    [DataRow(":")]
    public async Task What_the_base_diverts_goes_where_it_says(string diverter)
    {
        var image = LockedBase.Image(
            [("bin", "usr/bin")],
            (List, diverter == ":" ? "/.\n" : "/.\n/bin/tool\n"),
            ("var/lib/dpkg/diversions", $"/bin/tool\n/bin/tool.distrib\n{diverter}\n"),
            ("usr/bin/tool", "old"));
        using var build = new LockedBase(image, new TestPackage("tool").File("bin/tool", "new").HardLink("bin/alias", "bin/tool"));
        build.WriteLock(new SortedDictionary<string, string> { ["bin"] = "usr/bin" }, await DivertedAsync(image));

        CollectionAssert.AreEquivalent(new[] { "usr/bin/tool.distrib", "usr/bin/alias" }, await BuildAsync(build));
    }

    [TestMethod]
    public async Task A_diversion_is_for_the_path_that_it_names_and_not_for_another_that_leads_there()
    {
        // So does Ubuntu: what came to /lib64 would else hide the loader that lies in /usr/lib64.
        var image = LockedBase.Image(
            [("bin", "usr/bin")], (List, "/.\n/usr/bin/tool\n"), ("var/lib/dpkg/diversions", "/bin/tool\n/bin/tool.usr-is-merged\nbase\n"));
        using var build = new LockedBase(image, Tool());
        build.WriteLock(new SortedDictionary<string, string> { ["bin"] = "usr/bin" }, await DivertedAsync(image));

        await RefusedAsync(build);
    }

    [TestMethod]
    public async Task A_third_packages_diversion_makes_nothing_free()
    {
        var image =
            LockedBase.Image((List, "/.\n/usr/bin/tool\n"), ("var/lib/dpkg/diversions", "/usr/bin/tool\n/usr/bin/tool.distrib\nthird\n"));
        using var build = new LockedBase(image, Tool());
        build.WriteLock(new SortedDictionary<string, string>(), await DivertedAsync(image));

        await RefusedAsync(build);
    }

    [TestMethod]
    public async Task Bases_that_divert_differently_have_different_layers()
    {
        using var plain = new LockedBase(LockedBase.Image(), Tool());
        using var diverting = new LockedBase(LockedBase.Image(), Tool());
        diverting.WriteLock(
            new SortedDictionary<string, string>(), new SortedDictionary<string, string> { ["usr/bin/tool"] = "usr/bin/tool.distrib" });

        var first = await plain.BuildAsync();
        var second = await diverting.BuildAsync(plain["cache"]);

        Assert.IsTrue(second.IsMade);
        Assert.AreNotEqual(first.Record.DiffId, second.Record.DiffId);
    }

    private static async Task<SortedDictionary<string, string>?> DivertedAsync(Image image)
    {
        using var directory = new TemporaryDirectory();
        return (
            new DpkgBase(
                await ImageTree.ReadAsync(image, new BlobStore(directory["cache"]), TreeParts.All, CancellationToken.None))).Diverted;
    }
}
