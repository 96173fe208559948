using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>What a build fetched of a blob before it ended is where the next one goes on. Only whole blobs are trusted.</summary>
[TestClass]
internal sealed class ContinuedDownloadTests
{
    private const int Size = 300_000;
    private const int Fetched = 200_000;

    private static readonly byte[] s_bytes = ClientLab.RandomBytes(Size);

    [TestMethod]
    public async Task The_next_build_asks_only_for_the_rest()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);

        await AssertArrivesAsync(lab, blob);

        Assert.AreEqual($"bytes={Fetched}-", Gets(lab).Single().Header("Range"));
        Assert.AreEqual(Size - Fetched, lab.Registry.BlobBytesSent);
        StringAssert.Contains(lab.Reporter.Text, $"continues at byte {Fetched} of {Size}");
        Assert.IsEmpty(Parts(lab));
    }

    [TestMethod]
    public async Task A_cancelled_build_leaves_what_it_has()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.StallAfter(Fetched));
        using var cancellation = new CancellationTokenSource();
        var fetching = lab.Client.FetchAsync(lab.Repository, blob, lab.Store, cancellation.Token);
        while (Parts(lab) is not [{ Length: Fetched }])
        {
            await Task.Delay(5);
        }

        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => fetching);
        lab.Registry.ClearRequests();

        await AssertArrivesAsync(lab, blob);
        Assert.AreEqual(Size - Fetched, lab.Registry.BlobBytesSent);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(Fetched - 1)]
    public async Task A_damaged_part_is_fetched_again_once_with_all_the_rest(int position)
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        var part = Parts(lab).Single().FullName;
        var damaged = await File.ReadAllBytesAsync(part);
        damaged[position] ^= 1;
        await File.WriteAllBytesAsync(part, damaged);

        await AssertArrivesAsync(lab, blob);

        CollectionAssert.AreEqual(new[] { $"bytes={Fetched}-", null }, Gets(lab).Select(request => request.Header("Range")).ToArray());
        Assert.AreEqual(Size - Fetched + Size, lab.Registry.BlobBytesSent);
        StringAssert.Contains(lab.Reporter.Text, "Downloading all of it");
    }

    [TestMethod]
    public async Task A_damaged_part_is_not_the_fault_of_a_mirror()
    {
        await using var lab = await ClientLab.StartAsync();
        var mirror = await lab.AddRegistryAsync();
        var blob = await BreakAsync(lab);
        mirror.AddBlob("team/app", s_bytes);
        lab.Options = options => options with
        {
            Mirrors = new Dictionary<string, IReadOnlyList<string>> { [lab.Registry.Authority] = [mirror.Authority] },
        };
        await File.WriteAllBytesAsync(Parts(lab).Single().FullName, new byte[Fetched]);

        await AssertArrivesAsync(lab, blob);

        Assert.AreEqual(2, mirror.RequestsTo(RequestKind.Blob, "GET").Count);
        Assert.IsEmpty(Gets(lab));
    }

    [TestMethod]
    public async Task A_part_longer_than_the_blob_is_thrown_away()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        await File.WriteAllBytesAsync(Parts(lab).Single().FullName, [.. s_bytes, 0]);

        await AssertArrivesAsync(lab, blob);

        Assert.IsNull(Gets(lab).Single().Header("Range"));
        Assert.IsEmpty(Parts(lab));
    }

    [TestMethod]
    public async Task A_part_that_is_complete_needs_no_registry()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        await File.WriteAllBytesAsync(Parts(lab).Single().FullName, s_bytes);

        await AssertArrivesAsync(lab, blob);

        Assert.IsEmpty(lab.Registry.Requests);
    }

    [TestMethod]
    public async Task A_complete_part_with_other_bytes_is_fetched_again()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        await File.WriteAllBytesAsync(Parts(lab).Single().FullName, new byte[Size]);

        await AssertArrivesAsync(lab, blob);

        Assert.IsNull(Gets(lab).Single().Header("Range"));
    }

    [TestMethod]
    public async Task A_registry_without_ranges_sends_all_of_it()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.IgnoreRequestHeader("Range"));

        await AssertArrivesAsync(lab, blob);

        Assert.AreEqual(Size, lab.Registry.BlobBytesSent);
    }

    [TestMethod]
    [DataRow("bytes 0-299999/300000")]
    [DataRow("bytes 250000-299999/300000")]
    [DataRow("bytes 200000-299999/999")]
    public async Task An_answer_with_another_range_is_not_taken(string contentRange)
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        lab.Registry.On(RequestKind.Blob, "GET").Where(request => request.Header("Range") is not null)
            .Do(fault => fault.SetHeader("Content-Range", contentRange));

        await AssertArrivesAsync(lab, blob);

        Assert.IsNull(Gets(lab)[1].Header("Range"));
        Assert.IsFalse(lab.Reporter.Text.Contains("Downloading all of it", StringComparison.Ordinal), "noticed before the digest was");
    }

    [TestMethod]
    public async Task Damage_of_the_registry_leaves_no_part()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", Digest.Of("something else"u8), s_bytes);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsEmpty(Parts(lab));
    }

    [TestMethod]
    public async Task Of_two_that_find_a_part_at_once_one_continues_it_and_both_get_the_blob()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        using var other = lab.NewClient(options => options with { Mirrors = new Dictionary<string, IReadOnlyList<string>>() });
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Delay(TimeSpan.FromMilliseconds(100)));

        var files = await Task.WhenAll(
            lab.FetchAsync(blob), other.FetchAsync(lab.Repository, blob, lab.Store, CancellationToken.None));

        Array.ForEach(files, file => CollectionAssert.AreEqual(s_bytes, File.ReadAllBytes(file.Path)));
        Assert.AreEqual(Size - Fetched, lab.Registry.BlobBytesSent, "The second one waits for the first.");
    }

    [TestMethod]
    public async Task A_part_that_is_being_written_is_not_taken_from_its_writer()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        // A process that does not wait for its turn, as none can where turns cannot be agreed on.
        using var writer = lab.Store.ContinueWriter(blob);
        await writer.Stream.WriteAsync(s_bytes.AsMemory(0, Fetched));

        await AssertArrivesAsync(lab, blob);

        Assert.AreEqual(Size, lab.Registry.BlobBytesSent);
        Assert.AreEqual(Fetched, writer.Stream.Length);
        var finished = await VerifiedFile.CompleteAsync(writer, blob, new RestStream(), "test", CancellationToken.None);
        CollectionAssert.AreEqual(s_bytes, await File.ReadAllBytesAsync(finished.Path));
        writer.Dispose();
        Assert.IsEmpty(Parts(lab));
    }

    [TestMethod]
    public async Task A_part_of_another_machine_is_continued_when_it_did_not_grow_for_an_hour()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        var part = lab.WriteFile($"store/parts/.0123456789abcdef0123456789abcdef{CacheFiles.PartEnding(blob.Digest)}", "");
        await File.WriteAllBytesAsync(part, s_bytes[..Fetched]);

        File.SetLastWriteTimeUtc(part, DateTime.UtcNow.AddMinutes(-55));
        using (var writer = lab.Store.ContinueWriter(blob))
        {
            Assert.AreEqual(0, writer.Stream.Length);
        }

        Assert.IsTrue(File.Exists(part), "Its writer may be alive.");
        File.SetLastWriteTimeUtc(part, DateTime.UtcNow.AddMinutes(-65));
        await AssertArrivesAsync(lab, blob);
        Assert.AreEqual(Size - Fetched, lab.Registry.BlobBytesSent);
        Assert.IsEmpty(Parts(lab));
    }

    [TestMethod]
    public async Task Of_several_parts_the_longest_is_continued_and_the_others_go()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = await BreakAsync(lab);
        var shorter = Path.Combine(Parts(lab).Single().DirectoryName!, AbandonedFiles.NewName(CacheFiles.PartEnding(blob.Digest)));
        await File.WriteAllBytesAsync(shorter, s_bytes[..1000]);

        using (var writer = lab.Store.ContinueWriter(blob))
        {
            Assert.AreEqual(Fetched, writer.Stream.Length);
        }

        Assert.IsFalse(File.Exists(shorter));
        Assert.AreEqual(Fetched, Parts(lab).Single().Length);
    }

    // A build that fails at a byte is one that was killed there, but for the process.
    private static async Task<Descriptor> BreakAsync(ClientLab lab)
    {
        var blob = lab.Registry.AddBlob("team/app", s_bytes);
        lab.Registry.On(RequestKind.Blob, "GET").Once().Do(fault => fault.TruncateAfter(Fetched));
        using var client = lab.NewClient(options => options with { MaxRetries = 0 });
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => client.FetchAsync(lab.Repository, blob, lab.Store, CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        Assert.AreEqual(Fetched, Parts(lab).Single().Length);
        lab.Registry.ClearRequests();
        return blob;
    }

    private static async Task AssertArrivesAsync(ClientLab lab, Descriptor blob) =>
        CollectionAssert.AreEqual(s_bytes, await File.ReadAllBytesAsync((await lab.FetchAsync(blob)).Path));

    private static IReadOnlyList<RecordedRequest> Gets(ClientLab lab) => lab.Registry.RequestsTo(RequestKind.Blob, "GET");

    private static FileInfo[] Parts(ClientLab lab)
    {
        var directory = new DirectoryInfo(Path.Combine(lab.Store.Root, CacheFiles.Parts));
        return directory.Exists ? directory.GetFiles() : [];
    }

    /// <summary>What a download brings that begins behind the first bytes: its position says where.</summary>
    private sealed class RestStream() : MemoryStream(s_bytes, Fetched, Size - Fetched)
    {
        public override long Position
        {
            get => base.Position + Fetched;
            set => base.Position = value - Fetched;
        }
    }
}
