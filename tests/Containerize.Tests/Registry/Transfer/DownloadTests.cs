using System.IO.Compression;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

[TestClass]
internal sealed class DownloadTests
{
    private const int Size = 300_000;

    [TestMethod]
    public async Task A_blob_arrives_in_the_store()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        var file = await lab.FetchAsync(blob);
        AssertHolds(bytes, file);
    }

    [TestMethod]
    public async Task A_blob_in_the_store_is_not_downloaded_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        await lab.FetchAsync(blob);
        lab.Registry.ClearRequests();
        await lab.FetchAsync(blob);
        Assert.AreEqual(0, lab.Registry.Requests.Count);
    }

    [TestMethod]
    public async Task Simultaneous_fetches_download_once()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Delay(TimeSpan.FromMilliseconds(200)));
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => lab.FetchAsync(blob)));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Blob, "GET").Count);
    }

    [TestMethod]
    public async Task A_cancelled_fetch_does_not_take_others_with_it()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Delay(TimeSpan.FromMilliseconds(300)));
        using var cancellation = new CancellationTokenSource();
        var first = lab.Client.FetchAsync(lab.Repository, blob, lab.Store, cancellation.Token);
        var second = lab.FetchAsync(blob);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => first);
        Assert.AreEqual(blob.Digest, (await second).Descriptor.Digest);
    }

    [TestMethod]
    public async Task Compression_on_the_way_is_declined()
    {
        await using var lab = await ClientLab.StartAsync();
        await lab.FetchAsync(lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size)));
        Assert.AreEqual("identity", lab.Registry.RequestsTo(RequestKind.Blob, "GET")[0].Header("Accept-Encoding"));
    }

    [TestMethod]
    public async Task Compression_that_a_proxy_adds_all_the_same_is_undone()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET")
            .Do(fault => fault.ChangeBody(Gzip).SetHeader("Content-Encoding", "gzip").RemoveHeader("Content-Length"));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_compressed_download_that_breaks_starts_over()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once()
            .Do(fault => fault.ChangeBody(Gzip).SetHeader("Content-Encoding", "gzip").RemoveHeader("Content-Length").ResetAfter(100_000));
        lab.Registry.On(RequestKind.Blob, "GET")
            .Do(fault => fault.ChangeBody(Gzip).SetHeader("Content-Encoding", "gzip").RemoveHeader("Content-Length"));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_layer_that_an_object_store_calls_encoded_is_taken_as_it_is()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = Gzip(ClientLab.RandomBytes(Size));
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.SetHeader("Content-Encoding", "gzip"));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task An_encoding_that_was_not_asked_for_and_that_is_unknown_is_named()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET")
            .Do(fault => fault.ChangeBody(body => body[..1000]).SetHeader("Content-Encoding", "squeeze"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        Assert.AreEqual(DiagnosticCode.RegistryError, failure.Code);
        StringAssert.Contains(failure.Message, "squeeze");
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_broken_download_goes_on_where_it_broke(bool truncated)
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Times(3).Do(fault => truncated ? fault.TruncateAfter(70_000) : fault.ResetAfter(70_000));
        var file = await lab.FetchAsync(blob);
        AssertHolds(bytes, file);
        Assert.IsNotNull(lab.Registry.RequestsTo(RequestKind.Blob, "GET")[1].Header("Range"));
        Assert.IsTrue(lab.Registry.BlobBytesSent < 2 * Size, "most bytes came once");
    }

    [TestMethod]
    public async Task A_download_that_progresses_may_break_more_often_than_retries_are_allowed()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { MaxRetries = 2 };
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Times(10).Do(fault => fault.ResetAfter(25_000));
        var file = await lab.FetchAsync(blob);
        AssertHolds(bytes, file);
    }

    [TestMethod]
    public async Task A_download_without_progress_gives_up()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { MaxRetries = 2 };
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.ResetAfter(0));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "3 times");
    }

    [TestMethod]
    public async Task A_registry_that_ignores_ranges_is_read_again_from_the_start()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.ResetAfter(100_000));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.IgnoreRequestHeader("Range"));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_range_that_is_not_satisfiable_leads_back_to_the_start()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.ResetAfter(100_000));
        lab.Registry.On(RequestKind.Blob, "GET").Where(request => request.Header("Range") is not null).Do(fault => fault.Reply(416));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    [DataRow("bytes 0-299999/300000")]
    [DataRow("bytes 250000-299999/300000")]
    [DataRow("bytes 100000-299999/999")]
    [DataRow("nonsense")]
    public async Task A_wrong_content_range_is_noticed(string contentRange)
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.ResetAfter(100_000));
        lab.Registry.On(RequestKind.Blob, "GET").Where(request => request.Header("Range") is not null).Do(fault => fault.Change((_, _) =>
            new Reply(206).WithBody(
                contentRange.StartsWith("bytes 0-", StringComparison.Ordinal) ? bytes : bytes.AsMemory(250_000),
                "application/octet-stream").With("Content-Range", contentRange)));
        AssertHolds(bytes, await lab.FetchAsync(blob));
        Assert.IsFalse(lab.Reporter.Text.Contains("Downloading it again", StringComparison.Ordinal), "noticed before the digest was");
    }

    [TestMethod]
    public async Task An_expired_signature_is_renewed_at_the_registry()
    {
        await using var lab = await ClientLab.StartAsync();
        var host = await lab.Registry.StartSignedHostAsync();
        host.MaxUses = 1;
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, host.Sign));
        lab.Registry.On(RequestKind.Signed).Times(2).Do(fault => fault.ResetAfter(90_000));
        AssertHolds(bytes, await lab.FetchAsync(blob));
        Assert.AreEqual(3, lab.Registry.RequestsTo(RequestKind.Blob, "GET").Count);
    }

    [TestMethod]
    public async Task A_silent_connection_is_given_up_and_replaced()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromMilliseconds(400) };
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.StallAfter(100_000));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_slow_but_steady_download_has_no_time_limit()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromMilliseconds(1500), MaxRetries = 0 };
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(10_000));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Drip(500, TimeSpan.FromMilliseconds(100)));
        await lab.FetchAsync(blob);
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Blob, "GET").Count);
    }

    [TestMethod]
    public async Task A_blob_damaged_on_its_way_is_fetched_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.Corrupt(1000));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_blob_damaged_at_the_registry_is_never_stored()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", Digest.Of("something else"u8), ClientLab.RandomBytes(Size));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsFalse(lab.Store.TryGet(blob, out _));
    }

    [TestMethod]
    [DataRow(-10)]
    [DataRow(10)]
    public async Task A_lying_content_length_is_survived(int lie)
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.SetHeader("Content-Length", $"{Size + lie}"));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_body_without_a_length_is_read_to_its_end()
    {
        await using var lab = await ClientLab.StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.RemoveHeader("Content-Length"));
        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    public async Task A_missing_blob_is_named()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = new Descriptor { MediaType = MediaTypes.OciLayer, Digest = Digest.Of("none"u8), Size = 4 };
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        Assert.AreEqual(DiagnosticCode.RegistryNotFound, failure.Code);
        StringAssert.Contains(failure.Message, blob.Digest.ToString());
    }

    [TestMethod]
    public async Task A_registry_that_restarts_is_waited_for()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { RetryDelay = TimeSpan.FromMilliseconds(200), MaxRetryDelay = TimeSpan.FromSeconds(2) };
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        await lab.Registry.StopAsync();
        var fetching = lab.FetchAsync(blob);
        await Task.Delay(100);
        await lab.Registry.RestartAsync();
        AssertHolds(bytes, await fetching);
    }

    [TestMethod]
    public async Task A_foreign_layer_comes_from_its_own_URL_without_credentials()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var other = await lab.AddRegistryAsync();
        lab.LogIn("ada", "secret", other.Authority);
        var bytes = ClientLab.RandomBytes(Size);
        var layer = other.AddBlob("windows/base", bytes, MediaTypes.DockerForeignLayer);
        var url = $"{other.BaseAddress}v2/windows/base/blobs/{layer.Digest}";
        AssertHolds(bytes, await lab.FetchAsync(layer with { Urls = ["ftp://example/none", url] }));
        Assert.IsTrue(other.Requests.All(request => request.Authorization is null));
    }

    [TestMethod]
    public async Task A_foreign_layer_is_not_fetched_with_less_protection_than_its_registry()
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true });
        var other = await lab.AddRegistryAsync();
        var layer = other.AddBlob("windows/base", ClientLab.RandomBytes(Size), MediaTypes.DockerForeignLayer);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.FetchAsync(layer with { Urls = [$"{other.BaseAddress}v2/windows/base/blobs/{layer.Digest}"] }));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.AreEqual(0, other.Requests.Count);
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private static void AssertHolds(byte[] bytes, FileBlob file) => CollectionAssert.AreEqual(bytes, File.ReadAllBytes(file.Path));
}
