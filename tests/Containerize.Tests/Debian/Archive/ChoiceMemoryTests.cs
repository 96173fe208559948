using Containerize.Debian.Archive;
using Containerize.Oci;

namespace Containerize.Tests.Debian.Archive;

/// <summary>
/// What was chosen from an archive need not be chosen again from the same archive; what it is, is asked and verified each time.
/// </summary>
[TestClass]
internal sealed class ChoiceMemoryTests : IDisposable
{
    private readonly SignedArchive _archive = new SignedArchive().Add("hello", fields: "Depends: libgreet").Add("libgreet").Publish();

    public void Dispose() => _archive.Dispose();

    private async Task<string> ChooseAsync(params string[] packages)
    {
        using var downloader = _archive.Downloader();
        var (set, sources) = await _archive.Open(downloader)
            .ResolveAsync(
                SignedArchive.Request(packages) with { BaseLinks = new() { ["lib"] = "usr/lib" } }, locked: null, CancellationToken.None);
        Assert.AreEqual("usr/lib", set.BaseLinks!["lib"]);
        Assert.AreEqual(_archive.Suite, sources.Single().Suite);
        return string.Join(", ", set.Packages.Select(package => $"{package} ({string.Join(' ', package.NeededBy)})"));
    }

    // Neither the archive nor the cache has them any more: a build that needs them fails.
    private void LoseIndexes()
    {
        Directory.Delete(_archive.PathOf("main"), recursive: true);
        Directory.Delete(Path.Combine(_archive.Cache, "blobs"), recursive: true);
    }

    [TestMethod]
    public async Task The_same_request_reads_no_index_again()
    {
        var first = await ChooseAsync("hello");
        LoseIndexes();

        Assert.AreEqual("hello 1.0 (), libgreet 1.0 (hello)", first);
        Assert.AreEqual(first, await ChooseAsync("hello"));
    }

    [TestMethod]
    public async Task Another_request_is_answered_again()
    {
        await ChooseAsync("hello");

        Assert.AreEqual("libgreet 1.0 ()", await ChooseAsync("libgreet"));
        LoseIndexes();
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ChooseAsync("hello", "libgreet"));
    }

    [TestMethod]
    public async Task Another_state_of_the_archive_is_seen()
    {
        await ChooseAsync("hello");
        _archive.Add("hello", "2.0").Publish();

        Assert.AreEqual("hello 2.0 ()", await ChooseAsync("hello"));
    }

    [TestMethod]
    public async Task A_damaged_memory_is_none()
    {
        var first = await ChooseAsync("hello");
        SignedArchive.Tamper(Directory.GetFiles(Path.Combine(_archive.Cache, "choices")).Single());

        Assert.AreEqual(first, await ChooseAsync("hello"));
        LoseIndexes();
        Assert.AreEqual(first, await ChooseAsync("hello"), "It is remembered again.");
    }

    [TestMethod]
    public async Task An_archive_that_must_not_be_used_is_refused_whatever_is_remembered()
    {
        await ChooseAsync("hello");
        var good = await File.ReadAllBytesAsync(_archive.InRelease);
        SignedArchive.Tamper(_archive.InRelease, 80);
        Assert.AreEqual(
            DiagnosticCode.ArchiveUnsigned, (await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ChooseAsync("hello"))).Code);

        await File.WriteAllBytesAsync(_archive.InRelease, good);
        using var downloader = _archive.Downloader();
        var newer = new DebianLock
        {
            Release = "bookworm",
            Sources = [new LockedSource("main", _archive.Suite, _archive.Date.AddHours(1), Digest.Of(good))],
        };
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => _archive.Open(downloader)
            .ResolveAsync(SignedArchive.Request("hello"), newer, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.ArchiveOutdated, failure.Code);
    }
}
