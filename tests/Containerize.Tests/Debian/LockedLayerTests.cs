using Containerize.Debian.Archive;
using Containerize.Testing.Debian;
using Containerize.Tests.Building;
using Containerize.Tests.Trees;

namespace Containerize.Tests.Debian;

/// <summary>What a lock names becomes the same layer everywhere, and is explained each time.</summary>
[TestClass]
internal sealed class LockedLayerTests
{
    private const UnixFileMode SetUser = (UnixFileMode)0b111_101_101 | UnixFileMode.SetUser;

    private static TestPackage Tool() =>
        new TestPackage("tool").File("usr/bin/tool", "#!/bin/sh\n", SetUser).Control("postinst", "#!/bin/sh\nadduser --system tool\n");

    private static LockedBase Base() =>
        new(LockedBase.Image(), Tool(), new TestPackage("another").File("usr/share/another", new string('a', 100_000)));

    [TestMethod]
    public async Task The_same_layer_comes_from_every_mirror_and_every_form_of_apts_sources()
    {
        using var build = Base();
        using var other = Base();
        build.Write("one/sources.list", $"deb {build.Mirror} bookworm main\n");
        build.Write("two/sources.list.d/debian.sources", $"Types: deb\nURIs: {other.Mirror}\nSuites: bookworm\nComponents: main\n");
        await using var server = await ArchiveServer.StartAsync();
        foreach (var name in new[] { "tool", "another" })
        {
            server.On(
                $"some/where/pool/{name}.deb",
                ArchiveServer.Content(await File.ReadAllBytesAsync(other[$"mirror/debian/pool/{name}.deb"])));
        }

        var first = await build.BuildAsync("first");
        Assert.IsTrue(first.IsMade);
        foreach (
            var (cache, mirror, apt) in new (string, string?, string?)[]
            {
                ("second", other.Mirror, null),
                ("third", $"{server.Address}some/where", null),
                ("fourth", null, build["one"]),
                ("fifth", null, build["two"]),
            })
        {
            var again = await build.BuildAsync(cache, mirror, apt);

            Assert.IsTrue(again.IsMade);
            Assert.AreEqual(first.Record.Blob.Descriptor, again.Record.Blob.Descriptor, cache);
            Assert.AreEqual(first.Record.DiffId, again.Record.DiffId, cache);
        }

        Assert.HasCount(2, server.Requests);
    }

    [TestMethod]
    public async Task What_users_should_know_is_said_when_the_layer_comes_from_the_cache_too()
    {
        using var build = Base();

        foreach (var isMade in new[] { true, false, false })
        {
            Assert.AreEqual(isMade, (await build.BuildAsync()).IsMade);
            var warning = build.Reporter.Warnings.Single();
            Assert.AreEqual(DiagnosticCode.ScriptsNotRun, warning.Code);
            StringAssert.Contains(warning.Text, "tool (users or groups)");
            StringAssert.Contains(build.Reporter.Messages.Single(), "/usr/bin/tool (tool)");
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_layer_of_which_nothing_is_known_any_more_is_made_again(bool isDamaged)
    {
        using var build = Base();
        await build.BuildAsync();
        var notes = Directory.GetFiles(Path.Combine(build["cache"], "notes")).Single();
        if (isDamaged)
        {
            await File.AppendAllTextAsync(notes, "more");
        }
        else
        {
            File.Delete(notes);
        }

        Assert.IsTrue((await build.BuildAsync()).IsMade);
        Assert.HasCount(1, build.Reporter.Warnings);
        Assert.IsFalse((await build.BuildAsync()).IsMade);
    }

    [TestMethod]
    public async Task A_layer_whose_bytes_are_gone_is_explained_once()
    {
        using var build = Base();
        var (record, _) = await build.BuildAsync();
        var layers = build.Cache();
        File.Delete(layers.Store.PathOf(record.Blob.Descriptor.Digest));
        // As the maker of layers does it: the record is there, the bytes are not.
        using var packages = build.Open();
        var prepared = await build.PrepareAsync(packages);
        await prepared.WriteAsync(similar: null, CancellationToken.None);

        Assert.HasCount(1, build.Reporter.Warnings);
        Assert.HasCount(1, build.Reporter.Messages);
    }

    [TestMethod]
    [DataRow("usr/share/another/file", "a directory of the base image and a file of the package another 1.0")]
    [DataRow("usr/bin", "a file of the base image")]
    [DataRow("usr/bin/tool/x", "a directory of the base image and a file of the package tool 1.0")]
    public async Task A_file_in_the_place_of_a_bases_directory_is_refused_either_way_and_each_time(string path, string text)
    {
        using var build = new LockedBase(LockedBase.Image((path, "")), Tool(), new TestPackage("another").File("usr/share/another", "a"));

        foreach (var mode in new[] { DebianLockMode.Update, DebianLockMode.Locked, DebianLockMode.ReadOnly })
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => build.BuildAsync(mode: mode));

            Assert.AreEqual(DiagnosticCode.PackageFileOverDirectory, failure.Code);
            StringAssert.Contains(failure.Message, text);
            Assert.IsFalse(DebianLock.Read(build.LockFile)!.Sets.Single().Fitted is not null);
        }
    }

    [TestMethod]
    public async Task What_upper_layers_of_a_base_removed_is_in_no_ones_way()
    {
        var upper = TreeLab.LayerOf(TreeLab.Layer(TreeLab.Text("usr/bin/.wh.x"), TreeLab.Text("usr/share/.wh.another")));
        var image = Sample.Image(Sample.Amd64, [.. LockedBase.Image(("usr/share/another/file", "")).Layers, upper]);
        using var build = new LockedBase(image, Tool(), new TestPackage("another").File("usr/share/another", "a"));

        Assert.IsTrue((await build.BuildAsync()).IsMade);
    }

    [TestMethod]
    public async Task A_lock_says_that_packages_fit_their_base_so_that_it_is_read_once()
    {
        using var build = Base();

        await build.BuildAsync(mode: DebianLockMode.Update);

        Assert.IsTrue(DebianLock.Read(build.LockFile)!.Sets.Single().Fitted is not null);
        Assert.AreEqual(1, build.BaseReads);
        await build.BuildAsync("another cache");
        Assert.AreEqual(1, build.BaseReads);
        // A lock that was written again learns it from the cache.
        build.WriteLock(new SortedDictionary<string, string>());
        Assert.IsFalse((await build.BuildAsync(mode: DebianLockMode.Update)).IsMade);
        Assert.IsTrue(DebianLock.Read(build.LockFile)!.Sets.Single().Fitted is not null);
        Assert.AreEqual(1, build.BaseReads);
    }

    [TestMethod]
    public async Task A_layer_that_another_base_shares_is_compared_with_that_one_too()
    {
        using var build = Base();
        await build.BuildAsync();
        using var other = new LockedBase(LockedBase.Image(("usr/share/another/file", "")), Tool(), new TestPackage("another")
            .File("usr/share/another", new string('a', 100_000)));
        CollectionAssert.AreEqual(
            await File.ReadAllBytesAsync(build["mirror/debian/pool/another.deb"]),
            await File.ReadAllBytesAsync(other["mirror/debian/pool/another.deb"]),
            "Both have the same layer.");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => other.BuildAsync(build["cache"]));

        Assert.AreEqual(DiagnosticCode.PackageFileOverDirectory, failure.Code);
    }
}
