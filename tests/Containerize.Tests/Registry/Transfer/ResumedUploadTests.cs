using System.Diagnostics;
using Containerize.Registry.Protocol;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>
/// An upload in chunks outlives what passes: it waits, asks where the registry is, and goes on there in the same session.
/// </summary>
[TestClass]
internal sealed class ResumedUploadTests
{
    private const int Size = 300_000;
    private const int ChunkSize = 100_000;

    [TestMethod]
    [DataRow("PATCH", 0, 503)]
    [DataRow("PATCH", 1, 503)]
    [DataRow("PATCH", 2, 500)]
    [DataRow("PATCH", 1, 429)]
    [DataRow("GET", 0, 503)]
    [DataRow("GET", 0, 500)]
    [DataRow("PUT", 0, 503)]
    [DataRow("PUT", 0, 500)]
    public async Task What_passes_in_mid_upload_costs_no_byte_that_has_arrived(string method, int skip, int status)
    {
        await using var lab = await StartAsync();
        // The question is asked only after something else failed.
        lab.Registry.On(RequestKind.Upload, "PATCH").Where(_ => method == "GET").Skip(1).Once().Do(fault => fault.LoseReply());
        lab.Registry.On(RequestKind.Upload, method).Skip(skip).Times(2).Do(fault => fault.Reply(status));

        await lab.PushAsync(ClientLab.RandomBlob(Size));

        Assert.HasCount(1, lab.Registry.Uploads);
        // Of the first byte a registry cannot say whether it has it.
        Assert.HasCount(skip == 0 && method == "PATCH" ? 3 : 1, Sessions(lab));
        Assert.AreEqual(
            Size,
            lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Where(request => request.Status is not (503 or 500 or 429))
                .Sum(request => request.BytesReceived));
    }

    [TestMethod]
    [DataRow("PATCH")]
    [DataRow("GET")]
    [DataRow("PUT")]
    public async Task Whatever_fails_is_repeated_after_a_pause(string method)
    {
        var delay = TimeSpan.FromMilliseconds(100);
        await using var lab = await StartAsync(options => options with { RetryDelay = delay, MaxRetryDelay = TimeSpan.FromSeconds(2) });
        lab.Registry.On(RequestKind.Upload, "PATCH").Where(_ => method == "GET").Once().Do(fault => fault.Reply(500));
        lab.Registry.On(RequestKind.Upload, method).Times(4).Do(fault => fault.Reply(500));
        var started = Stopwatch.StartNew();

        await lab.PushAsync(ClientLab.RandomBlob(Size));

        Assert.IsGreaterThan(4 * delay, started.Elapsed);
    }

    [TestMethod]
    public async Task Failures_are_counted_from_the_last_progress()
    {
        await using var lab = await StartAsync(options => options with { MaxRetries = 2 });
        for (var chunk = 0; chunk < Size / ChunkSize; chunk++)
        {
            var start = $"{chunk * ChunkSize}-";
            lab.Registry.On(RequestKind.Upload, "PATCH")
                .Where(request => request.Header("Content-Range")!.StartsWith(start, StringComparison.Ordinal))
                .Times(2).Do(fault => fault.Reply(500));
        }

        await lab.PushAsync(ClientLab.RandomBlob(Size));

        Assert.HasCount(1, lab.Registry.Uploads);
    }

    [TestMethod]
    [DataRow(404, null)]
    [DataRow(405, null)]
    [DataRow(204, "0-0")]
    [DataRow(204, "0-400000")]
    public async Task A_session_that_the_registry_does_not_know_or_explain_is_replaced(int status, string? range)
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Upload, "PATCH").Skip(1).Once().Do(fault => fault.Reply(500));
        lab.Registry.On(RequestKind.Upload, "GET").Once()
            .Do(fault => range is null ? fault.Reply(status) : fault.Reply(status, "", ("Range", range)));

        await lab.PushAsync(ClientLab.RandomBlob(Size));

        Assert.HasCount(2, Sessions(lab));
        Assert.HasCount(1, lab.Registry.Uploads);
    }

    [TestMethod]
    public async Task A_commit_whose_reply_was_lost_is_not_done_again()
    {
        await using var lab = await StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") is null or "0").Once()
            .Do(fault => fault.LoseReply());

        await lab.PushAsync(ClientLab.RandomBlob(Size));

        Assert.HasCount(1, lab.Registry.Uploads);
        Assert.HasCount(1, Sessions(lab));
    }

    private static IReadOnlyCollection<string> Sessions(ClientLab lab) =>
        [.. lab.Registry.RequestsTo(RequestKind.Upload, "PATCH").Select(request => request.Reference).Distinct()];

    /// <summary>A registry that takes chunks only.</summary>
    private static async Task<ClientLab> StartAsync(Func<RegistryOptions, RegistryOptions>? change = null)
    {
        var lab = await ClientLab.StartAsync();
        lab.Options = options => (change?.Invoke(options) ?? options) with { ChunkSize = ChunkSize };
        lab.Registry.On(RequestKind.Upload, "PUT").Where(request => request.Header("Content-Length") is not (null or "0"))
            .Do(fault => fault.Error(405, "UNSUPPORTED"));
        return lab;
    }
}
