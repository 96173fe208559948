using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.IntegrationTests.Tools;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests;

/// <summary>The whole command beside mirrors of the real archive that have, or hide, the security updates.</summary>
[TestClass]
[Requires("root", "apt-get", "unshare", "mount")]
internal sealed class HiddenUpdatesTests
{
    private const string Refused = "error CTZ5018:";
    private const string Warned = "warning CTZ5015:";

    [TestMethod]
    public async Task Hidden_security_updates_are_an_error_where_they_are_known_and_else_a_warning_that_names_the_switch()
    {
        var apt = new AptSources(ArchiveSources.MachineDirectory);
        var main = apt.Main(Distribution.Debian, "amd64")!;
        await using var whole = await ArchiveServer.StartAsync();
        var wholeMirror = whole.RedirectBelow("debian/", main);
        var security = whole.RedirectBelow("debian-security/", apt.Security(Distribution.Debian, "amd64")!);
        await using var hiding = await ArchiveServer.StartAsync();
        var hidingMirror = hiding.RedirectBelow("debian/", main);
        using var machines = new TemporaryDirectory();
        using var project = await ProjectAsync();
        var lockFile = Path.Combine(project.Directory, DebianLock.FileName);

        // Each machine has a cache of its own. The first one sees all, and writes the lock.
        var seen = await project.ContainerizeAsync(On(machines["first"], wholeMirror));
        AssertBuilt(seen);
        Assert.DoesNotContain(Warned, seen.Output);
        Assert.Contains("bookworm-security", await File.ReadAllTextAsync(lockFile));

        // Another package: the lock is no answer any more, but knows the archives that it was chosen from.
        var byLock = await project.ContainerizeAsync([.. On(machines["second"], hidingMirror), "--no-build", "-p:Further=tzdata"]);
        AssertRefused(byLock, "lock file");

        File.Delete(lockFile);
        var byProperty = await project.ContainerizeAsync(
            [.. On(machines["second"], hidingMirror, new Uri(hiding.Address, "debian-security/")), "--no-build"]);
        AssertRefused(byProperty, "ContainerizeDebianMirror names it");

        whole.On("debian-security/dists/bookworm-security/InRelease", ArchiveServer.Status(404));
        whole.On("debian-security/dists/bookworm-security/Release", ArchiveServer.Status(404));
        var byEarlierBuild = await project.ContainerizeAsync([.. On(machines["first"], wholeMirror), "--no-build"]);
        AssertRefused(byEarlierBuild, "earlier build");

        machines.Write("apt/sources.list", $"deb {wholeMirror} bookworm main\ndeb {security} bookworm-security main\n");
        var byApt = await Dotnet.RunWithAsync(
            ArchiveSources.MachineDirectory,
            machines["apt"],
            project.Directory,
            ["publish", "-t:Containerize", "--no-build", $"-p:ContainerizeCacheDirectory={machines["third"]}"]);
        AssertRefused(byApt, "apt sources");

        Assert.IsFalse(File.Exists(lockFile), "What was refused is not locked.");
        var unknown = await project.ContainerizeAsync([.. On(machines["fourth"], hidingMirror), "--no-build"]);
        AssertBuilt(unknown);
        Assert.Contains(Warned, unknown.Output);
        Assert.Contains("ContainerizeDebianAllowMissingUpdates", unknown.Output);

        File.Delete(lockFile);
        var allowed = await project.ContainerizeAsync(
            [.. On(machines["fifth"], hidingMirror), "--no-build", "-p:ContainerizeDebianAllowMissingUpdates=true"]);
        AssertBuilt(allowed);
        Assert.DoesNotContain(Warned, allowed.Output);
        void AssertBuilt(ProcessResult result)
        {
            Assert.AreEqual(0, result.ExitCode, result.Output);
            Assert.IsNotNull(ImageValidator.Check(project.Archive, baseLayers: 1).Single().Find("etc/services"), "of netbase");
        }
    }

    private static void AssertRefused(ProcessResult result, string why)
    {
        Assert.AreNotEqual(0, result.ExitCode, result.Output);
        Assert.Contains(Refused, result.Output);
        Assert.Contains(why, result.Output);
    }

    private static string[] On(string cache, Uri mirror, Uri? security = null) =>
        [$"-p:ContainerizeCacheDirectory={cache}", $"-p:ContainerizeDebianMirror=\"{mirror}{(security is null ? "" : $";{security}")}\""];

    /// <summary>A project on a small base of Debian, with a package that needs no other.</summary>
    private static async Task<TestProject> ProjectAsync()
    {
        var project = await TestProject.ConsoleAsync("""
            <PropertyGroup><ContainerBaseImage>oci:base:base</ContainerBaseImage></PropertyGroup>
            <ItemGroup><ContainerizeDebianPackage Include="netbase;$(Further)" /></ItemGroup>
            """);
        TestImage.WriteLayout(Path.Combine(project.Directory, "base"), ("base", TestImage.Create(TestLayer.Of(
            ("usr/lib/os-release", "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n"),
            ("var/lib/dpkg/status", "Package: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4\n")))));
        return project;
    }
}
