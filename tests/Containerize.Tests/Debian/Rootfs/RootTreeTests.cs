using System.Formats.Tar;
using Containerize.Debian.Archive;
using Containerize.Layers;
using Containerize.Storage;
using Containerize.Testing.Debian;
using Containerize.Tests.Layers;

namespace Containerize.Tests.Debian.Rootfs;

/// <summary>Packages leave directories alone that the base has, as dpkg does, whether the base is read or the lock knows them.</summary>
[TestClass]
internal sealed class RootTreeTests
{
    private const int Sticky = 0b001_111_111_111;
    private const int Private = 0b111_000_000;

    private static readonly TarEntry[] s_unusual =
    [
        LockedBase.Directory("srv", Sticky),
        LockedBase.Directory("srv/data", Private, 7, 8),
        LockedBase.Directory("var/lib", Private),
    ];

    private static TestPackage Tool() => new TestPackage("tool").Directory("srv").Directory("srv/data").File("srv/data/tool", "new");

    [TestMethod]
    public async Task A_directory_of_the_base_keeps_mode_and_owner()
    {
        using var build = new LockedBase(LockedBase.Image(s_unusual), Tool());

        var entries = (await BuildAllWaysAsync(build)).ToDictionary(entry => entry.Name.TrimEnd('/'));

        Assert.AreEqual(((UnixFileMode)Sticky, 0, 0), How(entries["srv"]));
        Assert.AreEqual(((UnixFileMode)Private, 7, 8), How(entries["srv/data"]));
        Assert.AreEqual(((UnixFileMode)0b111_101_101, 0, 0), How(entries["var"]), "It is as the packages have it.");
        Assert.AreEqual(((UnixFileMode)Private, 0, 0), How(entries["var/lib"]), "What is generated lies in directories too.");
        CollectionAssert.AreEqual(
            new[] { "srv 1777 0:0", "srv/data 700 7:8", "var/lib 700 0:0" },
            DebianLock.Read(build.LockFile)!.Sets.Single().BaseDirectories!.Select(each => $"{each.Key} {each.Value}").ToArray());
    }

    [TestMethod]
    [DataRow("usr/share/doc/tool", "other")]
    [DataRow("lib", "usr/lib")]
    public async Task A_directory_of_the_base_stays_where_a_package_has_a_link(string path, string target)
    {
        using var build = new LockedBase(
            LockedBase.Image([LockedBase.Directory(path)]),
            new TestPackage("tool").Link(path, target).File("usr/bin/tool", "new"),
            new TestPackage("what").File($"{path}/what", "new"));

        var names = (await BuildAllWaysAsync(build)).ConvertAll(entry => entry.Name.TrimEnd('/'));

        Assert.Contains($"{path}/what", names);
        Assert.Contains("usr/bin/tool", names);
        Assert.IsFalse(names.Exists(name => name.StartsWith($"{path}/other", StringComparison.Ordinal) || name == $"{target}/what"));
    }

    [TestMethod]
    public async Task A_link_over_a_directory_of_the_base_is_not_in_the_layer()
    {
        using var build = new LockedBase(
            LockedBase.Image([LockedBase.Directory("usr/share/doc/tool")]), new TestPackage("tool").Link("usr/share/doc/tool", "other"));

        var entries = await BuildAllWaysAsync(build);

        Assert.IsFalse(entries.Exists(entry => entry.Name.TrimEnd('/') == "usr/share/doc/tool"));
    }

    [TestMethod]
    [DataRow("usr/share/tool", "../../srv/tool", "srv/tool")]
    [DataRow("usr/share/tool", "/srv/tool", "srv/tool")]
    [DataRow("usr/share", "/srv", "srv/tool")]
    public async Task A_link_of_the_base_to_a_directory_is_followed_wherever_it_is(string link, string target, string leadsTo)
    {
        var image = LockedBase.Image([LockedBase.Link(link, target), LockedBase.Directory("srv/tool", Private, 7, 8)]);
        using var build = new LockedBase(
            image, new TestPackage("tool").Directory("usr/share").Directory("usr/share/tool").File("usr/share/tool/a", "new"));

        var entries = (await BuildAllWaysAsync(build)).ToDictionary(entry => entry.Name.TrimEnd('/'));

        Assert.AreEqual(((UnixFileMode)Private, 7, 8), How(entries[leadsTo]));
        Assert.IsTrue(entries.ContainsKey($"{leadsTo}/a"));
        Assert.IsFalse(entries.ContainsKey(link));
        Assert.AreEqual(target, DebianLock.Read(build.LockFile)!.Sets.Single().BaseLinks![link]);
    }

