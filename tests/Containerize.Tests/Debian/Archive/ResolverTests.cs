using System.Text;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;

namespace Containerize.Tests.Debian.Archive;

/// <summary>Packages are chosen as apt chooses them without recommendations.</summary>
[TestClass]
internal sealed class ResolverTests
{
    private static string Package(string name, string version = "1.0", string fields = "", string architecture = "amd64") =>
        $"Package: {name}\nVersion: {version}\nArchitecture: {architecture}\n{(fields.Length > 0 ? fields + "\n" : "")}Filename: " +
        $"pool/{name}_{version}.deb\nSize: 1\nSHA256: {new string('0', 64)}\n";

    private static PackageIndex Index(params string[] packages) =>
        PackageIndex.Of(Encoding.UTF8.GetBytes(string.Join('\n', packages)), "main");

    private static string Resolve(string roots, PackageIndex[] indexes, string installed = "", params string[] left) =>
        string.Join(", ", new Resolver(indexes, InstalledSet.Read([installed], "amd64"), left.ToHashSet(), "amd64").Resolve(roots.Split(' '))
            .Select(package => package.Package));

    private static ContainerizeException Refused(string roots, PackageIndex[] indexes, string installed = "") =>
        Assert.ThrowsExactly<ContainerizeException>(() => Resolve(roots, indexes, installed));

    private static string Installed(string name, string version = "1.0", string fields = "", string architecture = "amd64") =>
        $"Package: {name}\nStatus: install ok installed\nVersion: {version}\n" +
        $"Architecture: {architecture}\n{(fields.Length > 0 ? fields + "\n" : "")}\n";

    [TestMethod]
    public void Dependencies_and_their_dependencies_are_added_and_recommendations_are_not() => Assert.AreEqual(
        "a 1.0, b 1.0, c 1.0, d 1.0",
        Resolve(
            "a",
            [Index(
                Package("a", fields: "Depends: b, c\nRecommends: r\nSuggests: r"),
                Package("b", fields: "Pre-Depends: d"),
                Package("c"),
                Package("d"),
                Package("r"))]));

    [TestMethod]
    public void The_highest_version_of_all_suites_is_taken() => Assert.AreEqual(
        "a 1.0-1+deb12u10",
        Resolve("a", [Index(Package("a", "1.0-1")), Index(Package("a", "1.0-1+deb12u9"), Package("a", "1.0-1+deb12u10"))]));

    [TestMethod]
    public void A_version_that_is_named_is_taken() =>
        Assert.AreEqual("a 1.0", Resolve("a=1.0", [Index(Package("a"), Package("a", "2.0"))]));

    [TestMethod]
    public void Of_alternatives_the_first_that_can_be_had_is_taken() =>
        Assert.AreEqual("a 1.0, c 1.0", Resolve("a", [Index(Package("a", fields: "Depends: b | c | d"), Package("c"), Package("d"))]));

    [TestMethod]
    public void An_alternative_that_is_chosen_already_is_enough() =>
        Assert.AreEqual("a 1.0, c 1.0", Resolve("a c", [Index(Package("a", fields: "Depends: b | c"), Package("b"), Package("c"))]));

    [TestMethod]
    public void What_leaves_no_choice_is_chosen_before_what_leaves_one() =>
        Assert.AreEqual(
            "a 1.0, c 1.0, d 1.0",
            Resolve(
                "a", [Index(Package("a", fields: "Depends: b | c, d"), Package("b"), Package("c"), Package("d", fields: "Depends: c"))]));

    [TestMethod]
    public void What_the_base_has_is_enough() =>
        Assert.AreEqual("a 1.0", Resolve("a", [Index(Package("a", fields: "Depends: b (>= 1)"), Package("b", "2.0"))], Installed("b")));

    [TestMethod]
    public void What_the_base_provides_is_enough() =>
        Assert.AreEqual(
            "a 1.0",
            Resolve(
                "a",
                [Index(Package("a", fields: "Depends: mta"), Package("b", fields: "Provides: mta"))],
                Installed("x", fields: "Provides: mta")));

    [TestMethod]
    public void What_was_removed_from_the_base_is_not_there() =>
        Assert.AreEqual(
            "a 1.0, b 1.0",
            Resolve(
                "a",
                [Index(Package("a", fields: "Depends: b"), Package("b"))],
                "Package: b\nStatus: deinstall ok config-files\nVersion: 1.0\n"));

    [TestMethod]
    public void The_paragraphs_of_status_d_have_no_status() =>
        Assert.AreEqual("a 1.0", Resolve("a", [Index(Package("a", fields: "Depends: b"), Package("b"))], "Package: b\nVersion: 1.0\n"));

