using System.Formats.Tar;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using System.Text;
using Containerize.Building;
using Containerize.Debian;
using Containerize.Debian.Model;
using Containerize.Debian.Rootfs;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Tests.Building;
using Containerize.Tests.Layers;
using Containerize.Trees;

namespace Containerize.Tests.Debian;

/// <summary>Packages and certificates on a base image.</summary>
[TestClass]
internal sealed class DebianLayerTests : IDisposable
{
    private const string OsRelease = "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n";

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [TestMethod]
    public async Task A_base_is_read_as_its_upper_layers_left_it()
    {
        var image = Base(
            Tar(
                [("usr/lib/os-release", OsRelease), ("var/lib/dpkg/status", "Package: old\nStatus: install ok installed\nVersion: 1\n"),
                    ("var/lib/dpkg/status.d/gone", "Package: gone\nVersion: 1\n")],
                new GnuTarEntry(TarEntryType.SymbolicLink, "./lib") { LinkName = "usr/lib" },
                new GnuTarEntry(TarEntryType.SymbolicLink, "bin") { LinkName = "usr/bin" }),
            Tar(
                [(
                    "var/lib/dpkg/status",
                    "Package: a\nStatus: install ok installed\nVersion: 2\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: " +
                    "1\n"), ("var/lib/dpkg/status.d/.wh.gone", ""), ("var/lib/dpkg/status.d/c", "Package: c\nVersion: 3\n"),
                        (".wh.bin", "")]));

        var dpkg =
            new DpkgBase(await ImageTree.ReadAsync(image, new BlobStore(_directory["cache"]), TreeParts.All, CancellationToken.None));

        CollectionAssert.AreEquivalent(new[] { "a", "c" }, dpkg.Installed("amd64").Packages.Select(package => package.Name).ToArray());
        Assert.AreEqual("bookworm", dpkg.Release().Codename);
        CollectionAssert.AreEqual(new[] { "lib" }, dpkg.Links.Keys);
    }

    [TestMethod]
    public async Task A_base_without_dpkg_is_refused() =>
        Assert.AreEqual(
            DiagnosticCode.NoDpkgBase, await PrepareFailureAsync(Base(Tar([("etc/os-release", "ID=alpine\nVERSION_ID=3.20\n")]))));

