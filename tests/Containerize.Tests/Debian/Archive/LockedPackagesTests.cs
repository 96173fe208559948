using System.Text;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;

namespace Containerize.Tests.Debian.Archive;

/// <summary>A lock gives the same packages everywhere, and says so when it cannot.</summary>
[TestClass]
internal sealed class LockedPackagesTests
{
    private const string Set = """
        {"version":1,"release":"bookworm","sources":[],"sets":[{"use":"u","architecture":"a","packages":[],
        "request":"sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","base
        """;

    private static SignedArchive Archive() =>
        new SignedArchive().Add("hello", "2.10-3", "Depends: libc6, libgreet").Add("libc6", "2.36").Add("libgreet").Add("other").Publish();

    private static async Task<(LockedSet Set, IReadOnlyList<string> Contents)> GetAsync(
        SignedArchive archive,
        string cache,
        DebianLockMode mode = DebianLockMode.Update,
        bool isOffline = false,
        string package = "hello",
        params (string, Uri)[] snapshots)
    {
        using var downloader = archive.Downloader(cache, isOffline);
        var packages = new LockedPackages(archive.Open(downloader, snapshots), archive.LockFile, mode, archive.Reporter);
        var request = SignedArchive.Request(package);
        var (set, files) =
            await packages.FetchAsync(request, await packages.ChooseAsync(request, CancellationToken.None), CancellationToken.None);
        return (set, [.. files.Select(file => File.ReadAllText(file.Path))]);
    }

    private static void LoseArchiveIndexes(SignedArchive archive) => Directory.Delete(Path.Combine(archive.Root, "dists"), recursive: true);

    [TestMethod]
    public async Task A_lock_is_written_sorted_and_names_no_host()
    {
        using var archive = Archive();

        await GetAsync(archive, "cache");

        var text = await File.ReadAllTextAsync(archive.LockFile);
        Assert.DoesNotContain(archive.Root, text);
        Assert.DoesNotContain("file:", text);
        var read = DebianLock.Read(archive.LockFile)!;
        CollectionAssert.AreEqual(new[] { "hello", "libc6", "libgreet" }, read.Sets.Single().Packages.Select(package => package.Name)
            .ToArray());
        CollectionAssert.AreEqual(new[] { "hello" }, read.Sets[0].Packages[2].NeededBy.ToArray());
        Assert.IsEmpty(read.Sets[0].Packages[0].NeededBy);
        read.Write(archive.LockFile);
        Assert.AreEqual(text, await File.ReadAllTextAsync(archive.LockFile));
    }

    [TestMethod]
    public async Task A_lock_keeps_where_the_base_has_files_put()
    {
        using var archive = Archive();
        using var downloader = archive.Downloader();
        var request = SignedArchive.Request("hello") with
        {
            BaseLinks = new() { ["lib"] = "usr/lib" },
            BaseDiverted = new() { ["bin/sh"] = "bin/sh.distrib" },
        };

        await new LockedPackages(archive.Open(downloader), archive.LockFile, DebianLockMode.Update, archive.Reporter)
            .ChooseAsync(request, CancellationToken.None);

        var set = DebianLock.Read(archive.LockFile)!.Sets.Single();
        CollectionAssert.AreEqual(request.BaseLinks, set.BaseLinks);
        CollectionAssert.AreEqual(request.BaseDiverted, set.BaseDiverted);
    }

    [TestMethod]
    public async Task A_locked_build_reads_no_index()
    {
        using var archive = Archive();
        var (_, first) = await GetAsync(archive, "cache");
        LoseArchiveIndexes(archive);

        var (_, again) = await GetAsync(archive, "another-cache", DebianLockMode.Locked);

        CollectionAssert.AreEqual(first.ToList(), again.ToList());
    }

    [TestMethod]
    public async Task A_locked_build_stays_with_its_packages_when_the_archive_moves_on()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        archive.Add("hello", "3.0");
        archive.Publish();

        var (set, _) = await GetAsync(archive, "cache");

