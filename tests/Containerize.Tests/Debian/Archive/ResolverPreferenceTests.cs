using System.Text;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;

namespace Containerize.Tests.Debian.Archive;

/// <summary>Archives that say NotAutomatic, and relations that are for one architecture, count as for apt.</summary>
[TestClass]
internal sealed class ResolverPreferenceTests
{
    private static PackageIndex Index(int preference, params string[] packages) => PackageIndex.Of(
        Encoding.UTF8.GetBytes(string.Join('\n', packages.Select(package => package.Split(' ', 3)).Select(parts =>
            $"Package: {parts[0]}\nVersion: {parts[1]}\nArchitecture: amd64\n{(parts.Length > 2 ? parts[2] + "\n" : "")}" +
            $"Filename: pool/{parts[0]}_{parts[1]}.deb\nSize: 1\nSHA256: {new string('0', 64)}\n"))),
        "main",
        preference: preference);

    private static string Resolve(string roots, PackageIndex[] indexes, string installed = "") => string.Join(
        ", ",
        new Resolver(indexes, InstalledSet.Read([installed], "amd64"), new HashSet<string>(), "amd64").Resolve(roots.Split(' '))
            .Select(package => package.Package));

    [TestMethod]
    [DataRow("a", "a 1")]
    [DataRow("a=2~bpo", "a 2~bpo")]
    [DataRow("new", "new 3")]
    [DataRow("user", "a 1, user 1")]
    [DataRow("virtual-user", "stable-one 1, virtual-user 1")]
    [DataRow("both", "both 2")]
    public void Of_an_archive_that_is_not_automatic_only_what_no_other_has_is_taken(string root, string expected)
    {
        var stable = Index(
            DebianPackage.Preferred, "a 1", "user 1 Depends: a", "virtual-user 1 Depends: v", "stable-one 1 Provides: v");
        var backports = Index(100, "a 2~bpo", "new 3", "a-one 9 Provides: v", "stable-one 2 Provides: v", "both 2");
        var experimental = Index(1, "a 5", "new 4", "both 3");

        foreach (var indexes in new[] { new[] { stable, backports, experimental }, [experimental, backports, stable] })
        {
            Assert.AreEqual(expected, Resolve(root, indexes));
        }
    }

    [TestMethod]
    public void What_only_such_an_archive_could_satisfy_is_named()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() =>
            Resolve("user", [Index(DebianPackage.Preferred, "a 1", "user 1 Depends: a (>= 2~)"), Index(100, "a 2~bpo")]));

        Assert.AreEqual(DiagnosticCode.PackageUnsatisfiable, failure.Code);
        Assert.Contains("Include=\"a\" Version=\"2~bpo\"", failure.Message);
    }

    [TestMethod]
    [DataRow("", 500)]
    [DataRow("NotAutomatic: no", 500)]
    [DataRow("ButAutomaticUpgrades: yes", 500)]
    [DataRow("NotAutomatic: yes", 1)]
    [DataRow("NotAutomatic: yes\nButAutomaticUpgrades: yes", 100)]
    public void The_release_file_says_how_an_archive_is_preferred(string fields, int preference)
    {
        using var archive = new SignedArchive();
        var text = archive.Release([]).Replace("Origin: Test\n", $"Origin: Test\n{(fields.Length > 0 ? fields + "\n" : "")}",
            StringComparison.Ordinal);

        Assert.AreEqual(preference, ReleaseFile.Read(text, archive.Source, DateTimeOffset.UtcNow).Preference);
    }

    [TestMethod]
    [DataRow("Conflicts: b:i386", "", false)]
    [DataRow("Breaks: b:i386 (<< 2), b:armhf", "", false)]
    [DataRow("Conflicts: b:amd64", "", true)]
    [DataRow("Breaks: b:any (<< 2)", "", true)]
    [DataRow("Conflicts: b", "", true)]
    [DataRow("Conflicts: c:i386", "Package: c\nVersion: 1\nArchitecture: i386\n", true)]
    [DataRow("Conflicts: c:amd64", "Package: c\nVersion: 1\nArchitecture: i386\n", false)]
    [DataRow("Conflicts: c:amd64", "Package: c\nVersion: 1\nArchitecture: all\n", true)]
    [DataRow("Conflicts: c:i386", "Package: c\nVersion: 1\nArchitecture: amd64\n", false)]
    public void What_excludes_packages_of_one_architecture_excludes_no_others(string field, string installed, bool isRefused)
    {
        var archive = Index(DebianPackage.Preferred, $"a 1 {field}", "b 1");

        if (isRefused)
        {
            var failure = Assert.ThrowsExactly<ContainerizeException>(() => Resolve("a b", [archive], installed));
            Assert.AreEqual(DiagnosticCode.PackageConflict, failure.Code);
        }
        else
        {
            Assert.AreEqual("a 1, b 1", Resolve("a b", [archive], installed));
        }
    }

    [TestMethod]
    [DataRow("install ok installed", true)]
    [DataRow("hold ok installed", true)]
    [DataRow("install ok unpacked", true)]
    [DataRow("install ok half-configured", true)]
    [DataRow("install ok triggers-pending", true)]
    [DataRow("install ok triggers-awaited", true)]
    [DataRow("install reinstreq half-installed", false)]
    [DataRow("deinstall ok config-files", false)]
    [DataRow("purge ok not-installed", false)]
    public void A_package_of_the_base_is_there_when_its_files_are(string status, bool isThere) => Assert.AreEqual(
        isThere ? "a 1" : "a 1, b 1",
        Resolve("a", [Index(DebianPackage.Preferred, "a 1 Depends: b", "b 1")], $"Package: b\nStatus: {status}\nVersion: 1\n"));
}
