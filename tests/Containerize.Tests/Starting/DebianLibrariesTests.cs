using Containerize.Starting;

namespace Containerize.Tests.Starting;

/// <summary>The package that has a library, in each release of Debian and Ubuntu; a name that a release lacks is not said.</summary>
[TestClass]
internal sealed class DebianLibrariesTests
{
    // As in 'Packages' of each suite; unknown ones at the end.
    private static readonly (string Id, string Codename)[] s_suites =
    [
        ("debian", "bullseye"), ("debian", "bookworm"), ("debian", "trixie"), ("debian", "forky"), ("ubuntu", "focal"), ("ubuntu", "jammy"),
        ("ubuntu", "noble"), ("ubuntu", "resolute"), ("debian", "duke"), ("debian", "buster"),
    ];

    [TestMethod]
    [DataRow("libicuuc.so.", "libicu67 libicu72 libicu76 libicu78 libicu66 libicu70 libicu74 libicu78 - -")]
    [DataRow("libicuuc.so.72", "- libicu72 - - - - - - - -")]
    [DataRow("libssl.so.3", "- libssl3 libssl3t64 libssl3t64 - libssl3 libssl3t64 libssl3t64 - -")]
    [DataRow("libssl.so.1.1", "libssl1.1 - - - libssl1.1 - - - - -")]
    [DataRow("libldap-2.5.so.0", "- libldap-2.5-0 - - - libldap-2.5-0 - - - -")]
    [DataRow("libldap.so.2", "- - libldap2 libldap2 - - libldap2 libldap2 - -")]
    [DataRow("libcurl.so.4",
        "libcurl4 libcurl4 libcurl4t64 libcurl4t64 libcurl4 libcurl4 libcurl4t64 libcurl4t64 libcurl4t64 libcurl4")]
    [DataRow("libaio.so.1", "libaio1 libaio1 - - libaio1 libaio1 - - - -")]
    [DataRow("libaio.so.1t64", "- - libaio1t64 libaio1t64 - - libaio1t64 libaio1t64 - -")]
    [DataRow("libtiff.so.6", "- libtiff6 libtiff6 libtiff6 - - libtiff6 libtiff6 - -")]
    [DataRow("libxml2.so.2", "libxml2 libxml2 libxml2 - libxml2 libxml2 libxml2 - - -")]
    [DataRow("libfontconfig.so.1",
        "libfontconfig1 libfontconfig1 libfontconfig1 libfontconfig1 libfontconfig1 libfontconfig1 libfontconfig1 libfontconfig1 "
            + "libfontconfig1 libfontconfig1")]
    [DataRow("libunheard.so.1", "- - - - - - - - - -")]
    public void A_library_is_in_a_package_whose_name_follows_the_release(string library, string expected) => Assert.AreEqual(
        expected,
        string.Join(' ', s_suites.Select(suite => DebianLibraries.PackageOf(library, new BaseRelease(suite.Id, suite.Codename)) ?? "-")));

    [TestMethod]
    [DataRow("bullseye", "libssl.so.1.1")]
    [DataRow("bookworm", "libssl.so.3")]
    [DataRow("duke", "libssl.so.3")]
    public void OpenSSL_is_the_one_that_the_release_has(string codename, string expected) =>
        Assert.AreEqual(expected, DebianLibraries.OpenSsl(new BaseRelease("debian", codename)));
}
