using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>An upload of which a registry takes nothing ends in an error, after a bounded number of requests.</summary>
[TestClass]
internal sealed class StuckUploadTests
{
    private const int Size = 300_000;
    private const int MaxRequests = 40;

    [TestMethod]
    [DataRow(202, null, DisplayName = "confirmed, nothing said")]
    [DataRow(202, "0-0", DisplayName = "confirmed, still at the start")]
    [DataRow(204, "bytes=0-0", DisplayName = "confirmed, still at the start, other form")]
    [DataRow(202, "0-99999", DisplayName = "confirmed, always at the first chunk")]
    [DataRow(416, "0-0", DisplayName = "refused, at the start")]
    [DataRow(416, "0-49999", DisplayName = "refused, always at the same byte")]
    [DataRow(413, null, DisplayName = "too large")]
    [DataRow(500, null, DisplayName = "failing")]
    [DataRow(503, "0-0", DisplayName = "failing, at the start")]
    [Timeout(120_000, CooperativeCancellation = true)]
    public async Task A_PATCH_that_takes_nothing_ends_in_an_error(int status, string? range)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Upload, "PATCH").Do(fault => fault.Reply(_ => WithRange(new Reply(status), range)));
        lab.Registry.On(RequestKind.Upload, "GET").Do(fault => fault.Reply(_ => WithRange(new Reply(204), range)));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(Size)));

        StringAssert.Contains(failure.Message, lab.Registry.Authority);
        AssertIsBounded(lab);
    }

    [TestMethod]
    [DataRow(202, 0)]
    [DataRow(202, 50_000)]
    [DataRow(416, 50_000)]
    [Timeout(120_000, CooperativeCancellation = true)]
    public async Task An_upload_whose_state_never_gets_on_ends_in_an_error(int status, int position)
    {
        await using var lab = await StartAsync();
        var range = $"0-{position}";
        var isFirst = true;
        lab.Registry.On(RequestKind.Upload, "PATCH").Do(fault => fault.Reply(_ =>
        {
            // Confirmed and refused by turns: each confirmation looks like progress.
            isFirst = !isFirst;
            return WithRange(new Reply(isFirst ? status : 500), range);
        }));
        lab.Registry.On(RequestKind.Upload, "GET").Do(fault => fault.Reply(_ => WithRange(new Reply(204), range)));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(Size)));

        AssertIsBounded(lab);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(50_000)]
    [Timeout(120_000, CooperativeCancellation = true)]
    public async Task A_registry_that_reads_no_further_ends_in_an_error(int received)
    {
        await using var lab = await StartAsync(retries: 2);
        lab.Options = options =>
            options with { NoProgressTimeout = TimeSpan.FromMilliseconds(300), MaxRetries = 2, ChunkSize = 10_000_000 };
        lab.Registry.On(RequestKind.Upload, "PATCH").Do(fault => fault.StallAfterReceiving(received));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(9_000_000)));

        AssertIsBounded(lab);
    }

    [TestMethod]
    [DataRow(500)]
    [DataRow(404)]
    [DataRow(416)]
    [DataRow(400)]
    [Timeout(120_000, CooperativeCancellation = true)]
    public async Task A_commit_that_never_succeeds_ends_in_an_error(int status)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Do(fault => fault.Error(status, "BLOB_UPLOAD_INVALID"));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(Size)));

        AssertIsBounded(lab);
    }

    private static Reply WithRange(Reply reply, string? range) => range is null ? reply : reply.With("Range", range);

    private static void AssertIsBounded(ClientLab lab) =>
        Assert.IsLessThanOrEqualTo(MaxRequests, lab.Registry.RequestsTo(RequestKind.Upload).Count);

    /// <summary>A registry that takes no blob in one piece.</summary>
    private static async Task<ClientLab> StartAsync(int retries = 5)
    {
        var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { ChunkSize = 100_000, MaxRetries = retries };
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") is not (null or "0"))
            .Do(fault => fault.Error(405, "UNSUPPORTED"));
        return lab;
    }
}
