using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.IntegrationTests.Tools;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.IntegrationTests;

/// <summary>The packages that have libraries are found in the archive that this machine's apt uses.</summary>
[TestClass]
[Requires("apt-get")]
internal sealed class LibraryPackageTests
{
    [TestMethod]
    [Timeout(300_000, CooperativeCancellation = true)]
    public async Task The_archive_of_this_machine_knows_the_packages_of_libraries()
    {
        using var directory = new TemporaryDirectory();
        var reporter = new RecordingReporter();
        using var downloader = new ArchiveDownloader(new BlobStore(directory["cache"]), new ArchiveOptions(), reporter);
        var archive = new DebianArchive(ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror: null), [], downloader);
        string[] libraries = ["libvips.so.42", "libmagic.so.1", "libpq.so.5", "libGLX.so.0", "libgdal.so.32", "libcuda.so.1.unheard"];

        var found = await new LibraryPackages(archive, "amd64", reporter).FindAsync(libraries, CancellationToken.None);

        Assert.AreEqual(
            "libvips42 libmagic1 libpq5 libglx0 libgdal32 -",
            string.Join(' ', libraries.Select(library => found[library]?.Name ?? "-")),
            string.Join('\n', reporter.Details));
        Assert.IsTrue(found.Values.All(package => package is null or { IsGuess: false, Directory: null }));
    }
}
