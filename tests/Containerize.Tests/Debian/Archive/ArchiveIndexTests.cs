namespace Containerize.Tests.Debian.Archive;

/// <summary>What a signed release file names is found, and counts only as it is named there.</summary>
[TestClass]
internal sealed class ArchiveIndexTests
{
    private static readonly DateTimeOffset s_lastYear = DateTimeOffset.UtcNow.AddYears(-1);

    private static SignedArchive Archive(ArchiveKey? key = null) =>
        new SignedArchive { Key = key ?? new ArchiveKey(s_lastYear) }.Add("hello", "2.10-3");

    [TestMethod]
    [DataRow(".gz", false)]
    [DataRow(".zst", true)]
    [DataRow("", true)]
    public async Task A_signed_archive_gives_its_packages_in_each_form(string form, bool hasSubkey)
    {
        using var archive = Archive(new ArchiveKey(s_lastYear, hasSubkey: hasSubkey));
        archive.Form = form;
        archive.Publish();

        var set = await archive.ResolveAsync("hello");

        Assert.AreEqual("hello 2.10-3", set.Packages.Single().ToString());
    }

    [TestMethod]
    public async Task An_archive_of_Ubuntu_gives_the_packages_of_both_its_components()
    {
        // Its updates have the codename of the release itself.
        using var archive = new SignedArchive
        {
            Suite = "noble-updates",
            SuiteName = "noble-updates",
            Codename = "noble",
            Components = ["main", "universe"],
            ByHash = true,
            Architectures = "amd64 i386",
        }
            .Add("hello", fields: "Depends: libhello\nPhased-Update-Percentage: 10", component: "universe").Add("libhello").Publish();

        var set = await archive.ResolveAsync("hello");

        CollectionAssert.AreEqual(new[] { "hello 1.0", "libhello 1.0" }, set.Packages.Select(package => package.ToString()).ToArray());
    }

    [TestMethod]
    public async Task A_changed_index_is_refused()
    {
        using var archive = Archive().Publish();
        SignedArchive.Tamper(archive.Index);

        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task An_index_that_unpacks_to_less_than_is_promised_is_refused()
    {
        using var archive = Archive();
        archive.Missing = 1;
        archive.Publish();

        Assert.AreEqual(DiagnosticCode.ArchiveDamaged, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task A_longer_index_is_refused()
    {
        using var archive = Archive().Publish();
        await File.AppendAllTextAsync(archive.Index, "more");

        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task A_changed_package_is_refused_and_not_kept()
    {
        using var archive = Archive().Publish();
        var set = await archive.ResolveAsync("hello");
        SignedArchive.Tamper(archive.Deb("hello", "2.10-3"));
        using var downloader = archive.Downloader();

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => archive.Open(downloader)
                .TryFetchAsync(set.Packages[0], CancellationToken.None));
            Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        }
    }

    [TestMethod]
    public async Task An_index_is_fetched_by_its_hash_while_the_mirror_changes()
    {
        using var archive = Archive();
        archive.ByHash = true;
        archive.Publish();
        SignedArchive.Tamper(archive.Index);

        Assert.HasCount(1, (await archive.ResolveAsync("hello")).Packages);
    }

    [TestMethod]
    public async Task A_flat_archive_is_read_and_gives_only_the_wanted_architecture()
    {
        using var archive = new SignedArchive { Suite = "deb/" };
        archive.Add("hello", "2.0", architecture: "arm64").Add("hello", "1.0").Publish();

        Assert.AreEqual("hello 1.0", (await archive.ResolveAsync("hello")).Packages.Single().ToString());
    }

    [TestMethod]
    public async Task Packages_for_all_architectures_are_found_in_an_index_of_their_own()
    {
        using var archive = new SignedArchive { Architectures = "amd64 all" };
        archive.Add("hello", fields: "Depends: hello-data").Add("hello-data", architecture: "all").Publish();

        Assert.HasCount(2, (await archive.ResolveAsync("hello")).Packages);
    }

    [TestMethod]
    public async Task A_damaged_index_that_is_signed_is_refused()
    {
        using var archive = Archive();
        archive.Form = "";
        archive.Publish(text => archive.Key.ClearSign(text.Replace("/Packages", "/Packages.xz", StringComparison.Ordinal)));
        File.Move(archive.Index, archive.Index + ".xz");

        Assert.AreEqual(DiagnosticCode.ArchiveDamaged, (await archive.RefusedAsync()).Code);
    }

    [TestMethod]
    public async Task A_component_or_architecture_that_the_archive_lacks_is_named()
    {
        using var archive = Archive();
        archive.Architectures = "arm64";
        archive.Publish();

        var failure = await archive.RefusedAsync();

        Assert.AreEqual(DiagnosticCode.ArchiveDamaged, failure.Code);
        StringAssert.Contains(failure.Message, "binary-amd64");
    }
}