    [TestMethod]
    public async Task A_base_with_Windows_is_refused_before_it_is_read()
    {
        using var packages = Packages(new DebianSettings { LockFile = _directory["lock"], Packages = ["libx"] });
        var unread = new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, "no tar"u8.ToArray()), Digest.Of("x"u8));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            new DebianLayer(packages)
                .PrepareAsync(Context(Sample.Image(Platform.FromRuntimeIdentifier("win-x64"), [unread])), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.NoDpkgBase, failure.Code);
        Assert.Contains("Condition=", failure.Message);
    }

    [TestMethod]
    public async Task A_base_of_another_release_is_refused() =>
        Assert.AreEqual(
            DiagnosticCode.OtherRelease,
            await PrepareFailureAsync(
                Base(Tar([("etc/os-release", "ID=debian\nVERSION_ID=\"10\"\n"), ("var/lib/dpkg/status", "Package: a\nVersion: 2\n")]))));

    [TestMethod]
    public async Task A_base_of_Ubuntu_is_of_its_release()
    {
        var image = Base(
            Tar(
                [(
                    "usr/lib/os-release",
                    "PRETTY_NAME=\"Ubuntu 24.04.3 " +
                    "LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nVERSION_CODENAME=noble\nID=ubuntu\nID_LIKE=debian\n"),
                        ("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 2\n"),
                        ("var/lib/dpkg/info/a.list", "/.\n")]));

        var dpkg =
            new DpkgBase(await ImageTree.ReadAsync(image, new BlobStore(_directory["cache"]), TreeParts.All, CancellationToken.None));

        Assert.AreEqual(DebianRelease.Find("noble"), dpkg.Release());
    }

    [TestMethod]
    [DataRow("var/lib/chisel/manifest.wall", "anything")]
    [DataRow("var/lib/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 2\n")]
    public async Task A_chiseled_base_is_refused_even_if_it_has_notes_for_scanners(string path, string content)
    {
        using var packages = Packages(new DebianSettings { LockFile = _directory["lock"], Packages = ["libx"] });
        var image = Base(Tar([("etc/os-release", "ID=ubuntu\nVERSION_ID=\"24.04\"\n"), (path, content)]));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => new DebianLayer(packages)
            .PrepareAsync(Context(image), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.NoDpkgBase, failure.Code);
        StringAssert.Contains(failure.Message, "chiseled");
    }

    [TestMethod]
    public async Task A_base_of_packages_is_for_known_suites_and_platforms_only()
    {
        using var packages = Packages(new DebianSettings { LockFile = _directory["lock"] });
        var cache = new LayerCache(new BlobStore(_directory["cache"]));

        foreach (
            var (suite, platform) in new[]
            {
                ("potato", Sample.Amd64),
                ("bookworm", new Platform { Os = "linux", Architecture = "s390x" }),
            })
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
                () => new DebianBaseSource(suite, packages, cache, new LayerOptions()).OpenAsync(platform, CancellationToken.None));
            Assert.AreEqual(DiagnosticCode.UnknownSuite, failure.Code);
        }
    }

    [TestMethod]
    public async Task A_certificate_is_added_to_the_bases_bundle()
    {
        var corporate = Certificate("corp.crt");
        var image = Base(Tar([("etc/ssl/certs/ca-certificates.crt", "OTHERS")]));

        var entries = await WriteAsync(image, corporate);

        Assert.AreEqual("/etc/ssl/certs/ca-certificates.crt", entries["usr/lib/ssl/cert.pem"].LinkName);

        Assert.AreEqual(
            "OTHERS\n" + Encoding.ASCII.GetString(corporate.Pem.Span),
            Encoding.ASCII.GetString(LayerFixture.Content(entries["etc/ssl/certs/ca-certificates.crt"])));
        Assert.IsTrue(entries.ContainsKey("usr/local/share/ca-certificates/corp.crt"));
    }

    [TestMethod]
    public async Task Directories_and_links_of_the_base_stay_where_certificates_go()
    {
        const UnixFileMode Shared = (UnixFileMode)0b010_111_111_101;
        var image = Base(Tar(
            [("etc/ssl/certs/ca-certificates.crt", "OTHERS"), ("opt/authorities/x", "")],
            new GnuTarEntry(TarEntryType.Directory, "usr/local/") { Mode = Shared, Gid = 50 },
            new GnuTarEntry(TarEntryType.SymbolicLink, "usr/local/share") { LinkName = "/opt/authorities" }));

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var entries = await WriteAsync(image, Certificate("corp.crt"));

            Assert.IsTrue(entries.ContainsKey("opt/authorities/ca-certificates/corp.crt"));
            Assert.IsFalse(entries.ContainsKey("usr/local/share"));
        }

        image = Base(Tar(
            [("etc/ssl/certs/ca-certificates.crt", "OTHERS")],
            new GnuTarEntry(TarEntryType.Directory, "usr/local/") { Mode = Shared, Gid = 50 }));
        var local = (await WriteAsync(image, Certificate("corp.crt")))["usr/local"];
        Assert.AreEqual((Shared, 50), (local.Mode, local.Gid));
    }

    [TestMethod]
    public async Task A_base_without_a_bundle_is_refused()
    {
        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => WriteAsync(Base(Tar([("etc/x", "")])), Certificate("corp.crt")));

        Assert.AreEqual(DiagnosticCode.NoCertificateBundle, failure.Code);
    }

    [TestMethod]
    public void A_file_with_a_private_key_or_without_a_certificate_is_refused()
    {
        using var key = ECDsa.Create();

        foreach (
            var content in new[]
            {
                key.ExportPkcs8PrivateKeyPem(),
                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
                "-----BEGIN NOTHING-----\nAAAA\n-----END NOTHING-----\n",
                "nothing",
                "",
            })
        {
            Assert.AreEqual(
                DiagnosticCode.InvalidCertificate,
                Assert.ThrowsExactly<ContainerizeException>(() => CaCertificate.Read(_directory.Write("bad.crt", content))).Code);
        }
    }

    private static byte[] Tar(IEnumerable<(string Name, string Content)> files, params TarEntry[] more) =>
        Sample.Tar(files.Select(file => (file.Name, Encoding.UTF8.GetBytes(file.Content))), more);

    private static Image Base(params byte[][] tars) =>
        Sample.Image(
            Sample.Amd64, [.. tars.Select(tar => new Layer(new MemoryBlob(MediaTypes.OciLayerGzip, Sample.Gzip(tar)), Digest.Of(tar)))]);

    private static DebianPackages Packages(DebianSettings settings) =>
        new(settings, new BlobStore(Path.Combine(Path.GetDirectoryName(settings.LockFile)!, "cache")), new RecordingReporter());

    private CaCertificate Certificate(string name)
    {
        using var key = ECDsa.Create();
        using var certificate = new CertificateRequest("CN=Corp", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return CaCertificate.Read(_directory.Write(name, certificate.Export(X509ContentType.Cert)));
    }

    private LayerContext Context(Image image) =>
        new(
            Task.FromResult(new BaseImage(image, "base")),
            new LayerCache(new BlobStore(_directory["cache"])),
            FileHashes.Load(null),
            new LayerOptions());

    private async Task<DiagnosticCode> PrepareFailureAsync(Image image)
    {
        using var packages = Packages(new DebianSettings { LockFile = _directory["lock"], Packages = ["libx"] });
        return (
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => new DebianLayer(packages)
                .PrepareAsync(Context(image), CancellationToken.None))).Code;
    }

    private async Task<Dictionary<string, TarEntry>> WriteAsync(Image image, CaCertificate certificate)
    {
        using var packages = Packages(new DebianSettings { LockFile = _directory["lock"], Certificates = [certificate] });
        var prepared = await new DebianLayer(packages).PrepareAsync(Context(image), CancellationToken.None);
        return LayerFixture.Entries(await prepared.WriteAsync(similar: null, CancellationToken.None))
            .ToDictionary(entry => entry.Name.TrimEnd('/'), StringComparer.Ordinal);
    }
}