        Assert.AreEqual("2.10-3", set.Packages[0].Version);
        var (renewed, _) = await GetAsync(archive, "cache", DebianLockMode.Renew);
        Assert.AreEqual("3.0", renewed.Packages[0].Version);
    }

    [TestMethod]
    public async Task A_build_offline_takes_all_from_the_cache()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        Directory.Delete(archive.Root, recursive: true);

        var (_, contents) = await GetAsync(archive, "cache", isOffline: true);

        CollectionAssert.AreEqual(new[] { "hello 2.10-3 amd64", "libc6 2.36 amd64", "libgreet 1.0 amd64" }, contents.ToArray());
    }

    [TestMethod]
    public async Task A_damaged_package_in_the_cache_is_fetched_again()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        using (var downloader = archive.Downloader())
        {
            var file = await archive.Open(downloader)
                .TryFetchAsync(DebianLock.Read(archive.LockFile)!.Sets[0].Packages[0], CancellationToken.None);
            SignedArchive.Tamper(file!.Path);
        }

        var (_, contents) = await GetAsync(archive, "cache");

        Assert.AreEqual("hello 2.10-3 amd64", contents[0]);
    }

    [TestMethod]
    public async Task Another_wish_makes_a_lock_stale()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => GetAsync(archive, "cache", DebianLockMode.Locked, package: "other"));
        Assert.AreEqual(DiagnosticCode.DebianLockOutOfDate, failure.Code);

        var (set, _) = await GetAsync(archive, "cache", package: "other");
        Assert.AreEqual("other", set.Packages.Single().Name);
    }

    [TestMethod]
    public async Task Locked_mode_wants_a_lock()
    {
        using var archive = Archive();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GetAsync(archive, "cache", DebianLockMode.Locked));

        Assert.AreEqual(DiagnosticCode.DebianLockOutOfDate, failure.Code);
        Assert.IsFalse(File.Exists(archive.LockFile));
    }

    [TestMethod]
    public async Task A_read_only_lock_is_not_written()
    {
        using var archive = Archive();

        await GetAsync(archive, "cache", DebianLockMode.ReadOnly);

        Assert.IsFalse(File.Exists(archive.LockFile));
    }

    [TestMethod]
    public async Task A_locked_package_that_is_gone_is_chosen_again_with_a_warning()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        archive.Drop("hello", "2.10-3");
        archive.Add("hello", "3.0").Publish();

        var (set, contents) = await GetAsync(archive, "empty-cache");

        Assert.AreEqual("3.0", set.Packages.Single().Version);
        Assert.AreEqual("hello 3.0 amd64", contents.Single());
        var warning = archive.Reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.PackageGone, warning.Code);
        StringAssert.Contains(warning.Text, "hello 2.10-3");
        Assert.AreEqual("3.0", DebianLock.Read(archive.LockFile)!.Sets.Single().Packages.Single().Version);
    }

    [TestMethod]
    public async Task A_locked_package_that_is_gone_fails_in_locked_mode()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        archive.Drop("hello", "2.10-3");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GetAsync(archive, "empty-cache", DebianLockMode.Locked));

        Assert.AreEqual(DiagnosticCode.PackageGone, failure.Code);
        var (_, cached) = await GetAsync(archive, "cache", DebianLockMode.Locked);
        Assert.HasCount(3, cached);
    }

    [TestMethod]
    public async Task A_locked_package_that_is_gone_comes_from_the_snapshot()
    {
        using var archive = Archive();
        using var snapshot = Archive();
        await GetAsync(archive, "cache");
        archive.Drop("hello", "2.10-3");

        var (set, _) = await GetAsync(archive, "empty-cache", DebianLockMode.Locked, snapshots: ("main", new Uri(snapshot.Root + "/")));

        Assert.AreEqual("2.10-3", set.Packages[0].Version);
        Assert.IsEmpty(archive.Reporter.Warnings);
    }

    [TestMethod]
    public async Task A_locked_package_of_an_archive_that_the_build_does_not_know_is_explained()
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        await File.WriteAllTextAsync(archive.LockFile, (await File.ReadAllTextAsync(archive.LockFile))
            .Replace("\"archive\": \"main\"", "\"archive\": \"security\"", StringComparison.Ordinal));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GetAsync(archive, "empty-cache", DebianLockMode.Locked));

        Assert.AreEqual(DiagnosticCode.PackageGone, failure.Code);
        StringAssert.Contains(failure.Message, "no address for the archive 'security'");
    }

    [TestMethod]
    public async Task A_lock_that_cannot_be_written_is_a_warning_and_an_error_when_it_was_to_be_renewed()
    {
        using var archive = Archive();
        using var downloader = archive.Downloader();
        // A file where a directory should be stops everybody, root included.
        var lockFile = Path.Combine(archive.InRelease, DebianLock.FileName);

        var set = await new LockedPackages(archive.Open(downloader), lockFile, DebianLockMode.Update, archive.Reporter)
            .ChooseAsync(SignedArchive.Request("hello"), CancellationToken.None);

        Assert.HasCount(3, set.Packages);
        var warning = archive.Reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.DebianLockNotWritten, warning.Code);
        StringAssert.Contains(warning.Text, lockFile);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            new LockedPackages(archive.Open(downloader), lockFile, DebianLockMode.Renew, archive.Reporter)
                .ChooseAsync(SignedArchive.Request("hello"), CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.DebianLockNotWritten, failure.Code);
    }

    [TestMethod]
    public async Task The_directory_of_a_lock_is_made()
    {
        using var archive = Archive();
        using var downloader = archive.Downloader();
        var lockFile = Path.Combine(archive.Root, "locks", "of", "packages.json");

        await new LockedPackages(archive.Open(downloader), lockFile, DebianLockMode.Update, archive.Reporter)
            .ChooseAsync(SignedArchive.Request("hello"), CancellationToken.None);

        Assert.HasCount(1, DebianLock.Read(lockFile)!.Sets);
        Assert.IsEmpty(archive.Reporter.Warnings);
    }

    [TestMethod]
    public async Task Builds_of_several_architectures_share_a_lock()
    {
        using var archive = Archive();
        using var downloader = archive.Downloader();
        var opened = archive.Open(downloader);
        await Task.WhenAll(new[] { "base", "packages", "third", "fourth" }.Select(use =>
            new LockedPackages(opened, archive.LockFile, DebianLockMode.Update, archive.Reporter)
                .ChooseAsync(SignedArchive.Request("hello") with { Use = use }, CancellationToken.None)));

        Assert.HasCount(4, DebianLock.Read(archive.LockFile)!.Sets);
        Assert.IsFalse(File.Exists(archive.LockFile + ".lock"));
    }

    [TestMethod]
    [DataRow("{")]
    [DataRow("null")]
    [DataRow("""{"version":2,"release":"bookworm","sources":[],"sets":[]}""")]
    [DataRow("""{"version":1,"release":"bookworm","sources":[],"sets":[null]}""")]
    [DataRow("""{"version":1,"release":"bookworm","sets":[{"use":"u","architecture":"a","request":"sha256:00","packages":[]}]}""")]
    [DataRow(Set + """Links":{"lib":null}}]}""")]
    [DataRow(Set + """Diverted":{"bin/sh":null}}]}""")]
    [DataRow(Set + """Directories":{"srv":null}}]}""")]
    [DataRow(Set + """Directories":{"srv":"drwxr-xr-x 0:0"}}]}""")]
    [DataRow(Set + """Directories":{"srv":"0888 0:0"}}]}""")]
    [DataRow(Set + """Directories":{"srv":"0755 -1:0"}}]}""")]
    [DataRow(Set + """Directories":{"srv":"17777 0:0"}}]}""")]
    public void A_damaged_lock_is_refused(string text)
    {
        using var directory = new Containerize.Testing.TemporaryDirectory();
        var path = directory.Write("lock.json", Encoding.UTF8.GetBytes(text));

        Assert.AreEqual(DiagnosticCode.InvalidDebianLock, Assert.ThrowsExactly<ContainerizeException>(() => DebianLock.Read(path)).Code);
    }

    [TestMethod]
    public void How_the_base_has_a_directory_is_a_mode_and_an_owner()
    {
        using var directory = new Containerize.Testing.TemporaryDirectory();
        var path = directory.Write("lock.json", Encoding.UTF8.GetBytes(Set + """Directories":{"srv":"2775 0:50"}}]}"""));

        var kept = DebianLock.Read(path)!.Sets.Single().Fitted!.Directories["srv"];

        Assert.AreEqual(new KeptDirectory((UnixFileMode)0b010_111_111_101, 0, 50), kept);
        Assert.AreEqual("2775 0:50", kept.ToString());
    }

    [TestMethod]
    [DataRow("../../etc/passwd")]
    [DataRow("/etc/passwd")]
    [DataRow("http://elsewhere/x.deb")]
    public async Task A_lock_whose_path_leaves_the_archive_is_refused(string path)
    {
        using var archive = Archive();
        await GetAsync(archive, "cache");
        await File.WriteAllTextAsync(archive.LockFile, (await File.ReadAllTextAsync(archive.LockFile))
            .Replace("pool/hello_2.10-3.deb", path, StringComparison.Ordinal));

        Assert.AreEqual(
            DiagnosticCode.InvalidDebianLock, Assert.ThrowsExactly<ContainerizeException>(() => DebianLock.Read(archive.LockFile)).Code);
    }
}
