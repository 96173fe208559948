using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>
/// Some answers take a registry's work: to copy an image, to hash a blob. The time for them is bounded, and no other has it.
/// </summary>
[TestClass]
internal sealed class SlowAnswerTests
{
    private const int Size = 40_000_000;
    private static readonly TimeSpan s_usual = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(2.5);
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow("HEAD")]
    [DataRow("GET")]
    public async Task A_manifest_may_be_copied_first(string method)
    {
        await using var lab = await StartAsync(s_usual);
        lab.Registry.On(RequestKind.Manifest, method).Do(fault => fault.Delay(s_long));

        Assert.IsNotNull(method == "HEAD"
            ? await lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None)
            : (await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None))?.Descriptor);
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Manifest));
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_manifest_is_waited_for_for_five_minutes()
    {
        await using var lab = await StartAsync(TimeSpan.FromSeconds(60));
        var time = new ManualTime();
        var usual = lab.Options;
        lab.Options = options => usual(options) with { TimeProvider = time };
        lab.Registry.On(RequestKind.Manifest).Do(fault => fault.Delay(TimeSpan.FromHours(1)));

        var asking = lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);
        while (lab.Registry.RequestsTo(RequestKind.Manifest).Count == 0)
        {
            await Task.Delay(20);
        }

        time.Advance(TimeSpan.FromSeconds(299));
        await Task.Delay(200);
        Assert.IsFalse(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => asking);
        StringAssert.Contains(failure.Message, "300 seconds");
    }

    [TestMethod]
    public async Task What_took_that_long_is_repeated_once()
    {
        await using var lab = await StartAsync(TimeSpan.FromMilliseconds(100), retries: 5);
        lab.Registry.On(RequestKind.Upload, "PUT").Do(fault => fault.Reply(500).DelayReply(TimeSpan.FromMinutes(5)));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(2_000_000)));

        Assert.HasCount(2, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
    }

    [TestMethod]
    public async Task Other_requests_have_the_usual_time()
    {
        await using var lab = await StartAsync(s_usual);
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));
        lab.Registry.On(RequestKind.Blob).Do(fault => fault.Delay(s_long));
        lab.Registry.On(RequestKind.Manifest, "PUT").Do(fault => fault.Delay(s_long));
        lab.Registry.On(RequestKind.Tags).Do(fault => fault.Delay(s_long));

        foreach (Func<Task> request in (Func<Task>[])[
            () => lab.Client.FindBlobSizeAsync(lab.Repository, blob.Digest, CancellationToken.None),
            () => lab.FetchAsync(blob),
            () => lab.Client.PutManifestAsync(lab.Repository, "2.0", s_index, MediaTypes.OciIndex, CancellationToken.None),
            () => lab.Client.ListTagsAsync(lab.Repository, CancellationToken.None)])
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(request);
            StringAssert.Contains(failure.Message, "for 1 seconds");
        }
    }

    [TestMethod]
    [DataRow(false, false)]
    [DataRow(true, false)]
    [DataRow(true, true)]
    public async Task A_commit_has_time_for_the_whole_blob_however_it_was_sent(bool inChunks, bool inOnePatch)
    {
        await using var lab = await StartAsync(s_usual);
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => inChunks && request.Header("Content-Length") is not (null or "0"))
            .Do(fault => fault.Error(405, "UNSUPPORTED"));
        lab.Registry.On(RequestKind.Upload, "PATCH").Where(request => inOnePatch && request.Header("Content-Range") is not null)
            .Do(fault => fault.Error(400, "BLOB_UPLOAD_INVALID"));
        lab.Registry.On(RequestKind.Upload, "PUT").Do(fault => fault.DelayReply(s_long));

        await lab.PushAsync(ClientLab.RandomBlob(Size));

        Assert.HasCount(1, lab.Registry.Uploads);
    }

    [TestMethod]
    [DataRow(504, false)]
    [DataRow(504, true)]
    [DataRow(524, false)]
    [DataRow(524, true)]
    public async Task A_commit_that_goes_on_behind_a_proxy_is_looked_for_several_times(int status, bool inChunks)
    {
        await using var lab = await StartAsync(TimeSpan.FromSeconds(20), retries: 5);
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => inChunks && request.Header("Content-Length") is not (null or "0"))
            .Do(fault => fault.Error(405, "UNSUPPORTED"));
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.Status(status));
        // Neither before the upload nor in the first looks behind it, the second of which fails.
        lab.Registry.On(RequestKind.Blob, "HEAD").Times(inChunks ? 3 : 2).Do(fault => fault.Reply(404));
        lab.Registry.On(RequestKind.Blob, "HEAD").Once().Do(fault => fault.Reply(503));
        lab.Registry.On(RequestKind.Blob, "HEAD").Once().Do(fault => fault.Reply(404));

        await lab.PushAsync(ClientLab.RandomBlob(20_000_000));

        Assert.HasCount(1, lab.Registry.Uploads);
        Assert.HasCount(inChunks ? 2 : 1, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
    }

    [TestMethod]
    public async Task A_commit_that_does_not_happen_is_done_again()
    {
        await using var lab = await StartAsync(TimeSpan.FromSeconds(20), retries: 5);
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.Reply(504));

        await lab.PushAsync(ClientLab.RandomBlob(300_000));

        Assert.HasCount(2, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
        Assert.IsGreaterThan(3, lab.Registry.RequestsTo(RequestKind.Blob, "HEAD").Count);
    }

    private static async Task<ClientLab> StartAsync(TimeSpan patience, int retries = 0)
    {
        var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { NoProgressTimeout = patience, MaxRetries = retries };
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }
}
