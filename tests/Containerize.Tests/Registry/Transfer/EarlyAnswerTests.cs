using System.Globalization;
using Containerize.Registry.Transfer;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>
/// Servers answer a body that they do not want before it has come, and close. Over HTTP/1.1 such an answer is not seen: the connection
/// looks broken.
/// </summary>
[TestClass]
internal sealed class EarlyAnswerTests
{
    private const int MiB = 1024 * 1024;

    [TestMethod]
    [DataRow(10 * MiB, 4 * MiB)]
    [DataRow(10 * MiB, MiB)]
    [DataRow(3 * MiB, MiB)]
    [DataRow(40 * MiB, 4 * MiB)]
    public async Task A_limit_below_the_blob_gives_chunks_within_it(int size, int limit)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload).Where(request => LengthOf(request) > limit)
            .Do(fault => fault.Error(413, "").WithoutReadingOrWaiting());

        var outcome = await lab.PushAsync(ClientLab.RandomBlob(size));

        Assert.AreEqual(PushKind.Uploaded, outcome.Kind);
        Assert.IsLessThanOrEqualTo(2L * size, outcome.BytesSent);
    }

    [TestMethod]
    [DataRow(10 * MiB, 4 * MiB)]
    [DataRow(10 * MiB, MiB)]
    [DataRow(3 * MiB, MiB)]
    public async Task A_server_that_only_breaks_off_gets_chunks_that_it_takes(int size, int limit)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload).Where(request => LengthOf(request) > limit).Do(fault => fault.ResetAfterReceiving(1));

        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(size))).Kind);
    }

    [TestMethod]
    public async Task A_refused_token_is_seen_and_renewed()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Upload, "PUT").Times(2).Do(fault => fault.Reply(_ => Reply.Error(401, "UNAUTHORIZED")
            .With("WWW-Authenticate", $"Bearer realm=\"{lab.Registry.TokenAddress}\",service=\"test-registry\",error=\"invalid_token\""))
            .WithoutReadingOrWaiting());

        await lab.PushAsync(ClientLab.RandomBlob(10 * MiB));

        var sent = lab.Registry.RequestsTo(RequestKind.Upload, "PUT");
        CollectionAssert.AreEqual(
            new[] { null, "100-continue", "100-continue" }, sent.Select(request => request.Header("Expect")).ToArray());
        Assert.AreNotEqual(sent[1].Authorization, sent[2].Authorization);
    }

    [TestMethod]
    [DataRow(10 * MiB, "100-continue")]
    [DataRow(10_000, null)]
    public async Task Only_what_is_large_and_was_broken_off_waits_for_consent(int size, string? expected)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.ResetAfterReceiving(1));

        await lab.PushAsync(ClientLab.RandomBlob(size));

        CollectionAssert.AreEqual(
            new[] { null, expected },
            lab.Registry.RequestsTo(RequestKind.Upload, "PUT").Select(request => request.Header("Expect")).ToArray());
    }

    [TestMethod]
    public async Task A_server_that_refuses_to_be_asked_is_not_asked()
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "PUT").Once().Do(fault => fault.ResetAfterReceiving(1));
        lab.Registry.On(RequestKind.Upload).Where(request => request.Header("Expect") is not null)
            .Do(fault => fault.Reply(417).WithoutReadingOrWaiting());

        await lab.PushAsync(ClientLab.RandomBlob(10 * MiB));

        Assert.HasCount(3, lab.Registry.RequestsTo(RequestKind.Upload, "PUT"));
        Assert.IsEmpty(lab.Registry.RequestsTo(RequestKind.Upload, "PATCH"));
    }

    private static long LengthOf(RecordedRequest request) =>
        request.Header("Content-Length") is { } length ? long.Parse(length, CultureInfo.InvariantCulture) : 0;
}
