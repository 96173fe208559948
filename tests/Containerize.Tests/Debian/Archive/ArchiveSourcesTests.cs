using Containerize.Debian.Archive;
using Containerize.Debian.Model;

namespace Containerize.Tests.Debian.Archive;

/// <summary>A release is taken in all its parts, from the mirror that is named for its architecture.</summary>
[TestClass]
internal sealed class ArchiveSourcesTests
{
    [TestMethod]
    [DataRow(
        "bookworm",
        "http://a.example/debian",
        "main bookworm http://a.example/debian/ (main)",
        "main bookworm-updates http://a.example/debian/ (main)",
        "security bookworm-security http://a.example/debian-security/ (main)")]
    [DataRow(
        "bookworm",
        "http://a.example/debian/; http://s.example/sec",
        "main bookworm http://a.example/debian/ (main)",
        "main bookworm-updates http://a.example/debian/ (main)",
        "security bookworm-security http://s.example/sec/ (main)")]
    [DataRow(
        "trixie",
        "http://a.example/mirror",
        "main trixie http://a.example/mirror/ (main)",
        "main trixie-updates http://a.example/mirror/ (main)")]
    [DataRow(
        "noble",
        "http://a.example/mirror",
        "main noble http://a.example/mirror/ (main universe)",
        "main noble-updates http://a.example/mirror/ (main universe)",
        "security noble-security http://a.example/mirror/ (main universe)")]
    [DataRow(
        "jammy",
        "http://a.example/ubuntu;http://s.example/ubuntu",
        "main jammy http://a.example/ubuntu/ (main universe)",
        "main jammy-updates http://a.example/ubuntu/ (main universe)",
        "security jammy-security http://s.example/ubuntu/ (main universe)")]
    public void A_release_has_its_updates_and_its_security_updates(string release, string mirror, params string[] expected) =>
        CollectionAssert.AreEqual(expected, ArchiveSources.Of(DebianRelease.Find(release)!, "amd64", mirror)
            .Select(source => $"{source.Name} {source.Suite} {source.Address} ({string.Join(' ', source.Components)})").ToList());

    [TestMethod]
    [DataRow("http://a.example/ubuntu;arm64=http://p.example/ubuntu-ports")]
    [DataRow("arm64=http://p.example/ubuntu-ports ; http://a.example/ubuntu")]
    [DataRow("amd64=http://a.example/ubuntu;arm64=http://p.example/ubuntu-ports;http://no.example/ubuntu")]
    [DataRow("http://a.example/ubuntu;http://a.example/ubuntu;arm64=http://p.example/ubuntu-ports;arm64=http://p.example/ubuntu-ports")]
    public void A_mirror_may_be_for_one_architecture(string mirror)
    {
        foreach (
            var (architecture, address) in new[] { ("amd64", "http://a.example/ubuntu/"), ("arm64", "http://p.example/ubuntu-ports/") })
        {
            Assert.AreEqual(address, ArchiveSources.Of(DebianRelease.Find("noble")!, architecture, mirror)
                .Select(source => source.Address.AbsoluteUri).Distinct().Single());
        }
    }

    [TestMethod]
    public void An_equals_sign_in_an_address_is_a_part_of_it() =>
        Assert.AreEqual(
            "http://a.example/x=y/debian/",
            ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", "http://a.example/x=y/debian")[0].Address.AbsoluteUri);

    [TestMethod]
    public void An_architecture_without_a_mirror_is_refused()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => ArchiveSources.Of(
                DebianRelease.Find("noble")!, "s390x", "amd64=http://a.example/ubuntu;arm64=http://p.example/ubuntu-ports"));

        Assert.AreEqual(DiagnosticCode.NoDebianMirror, failure.Code);
        StringAssert.Contains(failure.Message, "s390x");
    }

    [TestMethod]
    public void What_is_no_address_is_refused() =>
        Assert.AreEqual(
            DiagnosticCode.InvalidProperty,
            Assert.ThrowsExactly<ContainerizeException>(
                () => ArchiveSources.Of(DebianRelease.Find("noble")!, "arm64", "http://a.example/ubuntu;arm64=ports")).Code);
}
