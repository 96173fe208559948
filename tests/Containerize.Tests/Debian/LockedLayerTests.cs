using Containerize.Testing.Debian;

namespace Containerize.Tests.Debian;

/// <summary>What a lock names becomes the same layer everywhere, and is explained each time.</summary>
[TestClass]
public sealed class LockedLayerTests
{
    private const UnixFileMode SetUser = (UnixFileMode)0b111_101_101 | UnixFileMode.SetUser;

    private static TestPackage Tool() => new TestPackage("tool").File("usr/bin/tool", "#!/bin/sh\n", SetUser).Control("postinst", "#!/bin/sh\nadduser --system tool\n");

    private static LockedBase Base() => new(LockedBase.Image(), Tool(), new TestPackage("another").File("usr/share/another", new string('a', 100_000)));

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
            server.On($"some/where/pool/{name}.deb", ArchiveServer.Content(await File.ReadAllBytesAsync(other[$"mirror/debian/pool/{name}.deb"])));
        }

        var first = await build.BuildAsync("first");
        Assert.IsTrue(first.IsMade);
        foreach (var (cache, mirror, apt) in new (string, string?, string?)[] { ("second", other.Mirror, null), ("third", $"{server.Address}some/where", null), ("fourth", null, build["one"]), ("fifth", null, build["two"]) })
        {
            var again = await build.BuildAsync(cache, mirror, apt);

            Assert.IsTrue(again.IsMade);
            Assert.AreEqual(first.Record.Descriptor, again.Record.Descriptor, cache);
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
        var notes = Directory.GetFiles(build["cache"], "*.notes", SearchOption.AllDirectories).Single();
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
        File.Delete(layers.Store.PathOf(record.Descriptor.Digest));
        // As the maker of layers does it: the record is there, the bytes are not.
        using var packages = build.Open();
        var prepared = await build.PrepareAsync(packages);
        await prepared.WriteAsync(similar: null, CancellationToken.None);

        Assert.HasCount(1, build.Reporter.Warnings);
        Assert.HasCount(1, build.Reporter.Messages);
    }
}
