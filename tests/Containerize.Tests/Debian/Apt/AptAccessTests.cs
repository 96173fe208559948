using System.Text;
using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using static Containerize.Testing.Debian.ArchiveServer;

namespace Containerize.Tests.Debian.Apt;

/// <summary>Where apt needs a proxy or a login for its sources, so does a build; and no one else gets to see them.</summary>
[TestClass]
internal sealed class AptAccessTests : IAsyncDisposable
{
    private static readonly string s_login = "Basic " + Convert.ToBase64String("me:se:cret"u8);

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingReporter _reporter = new();
    private ArchiveServer _server = null!;

    [TestInitialize]
    public async Task StartAsync()
    {
        _server = await ArchiveServer.StartAsync();
        _server.On("debian/file", Content("content"u8.ToArray()));
        _directory.Write("sources.list", $"deb {_server.Address}debian bookworm main\n");
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<string?> GetAsync(Uri address)
    {
        var apt = new AptAccess(_directory.FullName, _reporter, _ => null);
        using var downloader = new ArchiveDownloader(
            new BlobStore(_directory["cache"]), new ArchiveOptions { Apt = apt, RetryDelay = TimeSpan.FromMilliseconds(1) }, _reporter);
        var bytes = await downloader.TryGetAsync(address, CancellationToken.None);
        Assert.DoesNotContain("cret", _reporter.AllText);
        return bytes is null ? null : Encoding.UTF8.GetString(bytes);
    }

    private async Task<VerifiedFile?> FetchAsync(Descriptor file, Uri address)
    {
        var apt = new AptAccess(_directory.FullName, _reporter, _ => null);
        using var downloader = new ArchiveDownloader(
            new BlobStore(_directory["cache"]), new ArchiveOptions { Apt = apt, RetryDelay = TimeSpan.FromMilliseconds(1) }, _reporter);
        return await downloader.TryFetchAsync(file, [address], "a file", CancellationToken.None);
    }

    private Uri Mirror(string path = "debian/file") => new(_server.Address, path);

    [TestMethod]
    [DataRow("machine http://127.0.0.1 login me password se:cret")]
    [DataRow(
        "# mine\nmachine\thttp://127.0.0.1/debian\n  login me\n  password se:cret\nmachine http://127.0.0.1 login other password other\n")]
    [DataRow("machine http://127.0.0.1:1/ login other password other\nmachine http://127.0.0.1:PORT/deb login me password se:cret")]
    [DataRow(
        "machine http://127.0.0.1/other login other password other machine http://127.0.0.1/debian/ account x login me password se:cret")]
    public async Task A_login_of_apt_is_used_for_its_sources(string text)
    {
        _directory.Write("auth.conf.d/mine.conf", text.Replace("PORT", $"{_server.Address.Port}", StringComparison.Ordinal));

        Assert.AreEqual("content", await GetAsync(Mirror()));
        Assert.AreEqual(s_login, _server.Requests.Single().Authorization);
    }

    [TestMethod]
    [DataRow("machine 127.0.0.1 login me password secret", "without a protocol it is for https alone")]
    [DataRow("machine https://127.0.0.1 login me password secret", "another protocol")]
    [DataRow("machine http://127.0.0.1:1 login me password secret", "another port")]
    [DataRow("machine http://127.0.0.1/private login me password secret", "another path")]
    [DataRow("machine http://27.0.0.1 login me password secret", "another host")]
    [DataRow("login me password secret", "no machine")]
    [DataRow("machine", "cut off")]
    public async Task A_login_for_something_else_is_not_sent(string text, string why)
    {
        _directory.Write("auth.conf", text);

        await GetAsync(Mirror());

        Assert.IsNull(_server.Requests.Single().Authorization, why);
    }

    [TestMethod]
    public async Task A_login_that_stands_in_the_address_counts_before_that_of_the_file()
    {
        _directory.Write("auth.conf", "machine http://127.0.0.1 login other password other\n");

        await GetAsync(new UriBuilder(Mirror()) { UserName = "me", Password = "se%3Acret" }.Uri);

        Assert.AreEqual(s_login, _server.Requests.Single().Authorization);
    }

    [TestMethod]
    public async Task A_login_goes_to_no_archive_that_is_not_apts_own()
    {
        await using var other = await ArchiveServer.StartAsync();
        _directory.Write("auth.conf", "machine http://127.0.0.1 login me password secret\n");
        _server.On("debian/moved", Redirect(other.On("debian/moved", Content("moved"u8.ToArray())).AbsoluteUri));

        Assert.AreEqual("moved", await GetAsync(Mirror("debian/moved")));
        Assert.AreEqual("moved", await GetAsync(new Uri(other.Address, "debian/moved")));

        Assert.IsNotNull(_server.Requests.Single().Authorization);
        Assert.IsTrue(other.Requests.All(request => request.Authorization is null));
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(403)]
    [DataRow(503)]
    public async Task What_one_mirror_of_a_list_does_not_give_comes_from_the_next_one(int status)
    {
        await using var second = await ArchiveServer.StartAsync();
        second.On("ubuntu/dists/file", Content("content"u8.ToArray()));
        _server.On("debian/dists/file", Status(status));
        WriteList($"{_server.Address}debian\tpriority:1\n{second.Address}ubuntu\tpriority:2\n");
        var file = new Descriptor
        {
            MediaType = "application/octet-stream", Digest = Digest.Of("content"u8), Size = "content"u8.Length,
        };

        Assert.AreEqual("content", await GetAsync(Mirror("debian/dists/file")));
        Assert.IsNotNull(await FetchAsync(file, Mirror("debian/dists/file")));
        Assert.IsNull(await GetAsync(new Uri(second.Address, "none")), "This is no file of the list's best mirror.");
    }

    [TestMethod]
    [DataRow(404, 404, false)]
    [DataRow(503, 404, true)]
    [DataRow(404, 503, true)]
    public async Task A_file_is_missing_when_no_mirror_of_a_list_has_it_and_each_has_answered(int first, int second, bool isUnknown)
    {
        await using var other = await ArchiveServer.StartAsync();
        _server.On("debian/none", Status(first));
        other.On("debian/none", Status(second));
        WriteList($"{_server.Address}debian\n{other.Address}debian\n");

        if (!isUnknown)
        {
            Assert.IsNull(await GetAsync(Mirror("debian/none")));
            return;
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GetAsync(Mirror("debian/none")));
        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
    }

    private void WriteList(string mirrors) =>
        _directory.Write("sources.list", $"deb mirror+file:{_directory.Write("mirrors", mirrors)} bookworm main\n");

    [TestMethod]
    public async Task A_refused_login_is_explained_by_the_file_that_cannot_be_read()
    {
        // A link in a circle cannot be read, not even by root.
        File.CreateSymbolicLink(_directory["auth.conf"], "auth.conf");
        _server.On("debian/private", Status(401));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => GetAsync(Mirror("debian/private")));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, $"This user may not read {_directory["auth.conf"]}");
    }

    [TestMethod]
    [DataRow("http")]
    [DataRow("HTTP")]
    public async Task The_proxy_of_apt_is_used_for_its_sources_and_for_nothing_else(string method)
    {
        // Only through the proxy is there such a host.
        _directory.Write("sources.list", "deb http://archive.invalid/debian bookworm main\n");
        _directory.Write("apt.conf.d/proxy", $"Acquire::{method}::Proxy \"{_server.Address}\";\n");

        Assert.AreEqual("content", await GetAsync(new Uri("http://archive.invalid/debian/file")));
        Assert.AreEqual("http://archive.invalid/debian/file", _server.Requests.Single().Target);

        await using var other = await ArchiveServer.StartAsync();
        other.On("debian/file", Content("direct"u8.ToArray()));
        Assert.AreEqual("direct", await GetAsync(new Uri(other.Address, "debian/file")));
    }

    [TestMethod]
    [DataRow("http://me:se%3Acret@127.0.0.1:PORT/", "")]
    [DataRow("http://127.0.0.1:PORT/", "machine http://127.0.0.1:PORT login me password se:cret\n")]
    public async Task A_proxy_gets_its_login_when_it_asks(string proxy, string logins)
    {
        var port = $"{_server.Address.Port}";
        _directory.Write("sources.list", "deb http://archive.invalid/debian bookworm main\n");
        _directory.Write("apt.conf", $"Acquire {{ http {{ Proxy \"{proxy.Replace("PORT", port, StringComparison.Ordinal)}\"; }}; }};\n");
        _directory.Write("auth.conf", logins.Replace("PORT", port, StringComparison.Ordinal));
        _server.On("debian/file", Status(407, ("Proxy-Authenticate", "Basic realm=\"proxy\"")), Content("content"u8.ToArray()));

        Assert.AreEqual("content", await GetAsync(new Uri("http://archive.invalid/debian/file")));

        Assert.AreEqual(s_login, _server.Requests[^1].ProxyAuthorization);
        Assert.IsNull(_server.Requests[^1].Authorization);
    }

    [TestMethod]
    [DataRow("Acquire::http::Proxy \"PROXY\"; Acquire::http::Proxy::archive.example \"DIRECT\";", null)]
    [DataRow("Acquire::http::Proxy \"DIRECT\";", null)]
    [DataRow("Acquire::http::Proxy \"PROXY\";", "example.org, archive.example")]
    [DataRow("Acquire::http::Proxy \"PROXY\";", "*")]
    [DataRow("Acquire::https::Proxy \"PROXY\";", null)]
    public void A_host_that_is_exempt_is_asked_directly(string configuration, string? noProxy)
    {
        _directory.Write("apt.conf", configuration.Replace("PROXY", "http://proxy.example:3128", StringComparison.Ordinal));

        var proxy = new AptAccess(_directory.FullName, _reporter, name => name == "no_proxy" ? noProxy : null).Proxy;

        Assert.IsNull(proxy.GetProxy(new Uri("http://archive.example/debian/")));
        Assert.IsTrue(proxy.IsBypassed(new Uri("http://archive.example/debian/")));
    }

    [TestMethod]
    public async Task An_archive_on_this_machine_is_asked_directly()
    {
        await using var proxy = await ArchiveServer.StartAsync();
        _directory.Write("apt.conf", $"Acquire::http::Proxy \"{proxy.Address}\";\n");

        Assert.AreEqual("content", await GetAsync(Mirror()));
        Assert.IsEmpty(proxy.Requests);
    }

    [TestMethod]
    [DataRow("nonsense")]
    [DataRow("ftp://me:secret@127.0.0.1/")]
    [DataRow("http://me:secret@")]
    public void A_proxy_that_is_none_is_named_once_without_its_login(string setting)
    {
        _directory.Write("apt.conf", $"Acquire::http::Proxy \"{setting}\";\n");
        var proxy = new AptAccess(_directory.FullName, _reporter).Proxy;

        Assert.IsNull(proxy.GetProxy(new Uri("http://archive.example/debian/")));
        Assert.IsNull(proxy.GetProxy(new Uri("http://archive.example/debian/file")));

        Assert.AreEqual(DiagnosticCode.AptSettingIgnored, _reporter.Warnings.Single().Code);
        Assert.DoesNotContain("secret", _reporter.AllText);
    }

    [TestMethod]
    public async Task A_program_that_finds_proxies_is_named_and_not_run()
    {
        var trace = _directory["trace"];
        _directory.Write("apt.conf", $"Acquire::http::Proxy-Auto-Detect \"/usr/bin/touch {trace}\";\n");

        Assert.AreEqual("content", await GetAsync(Mirror()));

        Assert.AreEqual(DiagnosticCode.AptSettingIgnored, _reporter.Warnings.Single().Code);
        Assert.IsFalse(File.Exists(trace));
    }

    [TestMethod]
    public void A_proxy_for_http_is_one_for_https_unless_that_has_its_own()
    {
        _directory.Write(
            "apt.conf", "Acquire::http::Proxy \"http://p.example:1\"; Acquire::https::Proxy::own.example \"socks5h://s.example:2\";");
        var proxy = new AptAccess(_directory.FullName, _reporter).Proxy;

        Assert.AreEqual(new Uri("http://p.example:1"), proxy.GetProxy(new Uri("https://a.example/")));
        Assert.AreEqual(new Uri("socks5://s.example:2"), proxy.GetProxy(new Uri("https://own.example/")));
        Assert.IsFalse(proxy.IsBypassed(new Uri("https://own.example/")));
    }
}
