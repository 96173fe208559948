using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Protocol;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Http;

[TestClass]
internal sealed class RetryTests
{
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow(408)]
    [DataRow(429)]
    [DataRow(499)]
    [DataRow(500)]
    [DataRow(502)]
    [DataRow(503)]
    [DataRow(504)]
    [DataRow(520)]
    [DataRow(521)]
    [DataRow(522)]
    [DataRow(523)]
    [DataRow(524)]
    [DataRow(525)]
    [DataRow(530)]
    public async Task A_passing_status_is_repeated(int status)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Times(2).Do(fault => fault.Reply(status));
        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(403)]
    [DataRow(501)]
    [DataRow(526)]
    public async Task A_lasting_status_is_not_repeated(int status)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(status));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    [TestMethod]
    public async Task Giving_up_names_the_registry_the_attempts_and_what_it_said()
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxRetries = 2 };
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Error(500, "UNKNOWN", "the disk is \u001b[31mfull\n##vso[task.complete]"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, lab.Registry.Authority);
        StringAssert.Contains(failure.Message, "team/app");
        StringAssert.Contains(failure.Message, "3 times");
        StringAssert.Contains(failure.Message, "the disk is");
        Assert.IsFalse(failure.Message.Contains('\u001b', StringComparison.Ordinal)
            || failure.Message.Contains("##vso", StringComparison.Ordinal));
        Assert.AreEqual(3, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    [TestMethod]
    public async Task A_status_counts_though_its_body_is_of_an_unknown_coding()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));
        lab.Registry.On(RequestKind.Blob).Once().Do(fault => fault.Reply(503, "busy", ("Content-Encoding", "br")));
        Assert.AreEqual(blob.Digest, (await lab.FetchAsync(blob)).Descriptor.Digest);
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task The_rest_of_an_errors_body_is_not_waited_for()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromMinutes(5) };
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));
        lab.Registry.On(RequestKind.Blob).Once().Do(fault => fault.Reply(503, "busy now").StallAfter(1));
        Assert.AreEqual(blob.Digest, (await lab.FetchAsync(blob)).Descriptor.Digest);
    }

    [TestMethod]
    [DataRow("You have reached your pull rate limit.", null)]
    [DataRow("You have reached your unauthenticated pull rate limit.", null)]
    [DataRow("Slow down.", "0;w=21600")]
    [DataRow("", "0")]
    [DataRow("", "0;w=soon")]
    public async Task A_quota_fails_fast_and_is_called_a_quota(string said, string? left)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => Limited(fault, said, left));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        StringAssert.Contains(failure.Message, "quota");
        StringAssert.Contains(failure.Message, "pull from a mirror");
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    [TestMethod]
    [DataRow("Rate exceeded", null)]
    [DataRow("API rate limit exceeded", null)]
    [DataRow("retry-after: 880.092µs, allowed: 44000/minute", null)]
    [DataRow("", null)]
    [DataRow("", "7;w=21600")]
    [DataRow("", "0;w=1")]
    [DataRow("", "0; w=1; policy=a")]
    public async Task A_rate_is_waited_for_as_long_as_what_else_passes(string said, string? left)
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxRetryDelay = TimeSpan.FromSeconds(1) };
        lab.Registry.On(RequestKind.Manifest, "PUT").Times(5).Do(fault => Limited(fault, said, left));

        await PutAsync(lab);

        Assert.HasCount(6, lab.Registry.RequestsTo(RequestKind.Manifest, "PUT"));
    }

    [TestMethod]
    [DataRow("Rate exceeded", null, false)]
    [DataRow("You have reached your pull rate limit.", null, true)]
    [DataRow("", "0;w=21600", true)]
    public async Task A_push_that_is_limited_is_not_told_to_pull_from_a_mirror(string said, string? left, bool isQuota)
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxRetries = 1 };
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => Limited(fault, said, left));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PutAsync(lab));

        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        Assert.IsFalse(failure.Message.Contains("mirror", StringComparison.Ordinal));
        Assert.AreEqual(isQuota, failure.Message.Contains("quota", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow(503, 6)]
    [DataRow(521, 6)]
    [DataRow(530, 6)]
    [DataRow(520, 3)]
    [DataRow(500, 3)]
    public async Task A_registry_that_served_before_and_is_away_gets_more_time(int status, int requests)
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxRetries = 2 };
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        lab.Registry.ClearRequests();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(status));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(requests, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    [TestMethod]
    public async Task A_registry_that_is_restarted_is_waited_for()
    {
        await using var lab = await StartAsync();
        lab.Options = options =>
            options with { MaxRetries = 1, RetryDelay = TimeSpan.FromMilliseconds(300), MaxRetryDelay = TimeSpan.FromSeconds(2) };
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        await lab.Registry.StopAsync();
        var asking = lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        await Task.Delay(TimeSpan.FromSeconds(1));
        await lab.Registry.RestartAsync();
        Assert.IsNotNull(await asking);
    }

    [TestMethod]
    public async Task Without_repetitions_nothing_is_repeated()
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxRetries = 0 };
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        lab.Registry.ClearRequests();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Reply(503));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public async Task A_host_that_takes_no_connection_is_named_and_is_no_cancelled_build()
    {
        using var busy = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        busy.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        busy.Listen(0);
        // Linux drops further connections to a socket whose queue is full.
        var waiting = Enumerable.Range(0, 4).Select(_ => new TcpClient()).ToList();
        waiting.ForEach(client => client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)busy.LocalEndPoint!).Port)
            .ContinueWith(_ => { }, TaskScheduler.Default));
        await Task.Delay(TimeSpan.FromMilliseconds(200));
        using var sender = new HttpSender(new RegistryOptions { NoProgressTimeout = TimeSpan.FromSeconds(4) }, new ListReporter());
        var url = new Uri($"http://{busy.LocalEndPoint}/v2/");

        var failure = await Assert.ThrowsExactlyAsync<TransientException>(() => sender.SendAsync(
            new HttpRequest(HttpMethod.Get, url), new RequestRules(
                url, _ => null, _ => new(true, AddressScopes.All)), CancellationToken.None));

        StringAssert.Contains(failure.Message, "has not taken a connection for 1 seconds");
        waiting.ForEach(client => client.Dispose());
    }

    [TestMethod]
    public async Task Oversized_headers_fail_at_once()
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.SetHeader("X-Padding", new string('x', 100_000)));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
        StringAssert.Contains(failure.Message, "headers that are larger");
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Manifest).Count);
    }

    [TestMethod]
    public async Task A_storm_of_429_with_a_date_is_sat_out_by_all_requests()
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxRetryDelay = TimeSpan.FromSeconds(10) };
        lab.Registry.On(RequestKind.Manifest).Times(4)
            .Do(
                fault => fault.Reply(
                    429, "", ("Retry-After", DateTimeOffset.UtcNow.AddSeconds(1).ToString("R", CultureInfo.InvariantCulture))));
        var found = await Task.WhenAll(Enumerable.Range(0, 4)
            .Select(_ => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None)));
        Assert.IsTrue(Array.TrueForAll(found, manifest => manifest is not null));
    }

    [TestMethod]
    [DataRow("7", 7.0)]
    [DataRow("0", 0.0)]
    [DataRow("1.5", 1.5)]
    [DataRow("Mon, 02 Mar 2026 12:00:30 GMT", 30.0)]
    [DataRow("Mon, 02 Mar 2026 11:00:00 GMT", 0.0)]
    [DataRow("880.092µs", null)]
    [DataRow("soon", null)]
    [DataRow("-5", null)]
    public void Retry_after_is_seconds_or_a_date(string value, double? seconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Retry-After", value);
        Assert.AreEqual(seconds, RetryAfter.Of(response, new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero))?.TotalSeconds);
    }

    [TestMethod]
    [DataRow("Mon, 02 Mar 2026 12:00:00 GMT", 30.0)]
    [DataRow("Mon, 02 Mar 2026 11:00:00 GMT", 3630.0)]
    [DataRow("Mon, 02 Mar 2026 13:00:00 GMT", 0.0)]
    [DataRow("yesterday", 90.0)]
    public void A_date_is_one_of_the_servers_clock(string date, double seconds)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Retry-After", "Mon, 02 Mar 2026 12:00:30 GMT");
        response.Headers.TryAddWithoutValidation("Date", date);
        Assert.AreEqual(seconds, RetryAfter.Of(response, new DateTimeOffset(2026, 3, 2, 11, 59, 0, TimeSpan.Zero))?.TotalSeconds);
    }

    [TestMethod]
    [DataRow("0")]
    [DataRow("0.01")]
    [DataRow("Wed, 21 Oct 2015 07:28:00 GMT")]
    public async Task A_server_that_asks_for_no_pause_gets_one_all_the_same(string retryAfter)
    {
        await using var lab = await StartAsync();
        lab.Options = options =>
            options with { RetryDelay = TimeSpan.FromMilliseconds(50), MaxRetryDelay = TimeSpan.FromMilliseconds(200) };
        lab.Registry.On(RequestKind.Manifest).Times(4).Do(fault => fault.Reply(503, "", ("Retry-After", retryAfter)));
        var started = Stopwatch.StartNew();

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.IsGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(50 + 100 + 200 + 200), started.Elapsed);
    }

    [TestMethod]
    public async Task All_requests_to_a_host_wait_at_one_gate()
    {
        var time = new ManualTime();
        var gate = new HostGate(new RegistryOptions { TimeProvider = time });
        gate.Close("registry.example", TimeSpan.FromSeconds(30));
        var waiting = new[]
        {
            gate.PassAsync("registry.example", CancellationToken.None),
            gate.PassAsync("Registry.Example", CancellationToken.None),
        };
        await gate.PassAsync("other.example", CancellationToken.None);
        Assert.IsFalse(waiting.Any(task => task.IsCompleted));
        time.Advance(TimeSpan.FromSeconds(31));
        await Task.WhenAll(waiting);
    }

    [TestMethod]
    public async Task The_user_agent_is_sent()
    {
        await using var lab = await StartAsync();
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        StringAssert.StartsWith(lab.Registry.RequestsTo(RequestKind.Manifest)[0].Header("User-Agent"), "containerize/");
    }

    [TestMethod]
    public async Task Cookies_are_not_kept()
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.SetHeader("Set-Cookie", "session=1; Path=/"));
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        Assert.IsTrue(lab.Registry.Requests.All(request => request.Header("Cookie") is null));
    }

    [TestMethod]
    public async Task No_more_blobs_are_transferred_at_once_than_allowed()
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { MaxParallelTransfers = 2 };
        var active = 0;
        var most = 0;
        var blobs = Enumerable.Range(1, 6)
            .Select(number => new CountingBlob(number, change => most = Math.Max(most, Interlocked.Add(ref active, change)))).ToArray();
        await Task.WhenAll(blobs.Select(blob => lab.PushAsync(blob)));
        Assert.IsTrue(most is 1 or 2, $"{most} at once");
    }

    private static Fault Limited(Fault fault, string said, string? left)
    {
        var limited = fault.Error(429, "TOOMANYREQUESTS", said);
        return left is null ? limited : limited.SetHeader("RateLimit-Remaining", left);
    }

    private static Task PutAsync(ClientLab lab) =>
        lab.Client.PutManifestAsync(lab.Repository, "2.0", s_index, MediaTypes.OciIndex, CancellationToken.None);

    private static async Task<ClientLab> StartAsync()
    {
        var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }

    private sealed class CountingBlob(int number, Action<int> changed)
        : Containerize.Storage.Blob(new Descriptor { MediaType = "application/octet-stream", Digest = Digest.Of([(byte)number]), Size = 1 })
    {
        public override async ValueTask<Stream> OpenReadAsync(CancellationToken cancellationToken)
        {
            changed(1);
            await Task.Delay(50, cancellationToken);
            changed(-1);
            return new MemoryStream([(byte)number]);
        }
    }
}