    [TestMethod]
    public void A_package_that_is_provided_in_the_right_version_is_enough() => Assert.AreEqual(
        "a 1.0, c 1.0",
        Resolve(
            "a",
            [Index(
                Package("a", fields: "Depends: v (>= 2)"),
                Package("b", fields: "Provides: v (= 1)"),
                Package("c", fields: "Provides: v (= 2)"),
                Package("d", fields: "Provides: v"))]));

    [TestMethod]
    public void A_folded_field_is_read_whole() =>
        Assert.AreEqual(
            "a 1.0, b 1.0", Resolve("a", [Index(Package("a", fields: "Depends: v"), Package("b", fields: "Provides: u,\n v,\n w"))]));

    [TestMethod]
    public void Of_providers_the_most_important_is_taken() => Assert.AreEqual(
        "a 1.0, c 1.0",
        Resolve(
            "a",
            [Index(
                Package("a", fields: "Depends: v"),
                Package("b", fields: "Provides: v\nPriority: optional"),
                Package("c", fields: "Provides: v\nPriority: required"))]));

    [TestMethod]
    public void Qualifiers_of_architectures_are_understood() =>
        Assert.AreEqual(
            "a 1.0, b 1.0, c 1.0",
            Resolve("a", [Index(Package("a", fields: "Depends: b:any, c:amd64 (>= 1)"), Package("b"), Package("c"))]));

    [TestMethod]
    public void What_only_scripts_need_is_left_out() =>
        Assert.AreEqual("a 1.0", Resolve("a", [Index(Package("a", fields: "Depends: debconf (>= 0.5) | debconf-2.0"))], "", "debconf"));

    [TestMethod]
    public void A_package_may_conflict_with_what_it_provides_itself() =>
        Assert.AreEqual("a 1.0", Resolve("a", [Index(Package("a", fields: "Provides: mta\nConflicts: mta"))]));

    [TestMethod]
    public void Packages_that_need_one_another_are_both_taken() =>
        Assert.AreEqual("a 1.0, b 1.0", Resolve("a", [Index(Package("a", fields: "Depends: b"), Package("b", fields: "Depends: a"))]));

    [TestMethod]
    public void A_package_that_no_archive_has_is_refused_with_the_chain_that_needs_it()
    {
        var failure = Refused("a", [Index(Package("a", fields: "Depends: b"), Package("b", fields: "Depends: nowhere (>= 3)"))]);

        Assert.AreEqual(DiagnosticCode.PackageUnknown, failure.Code);
        StringAssert.Contains(failure.Message, "nowhere (>= 3)");
        StringAssert.Contains(failure.Message, "b <- a");
    }

    [TestMethod]
    public void A_version_that_no_archive_has_is_refused()
    {
        var failure = Refused("a", [Index(Package("a", fields: "Depends: b (>= 2)"), Package("b"))]);

        Assert.AreEqual(DiagnosticCode.PackageUnsatisfiable, failure.Code);
        StringAssert.Contains(failure.Message, "b 1.0");
        StringAssert.Contains(
            Refused("z", [Index(Package("z", fields: "Depends: a"), Package("a", fields: "Depends: b (>= 2)"), Package("b"))]).Message,
            "needed by a <- z");
        Assert.AreEqual(DiagnosticCode.PackageUnsatisfiable, Refused("b=7", [Index(Package("b"))]).Code);
    }

    [TestMethod]
    public void Another_version_of_what_the_base_has_is_refused()
    {
        var failure = Refused("a", [Index(Package("a", fields: "Depends: b (>= 2)"), Package("b", "2.0"))], Installed("b"));

        Assert.AreEqual(DiagnosticCode.PackageUpgradeRefused, failure.Code);
        StringAssert.Contains(failure.Message, "b 1.0");
        StringAssert.Contains(
            Refused(
                "z",
                [Index(Package("z", fields: "Depends: a"), Package("a", fields: "Depends: b (>= 2)"), Package("b", "2.0"))],
                Installed("b")).Message,
            "needed by a <- z");
        Assert.AreEqual(DiagnosticCode.PackageUpgradeRefused, Refused("b=2.0", [Index(Package("b", "2.0"))], Installed("b")).Code);
    }

    [TestMethod]
    [DataRow("Conflicts: b")]
    [DataRow("Breaks: b (<< 2)")]
    [DataRow("Conflicts: v")]
    public void Packages_that_exclude_one_another_are_refused(string field)
    {
        var archive = Index(Package("a", fields: field), Package("b", fields: "Provides: v"));

        Assert.AreEqual(DiagnosticCode.PackageConflict, Refused("a b", [archive]).Code);
        Assert.AreEqual(DiagnosticCode.PackageConflict, Refused("a", [archive], Installed("b", fields: "Provides: v")).Code);
    }

    [TestMethod]
    public void A_conflict_names_who_needs_either_side()
    {
        var failure = Refused(
            "x y",
            [Index(
                Package("x", fields: "Depends: a"),
                Package("y", fields: "Depends: b"),
                Package("a", fields: "Conflicts: b"),
                Package("b"))]);

        StringAssert.Contains(failure.Message, "a <- x");
        StringAssert.Contains(failure.Message, "b <- y");
    }

