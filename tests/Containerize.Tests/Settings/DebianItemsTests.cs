using Containerize.Debian.Archive;
using Containerize.Settings;

namespace Containerize.Tests.Settings;

[TestClass]
internal sealed class DebianItemsTests
{
    [TestMethod]
    public void Packages_have_one_order_whatever_the_projects_is_and_a_version_chooses_one()
    {
        using var lab = new SettingsLab()
            .Add(ItemKind.DebianPackage, "tzdata")
            .Add(ItemKind.DebianPackage, "curl", ("Version", "8.1-2"))
            .Add(ItemKind.DebianPackage, "tzdata")
            .Add(ItemKind.Debian, "debian", ("IsInvariant", "True"), ("LockMode", "Locked"));

        var settings = DebianItems.Read(lab.Project);

        CollectionAssert.AreEqual(new[] { "curl=8.1-2", "tzdata" }, settings.Packages.ToList());
        Assert.IsTrue(settings.IsInvariant);
        Assert.IsFalse(settings.IsNative);
        Assert.AreEqual(DebianLockMode.Locked, settings.LockMode);
        Assert.AreEqual(Path.Combine(lab.Directory, DebianLock.FileName), settings.LockFile);
    }

    [TestMethod]
    [DataRow("bookworm", "")]
    [DataRow("", "corp.asc")]
    public void A_source_needs_a_suite_and_a_keyring(string suite, string keyring)
    {
        using var lab = new SettingsLab().Add(ItemKind.DebianSource, "https://packages.example", ("Suite", suite), ("Keyring", keyring));

        lab.RefusesValue(DebianItems.Read, "ContainerizeDebianSource 'https://packages.example'", "Keyring");
    }

    [TestMethod]
    [DataRow("packages.example")]
    [DataRow("ftp://packages.example")]
    [DataRow("https://packages.example/?a=b")]
    public void A_source_needs_an_address(string address)
    {
        using var lab = new SettingsLab().Add(ItemKind.DebianSource, address, ("Suite", "bookworm"), ("Keyring", "corp.asc"));

        lab.RefusesValue(DebianItems.Read, "ContainerizeDebianSource", "not the address of an archive");
    }

    [TestMethod]
    public void Files_that_hold_no_keys_and_no_certificates_are_refused()
    {
        using var keys = new SettingsLab().Add(
            ItemKind.DebianSource, "https://packages.example", ("Suite", "bookworm"), ("Keyring", "corp.asc"));
        using var certificates = new SettingsLab().Add(ItemKind.CaCertificate, "corp.crt");
        keys.Write("corp.asc", "no keys");
        certificates.Write("corp.crt", "no certificate");

        keys.Refuses(DiagnosticCode.InvalidKeyring, DebianItems.Read, "corp.asc");
        certificates.Refuses(DiagnosticCode.InvalidCertificate, DebianItems.Read, "corp.crt");
    }
}
