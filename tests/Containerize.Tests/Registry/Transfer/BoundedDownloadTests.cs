using System.Globalization;
using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>
/// A transfer that does not get on ends: too slow, cut again and again, or answered with other parts than were asked for.
/// </summary>
[TestClass]
internal sealed class BoundedDownloadTests
{
    private const int Size = 300_000;

    private static readonly byte[] s_index =
        Encoding.UTF8.GetBytes($$$"""{"schemaVersion":2,"manifests":[],"annotations":{"padding":"{{{new string('x', 2000)}}}"}}""");

    [TestMethod]
    [DataRow(RequestKind.Blob)]
    [DataRow(RequestKind.Manifest)]
    [DataRow(RequestKind.Token)]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_body_that_trickles_is_given_up_after_a_few_tries(RequestKind kind)
    {
        await using var lab = await StartAsync(kind == RequestKind.Token ? new BearerAuth("ada", "secret") : null);
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromSeconds(2) };
        lab.Registry.On(kind, "GET")
            .Do(fault => fault.ChangeBody(body => [.. body, .. new byte[2000]]).Drip(1, TimeSpan.FromMilliseconds(30)));
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));

        var failure =
            await Assert.ThrowsExactlyAsync<ContainerizeException>(() => kind == RequestKind.Blob ? lab.FetchAsync(blob) : PullAsync(lab));

        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "bytes in");
        Assert.IsLessThanOrEqualTo(3, lab.Registry.RequestsTo(kind, "GET").Count);
    }

    [TestMethod]
    public async Task A_body_that_trickles_once_is_asked_for_again()
    {
        await using var lab = await StartAsync();
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromSeconds(2) };
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.Drip(1, TimeSpan.FromMilliseconds(30)));

        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    [DataRow(150_000, 0, DisplayName = "always at the half")]
    [DataRow(150_000, 40, DisplayName = "each time a little later")]
    [DataRow(150_000, 4000, DisplayName = "each time some kilobytes later")]
    [DataRow(299_000, 1, DisplayName = "each time a byte later, near the end")]
    [DataRow(100, 100, DisplayName = "near the start")]
    public async Task A_download_that_is_cut_without_ranges_is_restarted_a_few_times_only(int first, int later)
    {
        await using var lab = await StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        for (var cut = first; cut < Size && cut < first + (200 * Math.Max(later, 1)); cut += Math.Max(later, 1))
        {
            var at = cut;
            lab.Registry.On(RequestKind.Blob, "GET").Once()
                .Do(fault => fault.IgnoreRequestHeader("Range").TruncateAfter(later == 0 ? first : at));
        }

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "times");
        Assert.IsLessThanOrEqualTo(
            1 + new Containerize.Registry.Protocol.RegistryOptions().MaxRetries, lab.Registry.RequestsTo(RequestKind.Blob, "GET").Count);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(500)]
    public async Task A_download_in_crumbs_is_given_up_although_each_gets_on(int bytes)
    {
        await using var lab = await StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.TruncateAfter(bytes));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        Assert.IsLessThanOrEqualTo(
            1 + new Containerize.Registry.Protocol.RegistryOptions().MaxRetries, lab.Registry.RequestsTo(RequestKind.Blob, "GET").Count);
    }

    [TestMethod]
    public async Task A_few_restarts_without_ranges_end_well()
    {
        await using var lab = await StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Times(4).Do(fault => fault.IgnoreRequestHeader("Range").ResetAfter(150_000));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.IgnoreRequestHeader("Range"));

        AssertHolds(bytes, await lab.FetchAsync(blob));
    }

    [TestMethod]
    [DataRow(0, "bytes 0-299999/300000", DisplayName = "the whole")]
    [DataRow(50_000, "bytes 50000-299999/300000", DisplayName = "an earlier byte")]
    [DataRow(250_000, "bytes 250000-299999/300000", DisplayName = "a later byte")]
    [DataRow(100_000, "bytes 100000-299999/299999", DisplayName = "another total")]
    [DataRow(100_000, "lines 100000-299999/300000", DisplayName = "another unit")]
    [DataRow(100_000, "bytes */300000", DisplayName = "no range")]
    [DataRow(100_000, "bytes 200000-100000/300000", DisplayName = "an end before the start")]
    [DataRow(100_000, null, DisplayName = "no header")]
    public async Task A_part_that_was_not_asked_for_is_dropped_and_the_blob_begun_again(int start, string? contentRange)
    {
        await using var lab = await StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.TruncateAfter(100_000));
        lab.Registry.On(RequestKind.Blob, "GET").Where(request => request.Header("Range") is not null).Do(fault => fault.Change((_, _) =>
        {
            var part = new Reply(206).WithBody(bytes.AsMemory(start), "application/octet-stream");
            return contentRange is null ? part : part.With("Content-Range", contentRange);
        }));

        AssertHolds(bytes, await lab.FetchAsync(blob));

        var ranges = lab.Registry.RequestsTo(RequestKind.Blob, "GET").Select(request => request.Header("Range")).ToArray();
        Assert.HasCount(3, ranges);
        Assert.IsNotNull(ranges[1]);
        Assert.IsNull(ranges[2]);
    }

    [TestMethod]
    [DataRow(0, 300_000, 1, DisplayName = "all of it")]
    [DataRow(0, 150_000, 2, DisplayName = "its first half")]
    [DataRow(1000, 299_000, 2, DisplayName = "its end")]
    public async Task A_part_though_all_was_asked_for_is_taken_from_its_first_byte_only(int start, int length, int requests)
    {
        await using var lab = await StartAsync();
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        var contentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{start + length - 1}/{Size}");
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.Change((_, _) =>
            new Reply(206).WithBody(bytes.AsMemory(start, length), "application/octet-stream").With("Content-Range", contentRange)));

        AssertHolds(bytes, await lab.FetchAsync(blob));

        Assert.HasCount(requests, lab.Registry.RequestsTo(RequestKind.Blob, "GET"));
    }

    private static async Task<ClientLab> StartAsync(RegistryAuth? auth = null)
    {
        var lab = await ClientLab.StartAsync(new() { Auth = auth });
        lab.LogIn("ada", "secret");
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }

    private static Task PullAsync(ClientLab lab) => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);

    private static void AssertHolds(byte[] bytes, VerifiedFile file) => CollectionAssert.AreEqual(bytes, File.ReadAllBytes(file.Path));
}
