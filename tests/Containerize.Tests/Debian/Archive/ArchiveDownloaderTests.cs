using System.Text;
using Containerize.Debian.Archive;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Testing.Registry;
using static Containerize.Testing.Debian.ArchiveServer;

namespace Containerize.Tests.Debian.Archive;

/// <summary>Mirrors fail in many ways; a build gets the right bytes or says what is wrong.</summary>
[TestClass]
internal sealed class ArchiveDownloaderTests : IAsyncDisposable
{
    private const int Attempts = 6;
    private static readonly byte[] s_content = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 100_000)));

    private readonly TemporaryDirectory _directory = new();
    private readonly RecordingReporter _reporter = new();
    private ArchiveServer _server = null!;
    private TimeSpan _patience = TimeSpan.FromSeconds(30);

    [TestInitialize]
    public async Task StartAsync() => _server = await ArchiveServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    private async Task<byte[]?> FetchAsync(params Uri[] addresses)
    {
        using var downloader = Downloader();
        var blob = await downloader.TryFetchAsync(
            new Descriptor { MediaType = "x", Digest = Digest.Of(s_content), Size = s_content.Length },
            addresses,
            "the package x",
            CancellationToken.None);
        return blob is null ? null : await File.ReadAllBytesAsync(blob.Path);
    }

    private ArchiveDownloader Downloader(bool isOffline = false) => new(
        new BlobStore(_directory["cache"]),
        new ArchiveOptions { IsOffline = isOffline, RetryDelay = TimeSpan.FromMilliseconds(1), NoProgressTimeout = _patience },
        _reporter);

    private async Task<ContainerizeException> RefusedAsync(params Uri[] addresses)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => FetchAsync(addresses));
        Assert.IsEmpty(Directory.GetFiles(_directory["cache"], "*", SearchOption.AllDirectories), "Nothing is kept of it.");
        return failure;
    }

    private static void AssertIsResumed(string? range) => Assert.MatchesRegex("^bytes=[1-9][0-9]*-$", range);

    private List<string?> Ranges => [.. _server.Requests.Select(request => request.Range)];

    [TestMethod]
    public async Task A_file_that_is_not_there_is_looked_for_at_the_next_address()
    {
        var there = _server.On("second/x.deb", Content(s_content));

        CollectionAssert.AreEqual(
            s_content, await FetchAsync(new Uri(_server.Address, "first/x.deb"), _server.On("gone/x.deb", Status(410)), there));
        using var downloader = Downloader();
        Assert.IsNull(await downloader.TryGetAsync(new Uri(_server.Address, "none"), CancellationToken.None));
    }

    [TestMethod]
    [DataRow(408)]
    [DataRow(429)]
    [DataRow(500)]
    [DataRow(502)]
    [DataRow(503)]
    [DataRow(504)]
    public async Task A_server_that_has_a_bad_moment_is_asked_again(int status)
    {
        var address = _server.On("x.deb", Status(status), Status(status), Content(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        Assert.HasCount(3, _server.Requests);
    }

    [TestMethod]
    public async Task A_server_that_always_fails_is_named()
    {
        var failure = await RefusedAsync(_server.On("x.deb", Status(503)));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, $"{_server.Address}x.deb");
        StringAssert.Contains(failure.Message, "503");
        Assert.HasCount(Attempts, _server.Requests);
    }

    [TestMethod]
    [DataRow("1")]
    [DataRow("0.9")]
    public async Task A_server_that_asks_for_a_pause_gets_it(string retryAfter)
    {
        var address = _server.On("x.deb", Status(503, ("Retry-After", retryAfter)), Content(s_content));
        var started = TimeProvider.System.GetTimestamp();

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));

        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromSeconds(0.9), TimeProvider.System.GetElapsedTime(started));
    }

    [TestMethod]
    [DataRow("http://169.254.169.254/x.deb")]
    [DataRow("http://[fe80::1]/x.deb")]
    public async Task A_redirect_to_where_no_archive_is_goes_nowhere(string location)
    {
        var failure = await RefusedAsync(_server.On("x.deb", Redirect(location)));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "link-local");
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task An_archive_with_a_certificate_of_an_own_authority_is_trusted_where_that_is_named(bool named)
    {
        using var certificates = TestCertificates.Create(["127.0.0.1"]);
        await using var server = await ArchiveServer.StartAsync(certificates);
        var address = server.On("InRelease", Content(s_content));
        _directory.Write("authority.pem", certificates.AuthorityPem);
        using var downloader = new ArchiveDownloader(
            new BlobStore(_directory["cache"]),
            new ArchiveOptions { CertificateFiles = named ? [_directory["authority.pem"]] : [] },
            _reporter);

        if (named)
        {
            CollectionAssert.AreEqual(s_content, await downloader.TryGetAsync(address, CancellationToken.None));
        }
        else
        {
            var failure =
                await Assert.ThrowsExactlyAsync<ContainerizeException>(() => downloader.TryGetAsync(address, CancellationToken.None));
            StringAssert.Contains(failure.Message, "ContainerizeCertificateFiles");
        }
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(403)]
    [DataRow(501)]
    public async Task A_server_that_refuses_is_not_asked_again(int status)
    {
        var failure = await RefusedAsync(_server.On("x.deb", Status(status)));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        Assert.HasCount(1, _server.Requests);
    }

    [TestMethod]
    public async Task A_transfer_that_breaks_off_goes_on_where_it_ended()
    {
        var address = _server.On("x.deb", BreakAfter(s_content, 200_000), Content(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        Assert.HasCount(2, Ranges);
        AssertIsResumed(Ranges[1]);
    }

    [TestMethod]
    public async Task A_transfer_that_stalls_goes_on_where_it_ended()
    {
        _patience = TimeSpan.FromMilliseconds(400);
        var address = _server.On("x.deb", StallAfter(s_content, 300_000), StallAfter(s_content, 0), Content(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        Assert.IsNull(Ranges[0]);
        // The second answer began at the first byte and sent nothing.
        AssertIsResumed(Ranges[1]);
        Assert.IsTrue(_reporter.Details.Any(detail => detail.Contains("has not sent a byte for 0.4 seconds", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task A_file_that_ends_too_early_without_a_word_is_completed()
    {
        var address = _server.On("x.deb", Chunked(s_content[..1000]), Content(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        CollectionAssert.AreEqual(new[] { null, "bytes=1000-" }, Ranges);
    }

    [TestMethod]
    public async Task A_server_without_ranges_sends_the_file_once_more()
    {
        var address = _server.On("x.deb", BreakAfter(s_content, 200_000), WholeFile(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        Assert.HasCount(2, _server.Requests);
    }

    [TestMethod]
    [DataRow(416, "bytes */100")]
    [DataRow(206, "bytes 7-99/100")]
    [DataRow(206, "")]
    public async Task A_range_that_was_not_asked_for_is_not_taken(int status, string range)
    {
        var address = _server.On("x.deb", BreakAfter(s_content, 200_000), Status(status, ("Content-Range", range)), Content(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        Assert.HasCount(3, Ranges);
        AssertIsResumed(Ranges[1]);
        Assert.IsNull(Ranges[2]);
    }

    [TestMethod]
    public async Task A_file_that_is_replaced_between_its_parts_is_fetched_from_the_begin()
    {
        var other = new byte[s_content.Length];
        var address = _server.On("x.deb", BreakAfter(other, 200_000), Content(s_content));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        Assert.HasCount(3, Ranges);
        AssertIsResumed(Ranges[1]);
        Assert.IsNull(Ranges[2]);
    }

    [TestMethod]
    public async Task A_file_that_always_has_other_bytes_is_refused()
    {
        var other = (byte[])s_content.Clone();
        other[^1] ^= 1;

        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await RefusedAsync(_server.On("x.deb", Content(other)))).Code);
        Assert.HasCount(2, _server.Requests);
    }

    [TestMethod]
    [Timeout(30_000, CooperativeCancellation = true)]
    public async Task A_file_that_is_too_long_is_refused_before_its_end()
    {
        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await RefusedAsync(_server.On("x.deb", Endless()))).Code);
        Assert.AreEqual(DiagnosticCode.DigestMismatch, (await RefusedAsync(_server.On("x.deb", Content([.. s_content, 1])))).Code);
    }

    [TestMethod]
    public async Task A_file_that_stays_too_short_is_named()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => FetchAsync(_server.On("x.deb", WholeFile(s_content[..^1]))));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, $"{s_content.Length - 1} of {s_content.Length} bytes");
    }

    [TestMethod]
    public async Task What_a_build_fetched_before_it_failed_is_continued_by_the_next()
    {
        var address = _server.On("x.deb", BreakAfter(s_content, 200_000), Status(403));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => FetchAsync(address));
        var part = new DirectoryInfo(_directory["cache/parts"]).GetFiles().Single();

        CollectionAssert.AreEqual(s_content, await FetchAsync(_server.On("second/x.deb", Content(s_content))));

        Assert.AreEqual($"bytes={part.Length}-", Ranges[^1]);
        Assert.IsEmpty(Directory.GetFiles(_directory["cache/parts"]));
    }

    [TestMethod]
    [Timeout(30_000, CooperativeCancellation = true)]
    public async Task A_document_without_end_is_refused_without_showing_the_login()
    {
        using var downloader = Downloader();
        var address = new UriBuilder(_server.On("InRelease", Endless())) { UserName = "me", Password = "secret" }.Uri;

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => downloader.TryGetAsync(address, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.ArchiveDamaged, failure.Code);
        Assert.DoesNotContain("secret", failure.ToString());
    }

    [TestMethod]
    public async Task A_build_offline_asks_no_one()
    {
        using var downloader = Downloader(isOffline: true);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => downloader.TryGetAsync(_server.On("InRelease", Content(s_content)), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        Assert.IsEmpty(_server.Requests);
    }

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(303)]
    [DataRow(307)]
    [DataRow(308)]
    public async Task A_redirect_is_followed_and_the_login_stays_behind(int status)
    {
        await using var other = await ArchiveServer.StartAsync();
        var target = other.On("pool/x.deb", Content(s_content));
        _server.On("x.deb", Redirect("/here/x.deb", status));
        _server.On("here/x.deb", Redirect(target.AbsoluteUri.Replace("://", "://you:theirs@", StringComparison.Ordinal), status));

        CollectionAssert.AreEqual(
            s_content, await FetchAsync(new UriBuilder(new Uri(_server.Address, "x.deb")) { UserName = "me", Password = "se%20cret" }.Uri));

        var login = "Basic " + Convert.ToBase64String("me:se cret"u8);
        CollectionAssert.AreEqual(new[] { login, login }, _server.Requests.Select(request => request.Authorization).ToArray());
        Assert.IsNull(other.Requests.Single().Authorization);
        Assert.DoesNotContain("cret", _reporter.AllText);
    }

    [TestMethod]
    public async Task A_redirect_and_a_range_work_together()
    {
        await using var other = await ArchiveServer.StartAsync();
        var address = _server.On("x.deb", Redirect(other.On("x.deb", BreakAfter(s_content, 5000), Content(s_content)).AbsoluteUri));

        CollectionAssert.AreEqual(s_content, await FetchAsync(address));
        AssertIsResumed(other.Requests[1].Range);
    }

    [TestMethod]
    [DataRow("file:///etc/passwd")]
    [DataRow("ftp://example.org/x.deb")]
    [DataRow("/x.deb")]
    public async Task A_redirect_that_leads_nowhere_is_refused(string location)
    {
        var failure = await RefusedAsync(_server.On("x.deb", Redirect(location)));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, $"{_server.Address}x.deb redirects");
    }
}
