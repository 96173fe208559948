using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Debian.Model;
using Containerize.Testing;

namespace Containerize.Tests.Debian.Apt;

/// <summary>The address of Debian's archive is found in whatever form apt has it, and what apt alone understands stops no build.</summary>
[TestClass]
internal sealed class AptSourcesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private string? Main => new AptSources(_directory.FullName).Main(Distribution.Debian, "amd64")?.AbsoluteUri;

    private string? Security => new AptSources(_directory.FullName).Security(Distribution.Debian, "amd64")?.AbsoluteUri;

    [TestMethod]
    [DataRow("deb http://a.example/debian bookworm main")]
    [DataRow("  deb\thttp://a.example/debian/\tbookworm\tcontrib  main non-free # a comment")]
    [DataRow("deb [arch=amd64,arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://a.example/debian stable main")]
    [DataRow("deb [ arch=amd64 ] http://a.example/debian bookworm main")]
    [DataRow(
        "# deb http://no.example/debian bookworm main\n#deb http://no.example/debian bookworm main\ndeb-src http://no.example/debian " +
        "bookworm main\ndeb http://a.example/debian trixie main\r\n")]
    [DataRow(
        "deb http://no.example/debian bookworm contrib # main\ndeb http://no.example/debian bookworm-backports main\ndeb " +
        "http://no.example/debian nodistro main\ndeb http://a.example/debian sid main")]
    [DataRow(
        "deb [signed-by=/etc/apt/keyrings/other.gpg] http://no.example/linux/debian bookworm main\ndeb http://a.example/debian bookworm " +
        "main")]
    [DataRow(
        "deb http://no.example/other bookworm main\ndeb [signed-by=/usr/share/keyrings/debian-archive-keyring.pgp] " +
        "http://a.example/debian bookworm main")]
    [DataRow("deb [arch=hurd-i386] http://no.example/ports bookworm main\ndeb http://a.example/debian bookworm main")]
    [DataRow(
        "deb cdrom:[Debian GNU/Linux 12.0.0 _Bookworm_ - Official amd64 DVD]/ bookworm main\ndeb tor+http://no.example/debian bookworm " +
        "main\ndeb mirror://no.example/list bookworm main\ndeb http://a.example/debian bookworm main")]
    public void A_line_gives_its_address(string list)
    {
        _directory.Write("sources.list", list);

        Assert.AreEqual("http://a.example/debian/", Main);
    }

    [TestMethod]
    [DataRow(
        "Types: deb\nURIs: http://a.example/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: " +
        "/usr/share/keyrings/debian-archive-keyring.gpg\n")]
    [DataRow(
        "# a comment\ntypes: deb deb-src\n# another\nuris:\n http://a.example/debian/\n http://b.example/debian/\nSuites:\n " +
        "trixie\nComponents: main contrib\nEnabled: yes\n")]
    [DataRow(
        "Types: deb\nURIs: http://no.example/debian\nSuites: bookworm\nComponents: main\nEnabled: no\n\nTypes: deb\nURIs: " +
        "http://no.example/debian\nSuites: bookworm\nComponents: main\nEnabled: FALSE\n\n\nTypes: deb\nURIs: " +
        "http://a.example/debian\nSuites: bookworm\nComponents: main\n")]
    [DataRow(
        "Types: deb-src\nURIs: http://no.example/debian\nSuites: bookworm\nComponents: main\n\nTypes: deb\nURIs: cdrom:[x] " +
        "http://a.example/debian\nSuites: bookworm\nComponents: main\n")]
    [DataRow(
        "Types: deb\nURIs: http://no.example/x\nSuites: bookworm\nComponents: main\nSigned-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n " +
        ".\n AAAA\n -----END PGP PUBLIC KEY BLOCK-----\n\nTypes: deb\nURIs: http://a.example/debian\nSuites: bookworm\nComponents: " +
        "main\n")]
    public void A_paragraph_gives_its_address(string sources)
    {
        _directory.Write("sources.list.d/debian.sources", sources.Replace("\n", Environment.NewLine, StringComparison.Ordinal));

        Assert.AreEqual("http://a.example/debian/", Main);
    }

    [TestMethod]
    [DataRow("deb http://a.example/debian bookworm main", "", "")]
    [DataRow("deb [check-valid-until=no] http://a.example/debian bookworm main", "", "bookworm bookworm-updates")]
    [DataRow("deb [arch=amd64 Check-Valid-Until=FALSE] http://a.example/debian bookworm main", "", "bookworm bookworm-updates")]
    [DataRow("deb [check-valid-until=yes] http://a.example/debian bookworm main", "", "")]
    [DataRow(
        "deb http://a.example/debian bookworm main\ndeb [check-valid-until=no] http://s.example/sec bookworm-security main", "",
        "bookworm-security")]
    [DataRow(
        "deb [check-valid-until=no] http://a.example/debian bookworm main\ndeb [check-valid-until=yes] http://a.example/debian " +
        "bookworm-updates main", "", "bookworm")]
    [DataRow(
        "deb http://a.example/debian bookworm main", "Acquire::Check-Valid-Until \"false\";",
        "bookworm bookworm-updates bookworm-security")]
    [DataRow(
        "deb [check-valid-until=yes] http://a.example/debian bookworm main", "Acquire::Check-Valid-Until \"false\";",
        "bookworm-security")]
    public void Apt_says_whose_end_of_validity_does_not_count(string list, string configuration, string expected)
    {
        _directory.Write("sources.list", list);
        _directory.Write("apt.conf", configuration);

        AssertIgnored(expected);
    }

    [TestMethod]
    [DataRow("Check-Valid-Until: no\n", "bookworm bookworm-updates")]
    [DataRow("check-valid-until: off\n", "bookworm bookworm-updates")]
    [DataRow("Check-Valid-Until: yes\n", "")]
    [DataRow("", "")]
    public void A_paragraph_says_whether_its_end_of_validity_counts(string field, string expected)
    {
        _directory.Write(
            "sources.list.d/debian.sources",
            $"Types: deb\nURIs: http://a.example/debian\nSuites: bookworm\nComponents: main\n{field}");

        AssertIgnored(expected);
    }

    private void AssertIgnored(string expected) => Assert.AreEqual(
        expected,
        string.Join(' ', ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror: null, _directory.FullName)
            .Where(source => source.IgnoresValidUntil).Select(source => source.Suite)));

    [TestMethod]
    [DataRow("file:/srv/mirror/debian", "file:///srv/mirror/debian/")]
    [DataRow("file:///srv/mirror/debian", "file:///srv/mirror/debian/")]
    [DataRow("copy:/srv/mirror/debian", "file:///srv/mirror/debian/")]
    [DataRow("https://me:secret@a.example:8443/debian/", "https://me:secret@a.example:8443/debian/")]
    [DataRow("http://[::1]:3142/debian", "http://[::1]:3142/debian/")]
    public void Addresses_of_other_kinds_are_understood(string text, string expected)
    {
        _directory.Write("sources.list", $"deb {text} bookworm main");

        Assert.AreEqual(expected, Main);
    }

    [TestMethod]
    [DataRow("http://a.example/debian\n", "http://a.example/debian/")]
    [DataRow(
        "# mirrors\nhttp://b.example/debian\tpriority:2\nftp://no.example/\tpriority:1\nhttp://a.example/debian\tpriority:1 " +
        "arch:amd64\nhttp://c.example/debian\n",
        "http://a.example/debian/")]
    [DataRow("http://i.example/debian\tpriority:1 type:index\nhttp://a.example/debian\tpriority:2 type:index type:deb\n", "http://a.example/debian/")]
    [DataRow("", null)]
    [DataRow("nonsense\n", null)]
    public void A_list_of_mirrors_gives_its_first_one(string list, string? expected)
    {
        var path = _directory.Write("mirrors/debian.list", list);
        // So do Debian's images for clouds.
        _directory.Write("sources.list.d/debian.sources", $"Types: deb\nURIs: mirror+file://{path}\nSuites: bookworm\nComponents: main\n");

        Assert.AreEqual(expected, Main);
    }

    [TestMethod]
    public void Security_updates_have_an_address_of_their_own()
    {
        _directory.Write(
            "sources.list", "deb http://a.example/debian bookworm main\ndeb http://s.example/debian-security bookworm-security main\n");
        Assert.AreEqual("http://s.example/debian-security/", Security);

        _directory.Write(
            "sources.list",
            "deb http://s.example/debian-security buster/updates main\ndeb http://s.example/debian-security stable/updates main\ndeb " +
            "http://a.example/debian bullseye main\n");
        Assert.AreEqual("http://s.example/debian-security/", Security);
        Assert.AreEqual("http://a.example/debian/", Main);
    }

    [TestMethod]
    [DataRow(
        "deb http://u.example/ubuntu/ noble main restricted\ndeb http://u.example/ubuntu/ noble-updates main restricted\ndeb " +
        "http://s.example/ubuntu/ noble-security main restricted\n",
        "")]
    [DataRow(
        "",
        "Types: deb\nURIs: http://u.example/ubuntu/\nSuites: noble noble-updates noble-backports\nComponents: main universe restricted " +
        "multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n\nTypes: deb\nURIs: http://s.example/ubuntu/\nSuites: " +
        "noble-security\nComponents: main universe restricted multiverse\nSigned-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg\n")]
    public void A_machine_of_Ubuntu_has_the_sources_of_Ubuntu_and_none_of_Debian(string list, string sources)
    {
        _directory.Write("sources.list", list + "deb [signed-by=/etc/apt/keyrings/other.gpg] http://no.example/other noble main\n");
        _directory.Write("sources.list.d/ubuntu.sources", sources);
        var machine = new AptSources(_directory.FullName);

        foreach (var architecture in new[] { "amd64", "arm64" })
        {
            Assert.AreEqual("http://u.example/ubuntu/", machine.Main(Distribution.Ubuntu, architecture)?.AbsoluteUri);
            Assert.AreEqual("http://s.example/ubuntu/", machine.Security(Distribution.Ubuntu, architecture)?.AbsoluteUri);
        }

        Assert.IsNull(Main);
        Assert.IsNull(Security);
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror: null, _directory.FullName));
        StringAssert.Contains(failure.Message, "it is not Debian");
    }

    [TestMethod]
    public void The_source_that_is_said_to_be_for_an_architecture_is_taken_for_it()
    {
        _directory.Write(
            "sources.list",
            "deb [arch=amd64,i386] http://u.example/ubuntu noble main\ndeb [arch=arm64] http://u.example/ubuntu-ports noble main\n");
        var machine = new AptSources(_directory.FullName);

        Assert.AreEqual("http://u.example/ubuntu/", machine.Main(Distribution.Ubuntu, "amd64")?.AbsoluteUri);
        Assert.AreEqual("http://u.example/ubuntu-ports/", machine.Main(Distribution.Ubuntu, "arm64")?.AbsoluteUri);
    }

    [TestMethod]
    public void Files_that_apt_ignores_are_ignored()
    {
        foreach (var name in new[] { "debian.list.save", "debian.sources.dpkg-old", "debian.list~", "a b.list", "debian" })
        {
            _directory.Write(Path.Combine("sources.list.d", name), "deb http://no.example/debian bookworm main\n");
        }

        Assert.IsNull(Main);
    }

    [TestMethod]
    [DataRow("deb")]
    [DataRow("deb [")]
    [DataRow("deb [arch=amd64 http://a.example/debian bookworm main")]
    [DataRow("deb http://a.example/debian")]
    [DataRow("deb http://a.example/debian bookworm")]
    [DataRow("deb http:// bookworm main")]
    [DataRow("deb //me:secret@a.example bookworm main")]
    [DataRow("deb http://me:secret@a.example:port/debian bookworm main")]
    [DataRow("deb file://host/debian bookworm main")]
    [DataRow("deb mirror+file:/none/of/these bookworm main")]
    [DataRow("deb mirror+file: bookworm main")]
    [DataRow("deb cdrom:[me:secret]/ bookworm main")]
    [DataRow("\0\u0001\uFFFD deb ] [ \" bookworm main")]
    public void Malformed_lines_are_passed_over_and_never_shown(string line)
    {
        _directory.Write("sources.list", line);

        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror: null, _directory.FullName));

        Assert.AreEqual(DiagnosticCode.NoDebianMirror, failure.Code);
        Assert.DoesNotContain("secret", failure.Message);
    }

    [TestMethod]
    [DataRow("Types deb\n: x\nURIs: http://a.example/debian\nSuites bookworm")]
    [DataRow(" continued\nTypes: deb\n")]
    [DataRow("Types: deb\nSuites: bookworm\nComponents: main\n")]
    [DataRow("Types: deb\nURIs: http://:80/\nSuites: bookworm\nComponents: main\n")]
    public void Malformed_paragraphs_are_passed_over(string text)
    {
        _directory.Write("sources.list.d/broken.sources", text);
        _directory.Write("sources.list.d/debian.list", "deb http://a.example/debian bookworm main\n");

        Assert.AreEqual("http://a.example/debian/", Main);
    }

    [TestMethod]
    public void What_is_passed_over_is_named_when_nothing_else_is_left()
    {
        var path =
            _directory.Write("sources.list", "deb cdrom:[Debian 12]/ bookworm main\ndeb https://other.example/packages nodistro main\n");
        // A directory where a file should be cannot be read.
        Directory.CreateDirectory(_directory["sources.list.d/gone.list"]);

        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror: null, _directory.FullName));

        StringAssert.Contains(failure.Message, $"passed over: {path} (only apt itself can read 'cdrom' addresses)");
        Assert.DoesNotContain("other.example", failure.Message);
    }

    [TestMethod]
    public void A_machine_without_apt_has_no_sources()
    {
        Assert.IsNull(new AptSources(_directory["none"]).Main(Distribution.Debian, "amd64"));
        Assert.AreEqual(
            DiagnosticCode.NoDebianMirror,
            Assert.ThrowsExactly<ContainerizeException>(
                () => ArchiveSources.Of(DebianRelease.Find("bookworm")!, "amd64", mirror: null, _directory["none"])).Code);
    }
}
