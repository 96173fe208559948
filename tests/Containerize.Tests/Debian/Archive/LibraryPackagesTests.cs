using Containerize.Debian.Archive;
using Containerize.Starting;

namespace Containerize.Tests.Debian.Archive;

/// <summary>The package that has a library is found in the archive that packages are taken from.</summary>
[TestClass]
internal sealed class LibraryPackagesTests : IDisposable
{
    private const string Lib = "usr/lib/x86_64-linux-gnu";

    private readonly SignedArchive _archive = new() { Architectures = "amd64 all" };
    private readonly SignedArchive _security = new() { Suite = "bookworm-security", Codename = "bookworm-security" };
    private readonly LaterClock _time = new();

    public void Dispose()
    {
        _archive.Dispose();
        _security.Dispose();
    }

    [TestMethod]
    [DataRow("libmagic.so.1", "libmagic1")]
    // One that loaders find before one that they do not.
    [DataRow("libgl.so.1", "libgl1")]
    // One that is called as its library before others; what only debuggers read is none.
    [DataRow("libtwo.so.1", "libtwo1 +libtwo-big")]
    [DataRow("libthree.so.1", "zz +abc +abcd")]
    [DataRow("libjvm.so", "openjdk @/usr/lib/jvm/server")]
    [DataRow("libother.so.1", "none")]
    [DataRow("libdebug.so.1", "none")]
    // From the list of the second suite, and from that of all architectures.
    [DataRow("libnew.so.2", "libnew2")]
    [DataRow("libscript.so", "libscript-dev")]
    public async Task A_library_is_in_the_package_whose_list_has_it(string library, string expected)
    {
        Publish();

        Assert.AreEqual(expected, await FindAsync(library));
    }

    [TestMethod]
    public async Task A_list_of_the_whole_suite_counts_for_the_components_that_packages_are_taken_from()
    {
        using var archive = new SignedArchive();
        archive.AddContents($"{Lib}/liba.so.1 multiverse/libs/liba1\n{Lib}/libb.so.1 libs/libb1\n", "Contents-amd64").Publish();

        Assert.AreEqual("none libb1", await FindAsync("liba.so.1 libb.so.1", [archive]));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(".zst")]
    public async Task A_list_is_read_in_all_forms(string form)
    {
        using var archive = new SignedArchive { Form = form };
        archive.AddContents($"{Lib}/liba.so.1 libs/liba1\n").Publish();

        Assert.AreEqual("liba1", await FindAsync("liba.so.1", [archive]));
    }

    [TestMethod]
    public async Task A_damaged_list_is_no_failure_and_its_packages_are_not_trusted()
    {
        Publish();
        SignedArchive.Tamper(_archive.PathOf("main/Contents-amd64.gz"));

        Assert.AreEqual("open", await FindAsync("libmagic.so.1"));

        Assert.Contains("Contents-amd64.gz", string.Join('\n', _archive.Reporter.Details));
        Assert.IsEmpty(_archive.Reporter.Warnings);
    }

    [TestMethod]
    public async Task A_missing_list_leaves_the_name_that_a_package_of_the_library_has()
    {
        using var archive = new SignedArchive();
        archive.Add("libfoo2-3").Add("libbar1t64").Publish();

        Assert.AreEqual("libfoo2-3? libbar1t64? open", await FindAsync("libfoo2.so.3 libbar.so.1 libnone.so.1", [archive]));
    }

    [TestMethod]
    public async Task An_answer_is_not_asked_for_again_within_a_day_and_after_it_only_where_the_lists_changed()
    {
        Publish();
        await FindAsync("libmagic.so.1 libother.so.1");
        Directory.Delete(Path.Combine(_archive.Root, "dists"), recursive: true);

        Assert.AreEqual("libmagic1 none", await FindAsync("libmagic.so.1 libother.so.1"));

        _time.Later += TimeSpan.FromDays(2);
        // The archive is gone: an old answer is better than none.
        Assert.AreEqual("libmagic1 none", await FindAsync("libmagic.so.1 libother.so.1"));

        _archive.AddContents($"{Lib}/libother.so.1 libs/libother1\n", "main/Contents-all").Publish();
        Assert.AreEqual("libmagic1 libother1", await FindAsync("libmagic.so.1 libother.so.1"));
    }

    [TestMethod]
    public async Task That_there_was_no_answer_is_not_trusted_for_long()
    {
        _archive.AddContents($"{Lib}/libmagic.so.1 libs/libmagic1\n");
        Assert.AreEqual("open", await FindAsync("libmagic.so.1", [_archive]));
        _archive.Publish();
        Assert.AreEqual("open", await FindAsync("libmagic.so.1", [_archive]));

        _time.Later += TimeSpan.FromHours(1);

        Assert.AreEqual("libmagic1", await FindAsync("libmagic.so.1", [_archive]));
    }

    [TestMethod]
    public async Task Nothing_of_an_archive_with_a_wrong_signature_is_used()
    {
        Publish();
        SignedArchive.Tamper(_archive.InRelease, at: 100);

        Assert.AreEqual("open", await FindAsync("libmagic.so.1"));
    }

    private void Publish()
    {
        _archive
            .AddContents(
                $"{Lib}/libmagic.so.1     libs/libmagic1\n"
                + $"{Lib}/primus/libgl.so.1 libs/a\n"
                + $"{Lib}/libgl.so.1  libs/libgl1\n"
                + "usr/lib32/libother.so.1 libs/lib32other\n"
                + $"{Lib}/libtwo.so.1 libs/libtwo-big,libs/libtwo1,debug/libtwo1-dbg\n"
                + $"{Lib}/libthree.so.1 libs/zz,libs/abcd,libs/abc\n"
                + $"{Lib}/debug/libdebug.so.1 debug/libdebug1-dbg\n"
                + "usr/lib/jvm/server/libjvm.so java/openjdk\n")
            .AddContents("usr/lib/libscript.so libdevel/libscript-dev\n", "main/Contents-all")
            .Publish();
        _security.AddContents($"{Lib}/libnew.so.2 libs/libnew2\n").Publish();
    }

    private async Task<string> FindAsync(string libraries, IReadOnlyList<SignedArchive>? archives = null)
    {
        IReadOnlyList<SignedArchive> all = archives ?? [_archive, _security];
        using var downloader = all[0].Downloader();
        var archive = new DebianArchive([.. all.Select(one => one.Source)], [], downloader);
        var asked = libraries.Split(' ');
        var found = await new LibraryPackages(archive, "amd64", all[0].Reporter, _time).FindAsync(asked, CancellationToken.None);
        return string.Join(' ', asked.Select(library => found.TryGetValue(library, out var package) ? Text(package) : "open"));
    }

    private static string Text(LibraryPackage? package) => package is null ? "none"
        : package.Name + (package.IsGuess ? "?" : "") + string.Concat(package.Others.Select(other => " +" + other))
            + (package.Directory is { } directory ? " @" + directory : "");

    private sealed class LaterClock : TimeProvider
    {
        internal TimeSpan Later { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Later;
    }
}
