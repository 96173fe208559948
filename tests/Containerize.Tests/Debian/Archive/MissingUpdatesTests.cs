using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Testing;

namespace Containerize.Tests.Debian.Archive;

/// <summary>A part of an archive that is known to exist cannot be hidden; one that nothing is known of is missed loudly.</summary>
[TestClass]
internal sealed class MissingUpdatesTests : IDisposable
{
    private readonly SignedArchive _main = new SignedArchive().Add("hello").Publish();
    private readonly TemporaryDirectory _folder = new();
    private SignedArchive? _updates;

    public void Dispose()
    {
        _main.Dispose();
        _updates?.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow(ArchiveSources.Security, "bookworm-security")]
    [DataRow(ArchiveSources.Main, "bookworm-updates")]
    public async Task A_part_that_an_earlier_build_saw_is_missed(string name, string suite)
    {
        var part = Part(name, suite);
        await ResolveAsync(part);
        Hide();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ResolveAsync(part));

        Assert.AreEqual(DiagnosticCode.UpdatesHidden, failure.Code);
        Assert.Contains("an earlier build", failure.Message);
        Assert.Contains("ContainerizeDebianAllowMissingUpdates", failure.Message);
        Assert.IsEmpty(_main.Reporter.Warnings);
    }

    [TestMethod]
    [DataRow(ArchiveSources.Security, "bookworm-security")]
    [DataRow(ArchiveSources.Main, "bookworm-updates")]
    public async Task A_part_that_the_lock_was_chosen_from_is_missed_on_every_machine(string name, string suite)
    {
        var part = Part(name, suite);
        var (set, sources) = await ResolveAsync(part);
        Hide();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            ResolveAsync(part, "another machine", new DebianLock { Release = "bookworm", Sources = sources, Sets = [set] }));

        Assert.AreEqual(DiagnosticCode.UpdatesHidden, failure.Code);
        Assert.Contains("lock", failure.Message);
    }

    [TestMethod]
    [DataRow(ArchiveSources.Security, "bookworm-security", "security updates")]
    [DataRow(ArchiveSources.Main, "bookworm-updates", "lack updates")]
    public async Task A_part_that_nothing_is_known_of_is_a_warning(string name, string suite, string what)
    {
        var part = Part(name, suite);
        Hide();

        Assert.HasCount(1, (await ResolveAsync(part)).Set.Packages);

        var warning = _main.Reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.NoSecurityUpdates, warning.Code);
        Assert.Contains(what, warning.Text);
        Assert.Contains("ContainerizeDebianAllowMissingUpdates", warning.Text);
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_project_may_do_without_updates(bool wasThere)
    {
        var part = Part(ArchiveSources.Security, "bookworm-security");
        if (wasThere)
        {
            await ResolveAsync(part);
        }

        Hide();

        Assert.HasCount(1, (await ResolveAsync(part with { KnownFrom = "the test" }, allowsMissing: true)).Set.Packages);
        Assert.IsEmpty(_main.Reporter.Warnings);
    }

    [TestMethod]
    public async Task A_part_without_a_valid_signature_is_not_remembered()
    {
        var part = Part(ArchiveSources.Security, "bookworm-security");
        SignedArchive.Tamper(_updates!.InRelease);
        Assert.AreEqual(
            DiagnosticCode.ArchiveUnsigned, (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ResolveAsync(part))).Code);
        Hide();

        Assert.HasCount(1, (await ResolveAsync(part)).Set.Packages);
        Assert.HasCount(1, _main.Reporter.Warnings);
    }

    [TestMethod]
    [DataRow("deb http://d.example/debian bookworm main", "", "")]
    [DataRow("deb http://d.example/debian bookworm main\ndeb http://d.example/debian bookworm-updates main", "", "bookworm-updates")]
    [DataRow(
        "deb http://d.example/debian bookworm main\ndeb http://s.example/debian-security bookworm-security main", "", "bookworm-security")]
    [DataRow("deb http://d.example/debian trixie trixie-updates main\ndeb http://s.example/debian-security trixie-security main", "", "")]
    [DataRow("", "http://d.example/debian", "")]
    [DataRow("", "http://d.example/debian;http://s.example/debian-security", "bookworm-security")]
    [DataRow("", "amd64=http://d.example/debian;amd64=http://s.example/debian-security", "bookworm-security")]
    [DataRow("", "amd64=http://d.example/debian;http://s.example/debian", "")]
    public void Apt_and_the_project_say_which_parts_there_are(string apt, string mirror, string known)
    {
        _folder.Write("sources.list", apt.Replace("\\n", "\n", StringComparison.Ordinal) + "\n");

        var sources = ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror, _folder.FullName);

        Assert.AreEqual(known, string.Join(' ', sources.Where(source => source.KnownFrom is not null).Select(source => source.Suite)));
    }

    [TestMethod]
    [DataRow("bookworm", "http://d.example/debian", false)]
    [DataRow("bookworm", "http://d.example/debian/", false)]
    [DataRow("bookworm", "http://d.example/mirror", true)]
    [DataRow("trixie", "http://d.example/debian-remote/", true)]
    [DataRow("trixie", "http://debian.example/", true)]
    [DataRow("trixie", "http://d.example/mirror;http://d.example/mirror", false)]
    [DataRow("bookworm", "amd64=file:///srv/mirror", true)]
    [DataRow("noble", "http://d.example/mirror", false)]
    public void A_release_either_has_an_archive_of_security_updates_or_is_said_to_lack_one(string release, string mirror, bool lacks)
    {
        var sources = ArchiveSources.Of(DebianRelease.Find(release)!, "amd64", mirror);

        Assert.AreEqual(lacks, sources.Any(source => source.LacksSecurity));
        Assert.AreEqual(lacks, sources.All(source => source.Name != ArchiveSources.Security));
    }

    [TestMethod]
    [DataRow(null, false)]
    [DataRow("bookworm-updates", false)]
    [DataRow("bullseye-security", false)]
    [DataRow("bookworm-security", true)]
    public async Task A_mirror_without_security_updates_is_told_of_and_refused_where_the_lock_has_them(string? suite, bool isRefused)
    {
        LockedSource[] seen = suite is null ? []
            : [new(suite.EndsWith("-security", StringComparison.Ordinal) ? ArchiveSources.Security : ArchiveSources.Main, suite,
                DateTimeOffset.UnixEpoch, Containerize.Oci.Digest.Of("x"u8))];
        var locked = new DebianLock { Release = "bookworm", Sources = seen };

        if (isRefused)
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ResolveWithoutSecurityAsync(locked));
            Assert.AreEqual(DiagnosticCode.UpdatesHidden, failure.Code);
            Assert.Contains("<mirror>;<security mirror>", failure.Message);
        }
        else
        {
            await ResolveWithoutSecurityAsync(locked);
            var warning = _main.Reporter.Warnings.Single();
            Assert.AreEqual(DiagnosticCode.NoSecurityUpdates, warning.Code);
            Assert.Contains("lack security updates", warning.Text);
            Assert.Contains("<mirror>;<security mirror>", warning.Text);
        }

        var count = _main.Reporter.Warnings.Count;
        await ResolveWithoutSecurityAsync(locked, allowsMissing: true);
        Assert.HasCount(count, _main.Reporter.Warnings);
    }

    [TestMethod]
    [DataRow("amd64 arm64", false)]
    [DataRow("arm64 i386", true)]
    [DataRow("all", true)]
    public async Task A_part_that_has_nothing_for_the_architecture_is_a_warning_even_if_it_is_known(string architectures, bool isMissing)
    {
        var part = Part(ArchiveSources.Security, "bookworm-security");
        _updates!.Architectures = architectures;
        _updates.Publish();

        var (_, sources) = await ResolveAsync(part with { KnownFrom = "the test" });

        Assert.AreEqual(isMissing ? 1 : 0, _main.Reporter.Warnings.Count);
        Assert.AreEqual(isMissing ? 1 : 2, sources.Count);
        Assert.IsTrue(_main.Reporter.Warnings.All(warning => warning.Code == DiagnosticCode.NoSecurityUpdates
            && warning.Text.Contains("has no packages for amd64", StringComparison.Ordinal)));
    }

    private async Task ResolveWithoutSecurityAsync(DebianLock locked, bool allowsMissing = false)
    {
        using var downloader = _main.Downloader();
        await new DebianArchive([_main.Source with { LacksSecurity = true }], [], downloader, allowsMissingUpdates: allowsMissing)
            .ResolveAsync(SignedArchive.Request("hello"), locked, CancellationToken.None);
    }

    private ArchiveSource Part(string name, string suite)
    {
        _updates = new SignedArchive { Suite = suite, SuiteName = "stable" + suite["bookworm".Length..], Codename = suite }
            .Add("hello", "0.9").Publish();
        return _updates.Source with { Name = name, IsOptional = true };
    }

    private void Hide() => Directory.Delete(Path.Combine(_updates!.Root, "dists"), recursive: true);

    private async Task<(LockedSet Set, IReadOnlyList<LockedSource> Sources)> ResolveAsync(
        ArchiveSource part, string cache = "cache", DebianLock? locked = null, bool allowsMissing = false)
    {
        using var downloader = _main.Downloader(cache);
        return await new DebianArchive([_main.Source, part], [], downloader, allowsMissingUpdates: allowsMissing)
            .ResolveAsync(SignedArchive.Request("hello"), locked, CancellationToken.None);
    }
}
