using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Containerize.Debian.Archive;
using Containerize.Settings;
using Containerize.Tests.Debian.Archive;

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

    [TestMethod]
    [DataRow("https://b.example", "stable", "", "'project:stable'")]
    [DataRow("https://b.example", "stable", "project:stable", "'project:stable'")]
    [DataRow("https://b.example", "stable", "main", "the Name 'main'")]
    [DataRow("https://a.example", "other", "security", "the Name 'security'")]
    public void Archives_that_the_lock_could_not_tell_apart_are_refused(string address, string suite, string name, string text)
    {
        using var lab = Sources(address, suite, name);

        lab.RefusesValue(DebianItems.Read, "ContainerizeDebianSource", text, "Give");
    }

    [TestMethod]
    [DataRow("https://b.example", "stable", "b")]
    [DataRow("https://b.example", "testing", "")]
    [DataRow("https://a.example/", "stable", "")]
    [DataRow("https://b.example", "testing", "project:stable")]
    public void Archives_of_different_names_or_suites_or_of_one_address_are_told_apart(string address, string suite, string name)
    {
        using var lab = Sources(address, suite, name);

        Assert.HasCount(2, DebianItems.Read(lab.Project).Sources);
    }

    [TestMethod]
    public void Certificates_of_one_file_name_count_once_if_they_are_the_same()
    {
        var (one, other) = (Certificate(), Certificate());
        using var lab = new SettingsLab().Add(ItemKind.CaCertificate, "a/corp.crt").Add(ItemKind.CaCertificate, "b/corp.pem");
        lab.Write("a/corp.crt", one);
        lab.Write("b/corp.pem", one);

        Assert.AreEqual("corp", DebianItems.Read(lab.Project).Certificates.Single().Name);

        lab.Write("b/corp.pem", other);
        lab.Refuses(DiagnosticCode.InvalidCertificate, DebianItems.Read, "'a/corp.crt' and 'b/corp.pem'");
    }

    private static SettingsLab Sources(string address, string suite, string name)
    {
        var lab = new SettingsLab()
            .Add(ItemKind.DebianSource, "https://a.example", ("Suite", "stable"), ("Keyring", "corp.asc"))
            .Add(ItemKind.DebianSource, address, ("Suite", suite), ("Keyring", "corp.asc"), ("Name", name));
        using var archive = new SignedArchive();
        File.Copy(archive.Keyring, lab.Write("corp.asc", ""), overwrite: true);
        return lab;
    }

    private static string Certificate()
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=Corp", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return certificate.ExportCertificatePem();
    }
}
