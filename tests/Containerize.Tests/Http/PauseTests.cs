using System.Diagnostics;
using System.Globalization;
using System.Text;
using Containerize.Debian.Archive;
using Containerize.Oci;
using Containerize.Registry.Protocol;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Debian;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Http;

/// <summary>A pause that a server asks for is kept when it is short. A longer one fails at once, with its end in the message.</summary>
[TestClass]
internal sealed class PauseTests
{
    private static readonly TimeSpan s_atOnce = TimeSpan.FromSeconds(20);

    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow(429, "86400", "24 h")]
    [DataRow(503, "86400", "24 h")]
    [DataRow(429, "61", "61 s")]
    [DataRow(503, "5400", "1.5 h")]
    [DataRow(500, "3600.5", "60 min")]
    [DataRow(429, "99999999999999999999", "8760 h")]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_pause_beyond_the_bound_fails_at_once_with_its_length(int status, string retryAfter, string expected)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(status, "", ("Retry-After", retryAfter)));
        var started = Stopwatch.StartNew();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));

        Assert.IsLessThan(s_atOnce, started.Elapsed);
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, expected);
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Manifest));
    }

    [TestMethod]
    [DataRow("NaN")]
    [DataRow("Infinity")]
    [DataRow("-Infinity")]
    [DataRow("-5")]
    [DataRow("2, 2")]
    [DataRow("1e400")]
    [DataRow("Wed, 21 Oct 2015 07:28:00 GMT")]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task What_is_no_time_to_come_is_no_pause(string retryAfter)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Once().Do(fault => fault.Reply(503, "", ("Retry-After", retryAfter)));

        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_pause_until_a_date_fails_at_once_with_the_date()
    {
        await using var lab = await StartAsync();
        var until = DateTimeOffset.UtcNow.AddHours(3);
        lab.Registry.On(RequestKind.Manifest)
            .Do(fault => fault.Reply(429, "", ("Retry-After", until.ToString("R", CultureInfo.InvariantCulture))));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));

        StringAssert.Contains(failure.Message, until.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task Other_requests_to_the_host_fail_at_once_too_and_are_not_sent()
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Once().Do(fault => fault.Reply(429, "", ("Retry-After", "86400")));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));

        StringAssert.Contains(failure.Message, "24 h");
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Manifest));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_pause_of_a_host_that_a_registry_leads_to_is_kept_by_all_requests(bool isUpload)
    {
        await using var lab = await StartAsync();
        var host = await lab.Registry.StartSignedHostAsync();
        lab.Registry.On(isUpload ? RequestKind.Upload : RequestKind.Blob, isUpload ? "PUT" : "GET")
            .Do(fault => fault.Redirect(307, host.Sign));
        lab.Registry.On(RequestKind.Signed).Do(fault => fault.Reply(503, "", ("Retry-After", "86400")));

        foreach (var size in new[] { 1000, 2000 })
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
                () => isUpload
                    ? lab.PushAsync(ClientLab.RandomBlob(size))
                    : lab.FetchAsync(lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(size))));
            StringAssert.Contains(failure.Message, "24 h");
            StringAssert.Contains(failure.Message, host.Authority);
        }

        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Signed));
        Assert.IsNotNull(await PullAsync(lab), "The registry itself is not held back.");
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_long_pause_of_the_token_service_fails_at_once()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Token).Do(fault => fault.Reply(429, "", ("Retry-After", "86400")));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));

        StringAssert.Contains(failure.Message, "24 h");
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Token));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_long_pause_of_a_push_fails_at_once()
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Do(fault => fault.Reply(503, "", ("Retry-After", "7200")));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(1000)));

        StringAssert.Contains(failure.Message, "2 h");
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_mirror_that_wants_a_long_pause_is_passed_over()
    {
        await using var lab = await StartAsync();
        var mirror = await lab.AddRegistryAsync();
        mirror.On(RequestKind.Manifest).Do(fault => fault.Reply(429, "", ("Retry-After", "86400")));
        var mirrors = new Dictionary<string, IReadOnlyList<string>> { [lab.Registry.Authority] = [mirror.Authority] };
        lab.Options = options => Patient(options) with { Mirrors = mirrors };

        Assert.IsNotNull(await PullAsync(lab));

        Assert.HasCount(1, mirror.RequestsTo(RequestKind.Manifest));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_long_pause_of_a_package_archive_fails_at_once()
    {
        using var directory = new TemporaryDirectory();
        await using var server = await ArchiveServer.StartAsync();
        var address = server.On("InRelease", ArchiveServer.Status(429, ("Retry-After", "86400")));
        using var downloader = new ArchiveDownloader(new BlobStore(directory["cache"]), new ArchiveOptions(), new RecordingReporter());

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => downloader.TryGetAsync(address, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.ArchiveUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "24 h");
        Assert.HasCount(1, server.Requests);
    }

    private static RegistryOptions Patient(RegistryOptions options) =>
        options with { MaxRetryDelay = new RegistryOptions().MaxRetryDelay };

    private static async Task<ClientLab> StartAsync(RegistryAuth? auth = null)
    {
        var lab = await ClientLab.StartAsync(new() { Auth = auth });
        lab.Options = Patient;
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }

    private static Task<RawDocument?> PullAsync(ClientLab lab) =>
        lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
}
