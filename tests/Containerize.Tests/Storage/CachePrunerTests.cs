using System.Globalization;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class CachePrunerTests
{
    private static readonly TimeSpan s_month = TimeSpan.FromDays(30);

    private readonly TemporaryDirectory _folder = new();

    private BlobStore Store => new(_folder["store"]);

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task What_was_used_least_recently_goes_until_the_rest_fits()
    {
        var oldest = await AddAsync("oldest", TimeSpan.FromDays(3));
        var older = await AddAsync("older!", TimeSpan.FromDays(2));
        var recent = await AddAsync("recent", TimeSpan.FromHours(2));

        var result = Prune(maxSize: 12);

        Assert.AreEqual(new PruneResult(1, 6, 12, 0), result);
        Assert.IsFalse(File.Exists(oldest.Path));
        Assert.IsTrue(File.Exists(older.Path) && File.Exists(recent.Path));
    }

    [TestMethod]
    public async Task A_blob_that_a_build_asks_for_counts_as_used()
    {
        var first = await AddAsync("first!", TimeSpan.FromDays(3));
        var second = await AddAsync("second", TimeSpan.FromDays(2));

        Assert.IsTrue(Store.TryGet(first.Descriptor, out _));
        _ = Prune(maxSize: 6);

        Assert.IsTrue(File.Exists(first.Path));
        Assert.IsFalse(File.Exists(second.Path));
    }

    [TestMethod]
    public async Task What_was_not_used_for_long_goes_although_there_is_room()
    {
        var blob = await AddAsync("blob", TimeSpan.FromDays(31));
        var kept = await AddAsync("kept", TimeSpan.FromDays(29));
        var record = WriteOther(TimeSpan.FromDays(31));
        var freshRecord = WriteOther(TimeSpan.FromDays(1));

        Assert.AreEqual(2, Prune(maxSize: 1000).Files);

        Assert.IsFalse(File.Exists(blob.Path) || File.Exists(record));
        Assert.IsTrue(File.Exists(kept.Path) && File.Exists(freshRecord));
    }

    [TestMethod]
    public async Task Records_outlive_the_blobs_that_make_room()
    {
        var blob = await AddAsync("blob", TimeSpan.FromDays(1));
        var record = WriteOther(TimeSpan.FromDays(2));

        _ = Prune(maxSize: 0);

        Assert.IsFalse(File.Exists(blob.Path));
        Assert.IsTrue(File.Exists(record));
    }

    [TestMethod]
    public async Task Nothing_goes_that_a_running_build_uses()
    {
        var before = await AddAsync("before", TimeSpan.FromDays(1));
        using (BuildLease.Take(Store))
        {
            var used = await AddAsync("used", TimeSpan.Zero);

            Assert.AreEqual(new PruneResult(1, 6, 4, 1), Prune(maxSize: 0));
            Assert.IsTrue(File.Exists(used.Path));
        }

        Assert.AreEqual(1, Prune(maxSize: 0).Files);
        Assert.IsFalse(File.Exists(before.Path));
    }

    [TestMethod]
    public async Task A_build_that_died_keeps_nothing()
    {
        var blob = await AddAsync("used", TimeSpan.Zero);
        // A file that no process holds.
        var lease = _folder.Write($"store/leases/{AbandonedFiles.NewName()}", "");

        Assert.AreEqual(1, Prune(maxSize: 0).Files);

        Assert.IsFalse(File.Exists(blob.Path));
        Assert.IsFalse(File.Exists(lease), "The lease of a dead process is swept.");
    }

    [TestMethod]
    public async Task A_lease_whose_lock_cannot_be_seen_counts_for_a_day()
    {
        _ = await AddAsync("used", TimeSpan.Zero);
        // Of another machine, to which the locks of this one may not reach.
        var lease = _folder.Write("store/leases/.0123456789abcdef0123456789abcdef.tmp", "");

        File.SetLastWriteTimeUtc(lease, DateTime.UtcNow - TimeSpan.FromHours(23));
        Assert.AreEqual(1, Prune(maxSize: 0).InUse);

        File.SetLastWriteTimeUtc(lease, DateTime.UtcNow - TimeSpan.FromHours(25));
        Assert.AreEqual(1, Prune(maxSize: 0).Files);
        Assert.IsFalse(File.Exists(lease), "It is swept.");
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DynamicData(nameof(SpecialFile.All), typeof(SpecialFile))]
    [Timeout(30_000)]
    public async Task What_is_no_lease_holds_no_pruning_up(string kind)
    {
        _ = await AddAsync("blob", TimeSpan.Zero);
        CacheMarker.Put(Store);
        await SpecialFile.PutAsync(kind, Path.Combine(Store.Root, "leases", new string('a', 32)));
        await SpecialFile.PutAsync(kind, Path.Combine(Store.Root, "leases", AbandonedFiles.NewName()));

        Assert.AreEqual(0, Prune(maxSize: 0).BytesLeft);
    }

    [TestMethod]
    public async Task Parts_of_blobs_count_for_the_size_and_go_after_a_week()
    {
        var blob = await AddAsync("blob", TimeSpan.FromDays(5));
        var recent = WritePart("recent", TimeSpan.FromDays(6));
        var old = WritePart("old", TimeSpan.FromDays(8));

        Assert.AreEqual(new PruneResult(1, 3, 10, 0), Prune(maxSize: 100));
        Assert.IsFalse(File.Exists(old));

        Assert.AreEqual(new PruneResult(1, 6, 4, 0), Prune(maxSize: 9));
        Assert.IsFalse(File.Exists(recent));
        Assert.IsTrue(File.Exists(blob.Path));
    }

    [TestMethod]
    public async Task A_part_stays_that_a_process_writes()
    {
        CacheMarker.Put(Store);
        var blob = new MemoryBlob(MediaTypes.OciLayer, "a blob"u8.ToArray());
        using (var writer = Store.ContinueWriter(blob.Descriptor))
        {
            writer.Stream.Write("a b"u8);
            SetUse(Directory.GetFiles(_folder["store/parts"]).Single(), TimeSpan.FromDays(8));
            Assert.AreEqual(3, Prune(maxSize: 0).BytesLeft);
            writer.Stream.Write("lob"u8);
            writer.Commit(blob.Descriptor);
        }

        Assert.IsNotNull(await Store.TryGetVerifiedAsync(blob.Descriptor, CancellationToken.None));
        Assert.IsEmpty(Directory.GetFiles(_folder["store/parts"]));
    }

    [TestMethod]
    public async Task The_report_of_a_pruning_counts_what_killed_builds_left()
    {
        _ = await AddAsync("blob", TimeSpan.Zero);
        _ = _folder.Write($"store/tmp/{AbandonedFiles.NewName()}", "half a layer");

        Assert.AreEqual(new PruneResult(1, 12, 4, 0), Prune(maxSize: 100));
    }

    [TestMethod]
    [DataRow("blobs/notes.txt")]
    [DataRow("blobs/sha256/README")]
    [DataRow("blobs/sha256/ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [DataRow("blobs/sha256/deep/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("layers/index.html")]
    [DataRow("layers/mine/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("photos/2019/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("tmp/letter.doc")]
    [DataRow("locks/door")]
    [DataRow("leases/flat.pdf")]
    public async Task What_is_not_the_caches_stays(string name)
    {
        var known = WriteOther(TimeSpan.FromDays(400));
        _ = await AddAsync("blob", TimeSpan.FromDays(400));
        CacheMarker.Put(Store);
        var file = _folder.Write("store/" + name, "of the user");
        SetUse(file, TimeSpan.FromDays(400));

        Assert.AreEqual(2, Prune(maxSize: 0).Files);

        Assert.IsTrue(File.Exists(file));
        Assert.IsFalse(File.Exists(known));
    }

    [TestMethod]
    [DataRow("layers/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.content")]
    [DataRow("layers/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.notes")]
    [DataRow("layers/.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.0123456789abcdef0123456789abcdef.tmp")]
    [DataRow("tags/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("verified/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("pushed/aaaaaaaaaaaaaaaa/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow("pushed/aaaaaaaaaaaaaaaa/sha256-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.lock")]
    public void What_earlier_versions_left_goes_with_time(string name)
    {
        var file = _folder.Write("store/" + name, "");
        _ = Directory.CreateDirectory(_folder["store/tmp"]);
        SetUse(file, TimeSpan.FromDays(29));
        Assert.AreEqual(0, Prune(maxSize: 0).Files);

        SetUse(file, TimeSpan.FromDays(31));
        Assert.AreEqual(1, Prune(maxSize: 0).Files);

        Assert.IsFalse(File.Exists(file));
    }

    [TestMethod]
    public async Task A_directory_that_is_no_cache_is_not_pruned()
    {
        var blob = await AddAsync("blob", TimeSpan.FromDays(400));
        var file = _folder.Write("store/thesis.doc", "of the user");
        SetUse(file, TimeSpan.FromDays(400));

        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Prune(maxSize: 0));

        Assert.AreEqual(DiagnosticCode.CacheUnusable, failure.Code);
        Assert.IsNull(new CachePruner(Store, new CacheLimits(0, s_month)).PruneIfDue(CancellationToken.None));
        Assert.IsTrue(File.Exists(file) && File.Exists(blob.Path));
        Assert.IsFalse(File.Exists(Path.Combine(Store.Root, "pruned")));
    }

    [TestMethod]
    public async Task Files_behind_links_are_left_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Links need a privilege on Windows.");
        }

        _ = await AddAsync("blob", TimeSpan.Zero);
        var canary = _folder["elsewhere/canary"];
        Directory.CreateDirectory(Path.GetDirectoryName(canary)!);
        await File.WriteAllTextAsync(canary, "stays");
        File.SetLastWriteTimeUtc(canary, DateTime.UtcNow - TimeSpan.FromDays(400));
        File.SetLastAccessTimeUtc(canary, DateTime.UtcNow - TimeSpan.FromDays(400));
        CacheMarker.Put(Store);
        Directory.CreateSymbolicLink(Path.Combine(Store.Root, "linked"), Path.GetDirectoryName(canary)!);
        Directory.CreateSymbolicLink(Path.Combine(Store.Root, "blobs", "linked"), Path.GetDirectoryName(canary)!);

        _ = Prune(maxSize: 0);

        Assert.IsTrue(File.Exists(canary));
    }

    [TestMethod]
    public async Task A_build_prunes_only_when_none_did_lately()
    {
        _ = await AddAsync("blob", TimeSpan.FromDays(40));
        var pruner = new CachePruner(Store, new CacheLimits(1000, s_month));

        Assert.AreEqual(1, pruner.PruneIfDue(CancellationToken.None)!.Files);
        _ = await AddAsync("blob", TimeSpan.FromDays(40));
        Assert.IsNull(pruner.PruneIfDue(CancellationToken.None));

        File.SetLastWriteTimeUtc(Path.Combine(Store.Root, "pruned"), DateTime.UtcNow - TimeSpan.FromHours(2));
        Assert.AreEqual(1, pruner.PruneIfDue(CancellationToken.None)!.Files);
    }

    [TestMethod]
    public async Task Any_number_of_processes_may_prune_while_builds_write()
    {
        await Parallel.ForAsync(0, 40, async (number, token) =>
        {
            var content = System.Text.Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {number % 10}"));
            var descriptor = new MemoryBlob(MediaTypes.OciLayer, content).Descriptor;
            _ = await Store.AddAsync(descriptor, new MemoryStream(content), "test", token);
            _ = new CachePruner(Store, new CacheLimits(0, s_month)).Prune(token);
        });

        Assert.AreEqual(0, Prune(maxSize: 0).BytesLeft);
        Assert.IsEmpty(CacheReport.Of(Store, DateTimeOffset.UtcNow).Kinds);
    }

    [TestMethod]
    public async Task The_report_counts_by_kind()
    {
        _ = await AddAsync("one", TimeSpan.FromDays(2));
        _ = await AddAsync("three", TimeSpan.FromDays(1));
        _ = WriteOther(TimeSpan.FromDays(5));
        using var lease = BuildLease.Take(Store);

        var report = CacheReport.Of(Store, DateTimeOffset.UtcNow);

        Assert.AreEqual(1, report.RunningBuilds);
        CollectionAssert.AreEqual(new[] { "blobs", "layers" }, report.Kinds.Select(kind => kind.Name).ToList());
        Assert.AreEqual(2, report.Kinds[0].Files);
        Assert.AreEqual(8, report.Kinds[0].Bytes);
        Assert.AreEqual(2, (DateTime.UtcNow - report.Kinds[0].OldestUse).TotalDays, 0.1);
    }

    private PruneResult Prune(long maxSize) => new CachePruner(Store, new CacheLimits(maxSize, s_month)).Prune(CancellationToken.None);

    private async Task<FileBlob> AddAsync(string text, TimeSpan unusedFor)
    {
        var content = System.Text.Encoding.UTF8.GetBytes(text);
        var blob = await Store.AddAsync(
            new MemoryBlob(MediaTypes.OciLayer, content).Descriptor, new MemoryStream(content), "test", CancellationToken.None);
        SetUse(blob.Path, unusedFor);
        return blob;
    }

    private string WritePart(string text, TimeSpan unusedFor)
    {
        var part = _folder.Write(
            $"store/parts/{AbandonedFiles.NewName(CacheFiles.PartEnding(Digest.Of(System.Text.Encoding.UTF8.GetBytes(text))))}", text);
        SetUse(part, unusedFor);
        return part;
    }

    private string WriteOther(TimeSpan unusedFor)
    {
        var record = new Record(Store, RecordKind.Layer, Guid.NewGuid().ToString());
        record.Write("text");
        SetUse(record.Path, unusedFor);
        return record.Path;
    }

    private static void SetUse(string path, TimeSpan unusedFor)
    {
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow - unusedFor);
        File.SetLastAccessTimeUtc(path, DateTime.UtcNow - unusedFor);
    }
}