    [TestMethod]
    public async Task Bases_share_a_layer_unless_a_directory_matters_that_they_have_otherwise()
    {
        using var plain = new LockedBase(LockedBase.Image(), Tool());
        using var alike = new LockedBase(LockedBase.Image([LockedBase.Directory("srv"), LockedBase.Directory("mnt", Private)]), Tool());
        using var unusual = new LockedBase(LockedBase.Image(s_unusual), Tool());
        var layers = new List<(LayerContent Content, LayerRecord Record)>();

        foreach (var build in new[] { plain, alike, unusual })
        {
            using var packages = build.Open(plain["cache"]);
            var prepared = await build.PrepareAsync(packages, plain["cache"]);
            Assert.IsNull(build.Cache(plain["cache"]).Find(prepared.Content.Hash), "None takes the layer of another unseen.");
            var record = await prepared.WriteAsync(similar: null, CancellationToken.None);
            build.Cache(plain["cache"]).Add(prepared.Content, record);
            layers.Add((prepared.Content, record));
        }

        Assert.AreEqual(layers[0].Content.Hash, layers[1].Content.Hash);
        Assert.AreEqual(layers[0].Record.DiffId, layers[1].Record.DiffId);
        Assert.AreNotEqual(layers[0].Content.Hash, layers[2].Content.Hash);
        Assert.AreNotEqual(layers[0].Record.DiffId, layers[2].Record.DiffId);
    }

    [TestMethod]
    [DataRow(DebianLockMode.Locked)]
    [DataRow(DebianLockMode.ReadOnly)]
    [DataRow(DebianLockMode.Update)]
    public async Task A_lock_of_an_earlier_version_says_nothing_of_directories(DebianLockMode mode)
    {
        using var build = new LockedBase(LockedBase.Image(s_unusual), Tool());
        using var fresh = new LockedBase(LockedBase.Image(s_unusual), Tool());
        await File.WriteAllTextAsync(build.LockFile, (await File.ReadAllTextAsync(build.LockFile))
            .Replace("\"baseLinks\":", "\"fitsBase\": true, \"baseLinks\":", StringComparison.Ordinal));

        var (record, isMade) = await build.BuildAsync(mode: mode);
        var again = await build.BuildAsync(mode: mode);

        Assert.IsTrue(isMade);
        Assert.IsFalse(again.IsMade);
        Assert.AreEqual((await fresh.BuildAsync()).Record.DiffId, record.DiffId);
        Assert.AreEqual(mode == DebianLockMode.Update, DebianLock.Read(build.LockFile)!.Sets.Single().Fitted is not null);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("x\tsrv\t700 0:0\n")]
    [DataRow("d\tsrv\t999 0:0\n")]
    public async Task What_the_cache_knows_of_a_base_is_not_needed(string text)
    {
        using var build = new LockedBase(LockedBase.Image(s_unusual), Tool());
        var (record, _) = await build.BuildAsync();
        var fits = Path.Combine(build["cache"], RecordKind.Fit.Name);
        var fit = Directory.GetFiles(fits).Single();
        if (text.Length == 0)
        {
            File.Delete(fit);
        }
        else
        {
            new Record(build.Cache().Store, RecordKind.Fit, Containerize.Oci.Digest.Parse($"sha256:{Path.GetFileName(fit)}")).Write(text);
        }

        var again = await build.BuildAsync();

        Assert.IsTrue(again.IsMade);
        Assert.AreEqual(record.DiffId, again.Record.DiffId);
    }

    private static (UnixFileMode Mode, int User, int Group) How(TarEntry entry) => (entry.Mode, entry.Uid, entry.Gid);

    /// <summary>Builds with a lock that may not be written, from the cache, with one that is written, and from that alone.</summary>
    private static async Task<List<TarEntry>> BuildAllWaysAsync(LockedBase build)
    {
        var first = await build.BuildAsync();
        Assert.IsNull(DebianLock.Read(build.LockFile)!.Sets.Single().Fitted);
        Assert.IsFalse((await build.BuildAsync()).IsMade);
        Assert.AreEqual(1, build.BaseReads);
        Assert.IsFalse((await build.BuildAsync(mode: DebianLockMode.Update)).IsMade);
        var fromLock = await build.BuildAsync("another cache");

        Assert.IsTrue(fromLock.IsMade);
        Assert.AreEqual(1, build.BaseReads, "The lock says what of the base matters.");
        Assert.AreEqual(first.Record.DiffId, fromLock.Record.DiffId);
        return [.. LayerFixture.Entries(fromLock.Record)];
    }
}