    [TestMethod]
    public void What_the_base_cannot_stand_is_refused() =>
        Assert.AreEqual(
            DiagnosticCode.PackageConflict, Refused("a", [Index(Package("a"))], Installed("b", fields: "Breaks: a (<< 2)")).Code);

    [TestMethod]
    public void What_the_base_has_for_another_architecture_is_not_enough() => Assert.AreEqual(
        "a 1.0, b 2.0, c 1.0",
        Resolve(
            "a",
            [Index(Package("a", fields: "Depends: b, v"), Package("b", "2.0"), Package("c", fields: "Provides: v"))],
            Installed("b", "2.0", "Multi-Arch: same", architecture: "i386") + Installed(
                "d", fields: "Multi-Arch: same\nProvides: v", architecture: "i386")));

    [TestMethod]
    public void What_the_base_has_for_all_architectures_or_for_the_use_of_all_is_enough() => Assert.AreEqual(
        "a 1.0",
        Resolve(
            "a",
            [Index(Package("a", fields: "Depends: b, c, v"), Package("b"), Package("c"))],
            Installed("b", architecture: "all") + Installed("c", fields: "Multi-Arch: foreign\nProvides: v", architecture: "i386")));

    [TestMethod]
    public void A_package_of_both_architectures_is_taken_for_the_own_one()
    {
        var both = Installed("b", "2.0", "Multi-Arch: same") + Installed("b", "2.0", "Multi-Arch: same", architecture: "i386");

        Assert.AreEqual("a 1.0", Resolve("a", [Index(Package("a", fields: "Depends: b (>= 2)"), Package("b", "3.0"))], both));
        Assert.AreEqual(
            DiagnosticCode.PackageUpgradeRefused,
            Refused("a", [Index(Package("a", fields: "Depends: b (>= 3)"), Package("b", "3.0"))], both).Code);
    }

    [TestMethod]
    [DataRow("Multi-Arch: same", "2.0", false)]
    [DataRow("Multi-Arch: same", "1.0", true)]
    [DataRow("Multi-Arch: no", "2.0", true)]
    [DataRow("", "2.0", true)]
    public void What_cannot_be_there_for_two_architectures_is_refused(string field, string version, bool isRefused)
    {
        var archive = Index(Package("b", "2.0"));
        var installed = Installed("b", version, field, architecture: "i386");

        if (isRefused)
        {
            var failure = Refused("b", [archive], installed);
            Assert.AreEqual(DiagnosticCode.PackageConflict, failure.Code);
            StringAssert.Contains(failure.Message, "b:i386");
        }
        else
        {
            Assert.AreEqual("b 2.0", Resolve("b", [archive], installed));
        }
    }

    [TestMethod]
    public void What_the_base_has_for_another_architecture_may_exclude_a_package() =>
        Assert.AreEqual(
            DiagnosticCode.PackageConflict,
            Refused("a", [Index(Package("a"))], Installed("b", fields: "Breaks: a (<< 2)", architecture: "i386")).Code);

    [TestMethod]
    public void A_package_whose_path_leaves_the_archive_is_not_offered()
    {
        var evil = Package("a").Replace("Filename: pool/", "Filename: ../../", StringComparison.Ordinal);

        Assert.AreEqual(DiagnosticCode.PackageUnknown, Refused("a", [Index(evil)]).Code);
    }

    [TestMethod]
    [DataRow("1.0", "1.1")]
    [DataRow("1.9", "1.10")]
    [DataRow("1.0~rc1", "1.0")]
    [DataRow("1.0~~", "1.0~")]
    [DataRow("1.0-1", "1.0-1+deb12u1")]
    [DataRow("1.0-1~bpo12+1", "1.0-1")]
    [DataRow("9", "1:0")]
    [DataRow("1.0a", "1.0+")]
    [DataRow("0.0.9z", "0.0.9.1")]
    [DataRow("2.36-9+deb12u9", "2.36-9+deb12u10")]
    [DataRow("1.2-3-4", "1.2-4-1")]
    [DataRow("99999999999999999999998", "99999999999999999999999")]
    public void Versions_rank_as_dpkg_ranks_them(string first, string second)
    {
        Assert.IsTrue(new DebianVersion(first) < new DebianVersion(second));
        Assert.IsTrue(new DebianVersion(second) > new DebianVersion(first));
    }

    [TestMethod]
    [DataRow("1.0", "1.00")]
    [DataRow("0:1.0", "1.0")]
    [DataRow("1.0-0", "1.0")]
    public void Versions_that_are_written_differently_are_the_same(string one, string other) =>
        Assert.AreEqual(new DebianVersion(one), new DebianVersion(other));
}
