using System.Formats.Tar;
using System.Text;
using Containerize.Debian.Archive;
using Containerize.Debian.Rootfs;
using Containerize.Layers;
using Containerize.Testing.Debian;
using Containerize.Tests.Layers;

namespace Containerize.Tests.Debian;

/// <summary>Certificate authorities that packages bring are trusted as update-ca-certificates would have it.</summary>
[TestClass]
internal sealed class PackageAuthoritiesTests
{
    private const string Bundle = "etc/ssl/certs/ca-certificates.crt";
    private const string Update = "#!/bin/sh\nset -e\nupdate-ca-certificates\n";

    private static TestPackage Corporate(string path = "usr/local/share/ca-certificates/corp.crt", string script = Update) =>
        new TestPackage("corp").File(path, "CORP").Control("postinst", script);

    private static string BundleOf(LayerRecord layer) => Encoding.UTF8.GetString(LayerFixture.Content(Entry(layer, Bundle)!));

    private static TarEntry? Entry(LayerRecord layer, string path) => LayerFixture.Entries(layer).Find(entry => entry.Name == path);

    [TestMethod]
    [DataRow("usr/share/ca-certificates/corp/a.crt")]
    [DataRow("usr/local/share/ca-certificates/corp.crt")]
    [DataRow("usr/local/share/ca-certificates/corp/root.crt")]
    public async Task They_are_added_to_those_of_the_base(string path)
    {
        using var build = new LockedBase(LockedBase.Image((Bundle, "OTHERS")), Corporate(path));

        var (layer, _) = await build.BuildAsync();

        Assert.AreEqual("OTHERS\nCORP\n", BundleOf(layer));
        Assert.AreEqual("/" + Bundle, Entry(layer, "usr/lib/ssl/cert.pem")!.LinkName);
        Assert.IsEmpty(build.Reporter.Warnings);
    }

    [TestMethod]
    public async Task On_a_base_without_any_they_are_alone()
    {
        using var build = new LockedBase(LockedBase.Image(), Corporate());

        Assert.AreEqual("CORP\n", BundleOf((await build.BuildAsync()).Record));
    }

    [TestMethod]
    [DataRow("usr/local/share/ca-certificates/corp.txt")]
    [DataRow("usr/share/corp/corp.crt")]
    [DataRow("etc/ssl/certs/corp.pem")]
    public async Task What_the_script_would_not_find_is_not_added_and_the_script_is_named(string path)
    {
        using var build = new LockedBase(LockedBase.Image((Bundle, "OTHERS")), Corporate(path));

        var (layer, _) = await build.BuildAsync();

        Assert.IsNull(Entry(layer, Bundle));
        StringAssert.Contains(build.Reporter.Warnings.Single().Text, "corp (certificate authorities that programs trust)");
    }

    [TestMethod]
    public async Task Those_of_the_machine_come_behind_those_of_the_distribution_which_take_the_place_of_the_bases()
    {
        using var build = new LockedBase(
            LockedBase.Image((Bundle, "OTHERS")),
            new TestPackage("ca-certificates").File("usr/share/ca-certificates/mozilla/z.crt", "Z\n")
                .File("usr/share/ca-certificates/mozilla/a.crt", "A\n"),
            Corporate());

        Assert.AreEqual("A\nZ\nCORP\n", BundleOf((await build.BuildAsync()).Record));
        Assert.IsNull(DebianLock.Read(build.LockFile)!.Sets.Single().BaseBundle);
    }

    [TestMethod]
    public async Task Bases_that_differ_in_their_bundle_share_no_such_layer()
    {
        using var one = new LockedBase(LockedBase.Image((Bundle, "ONE")), Corporate());
        using var other = new LockedBase(LockedBase.Image((Bundle, "OTHER")), Corporate());
        foreach (var mode in new[] { DebianLockMode.ReadOnly, DebianLockMode.Update, DebianLockMode.Update, DebianLockMode.Locked })
        {
            Assert.AreEqual("ONE\nCORP\n", BundleOf((await one.BuildAsync(mode: mode)).Record));
            Assert.AreEqual("OTHER\nCORP\n", BundleOf((await other.BuildAsync(one["cache"], mode: mode)).Record));
        }

        var set = DebianLock.Read(one.LockFile)!.Sets.Single();
        Assert.AreEqual(Containerize.Oci.Digest.Of("ONE"u8).ToString(), set.BaseBundle);
        Assert.AreEqual("ONE\nCORP\n", BundleOf((await one.BuildAsync("another cache")).Record));
        Assert.IsFalse((await one.BuildAsync("another cache")).IsMade);
    }

    [TestMethod]
    public async Task A_lock_that_does_not_know_of_the_bases_bundle_learns_it()
    {
        using var one = new LockedBase(LockedBase.Image((Bundle, "ONE")), Corporate());
        using var other = new LockedBase(LockedBase.Image((Bundle, "OTHER")), Corporate());
        foreach (var build in new[] { one, other })
        {
            var lockFile = DebianLock.Read(build.LockFile)!;
            (lockFile with { Sets = [lockFile.Sets[0] with { BaseDirectories = [] }] }).Write(build.LockFile);
        }

        Assert.AreEqual("ONE\nCORP\n", BundleOf((await one.BuildAsync(mode: DebianLockMode.Update)).Record));
        Assert.AreEqual("OTHER\nCORP\n", BundleOf((await other.BuildAsync(one["cache"])).Record));
        Assert.IsNotNull(DebianLock.Read(one.LockFile)!.Sets[0].BaseBundle);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task OpenSSL_finds_them_on_a_root_from_nothing(bool isThere)
    {
        using var fixture = new PackageFixture();
        var package = new TestPackage("ca-certificates").File("usr/share/ca-certificates/a.crt", "A\n");
        package = isThere ? package.Link("usr/lib/ssl/cert.pem", "../../../etc/ssl/certs/own.pem") : package;

        var entries = await fixture.EntriesAsync(new NewRoot(), fixture.Add(package));

        Assert.AreEqual(isThere ? "../../../etc/ssl/certs/own.pem" : "/" + Bundle, entries["usr/lib/ssl/cert.pem"].LinkName);
    }
}
