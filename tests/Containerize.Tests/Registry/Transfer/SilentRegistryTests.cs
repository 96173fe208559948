using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>A registry that does not answer costs as much patience as one request has, however many wait for it.</summary>
[TestClass]
internal sealed class SilentRegistryTests
{
    private const int Blobs = 12;
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    [TestMethod]
    [DataRow(null)]
    [DataRow(504)]
    [DataRow(503)]
    [DataRow(522)]
    public async Task Blobs_that_are_pushed_together_wait_together(int? status)
    {
        await using var lab = await StartAsync(retries: 2);
        lab.Registry.On(RequestKind.Blob).Do(fault => status is { } late
            ? fault.Reply(late).DelayReply(s_patience / 2)
            : fault.Delay(TimeSpan.FromHours(1)));

        var failures = await Task.WhenAll(Enumerable.Range(1, Blobs).Select(PushAsync));

        Assert.IsTrue(Array.TrueForAll(failures, failure => failure.Code == DiagnosticCode.RegistryUnavailable));
        Assert.IsLessThan(Blobs, lab.Registry.RequestsTo(RequestKind.Blob).Count, "One request is repeated twice; the others share it.");

        Task<ContainerizeException> PushAsync(int size) => Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.PushAsync(ClientLab.RandomBlob(size)));
    }

    [TestMethod]
    [DataRow(null)]
    [DataRow(503)]
    [DataRow(500)]
    public async Task A_bad_moment_of_the_first_one_keeps_no_blob_away(int? status)
    {
        await using var lab = await StartAsync(retries: 2);
        lab.Registry.On(RequestKind.Blob).Once().Do(fault => status is { } bad ? fault.Reply(bad) : fault.Delay(TimeSpan.FromHours(1)));

        await Task.WhenAll(Enumerable.Range(1, Blobs).Select(size => lab.PushAsync(ClientLab.RandomBlob(size))));

        Assert.HasCount(Blobs, lab.Registry.Uploads);
    }

    [TestMethod]
    public async Task One_that_never_answered_is_waited_for_again_after_a_minute()
    {
        await using var lab = await StartAsync(retries: 1);
        var time = new ShiftedTime();
        var usual = lab.Options;
        lab.Options = options => usual(options) with { TimeProvider = time };
        lab.Registry.On(RequestKind.Blob).Times(2).Do(fault => fault.Delay(TimeSpan.FromHours(1)));
        var first = await FailAsync(lab);

        var second = await FailAsync(lab);
        var push = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(10)));

        Assert.AreEqual(first.Message, second.Message);
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, push.Code);
        Assert.HasCount(2, lab.Registry.RequestsTo(RequestKind.Blob));
        time.Shift = TimeSpan.FromMinutes(1);
        Assert.IsFalse(await HasAsync(lab));
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task One_that_served_or_refuses_quickly_is_asked_each_time(bool isQuick)
    {
        await using var lab = await StartAsync(retries: 1);
        if (!isQuick)
        {
            await HasAsync(lab);
        }

        lab.Registry.On(RequestKind.Blob).Times(2).Do(fault => isQuick ? fault.Reply(503) : fault.Delay(TimeSpan.FromHours(1)));
        await FailAsync(lab);

        Assert.IsFalse(await HasAsync(lab));
    }

    private static Task<bool> HasAsync(ClientLab lab) =>
        lab.Client.HasBlobAsync(lab.Repository, ClientLab.RandomBlob(5).Descriptor, CancellationToken.None);

    private static Task<ContainerizeException> FailAsync(ClientLab lab) =>
        Assert.ThrowsExactlyAsync<ContainerizeException>(() => HasAsync(lab));

    private static async Task<ClientLab> StartAsync(int retries)
    {
        var lab = await ClientLab.StartAsync();
        lab.Options = options => options with { NoProgressTimeout = s_patience, MaxRetries = retries };
        return lab;
    }

    /// <summary>The machine's clock, later.</summary>
    private sealed class ShiftedTime : TimeProvider
    {
        internal TimeSpan Shift { get; set; }

        public override long GetTimestamp() => base.GetTimestamp() + (long)(Shift.TotalSeconds * TimestampFrequency);
    }
}
