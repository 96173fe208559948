using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class BlobStoreTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private static readonly byte[] s_content = [.. "some bytes"u8];

    private static Descriptor Described { get; } = new MemoryBlob(MediaTypes.OciLayer, s_content).Descriptor;

    private BlobStore Store => new(_folder["store"]);

    private async Task<FileBlob> AddAsync(byte[]? content = null) => await Store.AddAsync(Described, new MemoryStream(content ?? s_content), "test", CancellationToken.None);

    [TestMethod]
    public async Task A_blob_is_found_by_its_descriptor()
    {
        Assert.IsFalse(Store.TryGet(Described, out _));
        var added = await AddAsync();
        Assert.IsTrue(Store.TryGet(Described, out var found));
        Assert.AreEqual(added.Path, found.Path);
        Assert.AreEqual(Store.PathOf(Described.Digest), found.Path);
        CollectionAssert.AreEqual(s_content, await File.ReadAllBytesAsync(found.Path));
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    [DataRow("other bits")]
    [DataRow("some")]
    [DataRow("some bytes and more")]
    [DataRow("")]
    public async Task Wrong_bytes_are_never_stored(string content)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => AddAsync(System.Text.Encoding.UTF8.GetBytes(content)));
        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.IsEmpty(_folder.Files());
    }

    [TestMethod]
    public async Task Damage_is_found_moved_aside_and_healed()
    {
        var blob = await AddAsync();
        await File.WriteAllBytesAsync(blob.Path, new byte[s_content.Length]);
        Assert.IsTrue(Store.TryGet(Described, out _));
        Assert.IsNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
        Assert.IsFalse(Store.TryGet(Described, out _));
        await AddAsync();
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_whole_blob_replaces_a_damaged_one_of_the_same_size()
    {
        var blob = await AddAsync();
        await File.WriteAllBytesAsync(blob.Path, new byte[s_content.Length]);

        await AddAsync();

        CollectionAssert.AreEqual(s_content, await File.ReadAllBytesAsync(blob.Path));
        Assert.HasCount(1, _folder.Files());
    }

    [TestMethod]
    public async Task A_whole_blob_stays_when_it_is_added_again()
    {
        var blob = await AddAsync();
        var written = DateTime.UtcNow.AddDays(-1);
        File.SetLastWriteTimeUtc(blob.Path, written);

        await AddAsync();

        Assert.AreEqual(written, File.GetLastWriteTimeUtc(blob.Path));
        Assert.HasCount(1, _folder.Files());
    }

    [TestMethod]
    public async Task A_symbolic_link_is_no_blob()
    {
        var blob = await AddAsync();
        File.Move(blob.Path, _folder["elsewhere"]);
        File.CreateSymbolicLink(blob.Path, _folder["elsewhere"]);
        Assert.IsFalse(Store.TryGet(Described, out _));
    }

    [TestMethod]
    public void A_writer_that_is_not_committed_leaves_nothing()
    {
        using (var writer = Store.CreateWriter())
        {
            writer.Stream.Write(s_content);
        }

        Assert.IsEmpty(_folder.Files());
    }

    [TestMethod]
    public async Task Many_writers_of_one_blob_agree()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => AddAsync())));
        Assert.HasCount(1, _folder.Files());
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    public async Task What_is_not_kept_is_removed()
    {
        await AddAsync();
        var other = new MemoryBlob(MediaTypes.OciLayer, "other"u8.ToArray()).Descriptor;
        await Store.AddAsync(other, new MemoryStream("other"u8.ToArray()), "test", CancellationToken.None);
        Store.RemoveAllExcept(new HashSet<Digest> { other.Digest });
        Assert.IsFalse(Store.TryGet(Described, out _));
        Assert.IsTrue(Store.TryGet(other, out _));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task Only_the_user_can_read_the_store()
    {
        var blob = await AddAsync();
#pragma warning disable CA1416 // The condition above says so.
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(blob.Path));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Store.Root));
#pragma warning restore CA1416
    }

    [TestMethod]
    public void What_a_killed_process_left_is_removed_after_an_hour_and_what_runs_is_kept()
    {
        using var directory = new TemporaryDirectory();
        var store = new BlobStore(directory.FullName);
        // No system gives a process this number.
        var abandoned = directory.Write("tmp/2147483646-abandoned", "half a layer");
        var fresh = directory.Write("tmp/2147483645-fresh", "half a layer");
        var running = directory.Write($"tmp/{Environment.ProcessId}-running", "half a layer");
        File.SetLastWriteTimeUtc(abandoned, DateTime.UtcNow.AddHours(-2));
        File.SetLastWriteTimeUtc(running, DateTime.UtcNow.AddHours(-2));

        store.RemoveAbandoned(DateTimeOffset.UtcNow);

        Assert.IsFalse(File.Exists(abandoned));
        Assert.IsTrue(File.Exists(fresh) && File.Exists(running));
    }

    [TestMethod]
    public async Task Only_the_user_can_read_what_is_in_the_store()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Windows has no modes; the profile is private there.");
        }

        _ = await AddAsync();
        Store.WriteFile(Path.Combine("layers", "record"), "record"u8);

        foreach (var entry in new DirectoryInfo(Store.Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories).Append(new DirectoryInfo(Store.Root)))
        {
            Assert.AreEqual(UnixFileMode.None, entry.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute), entry.FullName);
        }
    }
}
