using Containerize.Files;
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

    private async Task<FileBlob> AddAsync(byte[]? content = null) =>
        await Store.AddAsync(Described, new MemoryStream(content ?? s_content), "test", CancellationToken.None);

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
    public void Directories_that_threads_make_at_the_same_time_stay_where_they_are()
    {
        const int Count = 8;
        for (var round = 0; round < 300; round++)
        {
            var store = new BlobStore(_folder[$"store{round}"]);
            using var start = new Barrier(Count);
            var threads = Enumerable.Range(0, Count).Select(number => new Thread(() =>
            {
                start.SignalAndWait();
                store.CreateDirectory($"blobs/sha256/{number}");
            })).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());

            Assert.HasCount(Count, Directory.GetDirectories(_folder[$"store{round}/blobs/sha256"]));
        }
    }

    [TestMethod]
    [DataRow("nothing")]
    [DataRow("a file")]
    [DataRow("a link")]
    [DataRow("a directory")]
    public async Task A_blob_that_got_the_name_since_that_was_looked_at_is_not_moved_aside(string before)
    {
        var path = Store.PathOf(Described.Digest);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        switch (before)
        {
            case "a file":
                await File.WriteAllTextAsync(path, "other bits");
                break;
            case "a link":
                File.CreateSymbolicLink(path, _folder.Write("elsewhere", s_content));
                break;
            case "a directory":
                Directory.CreateDirectory(path);
                break;
        }

        var seen = FileStatus.TryOf(path, followLinks: false);
        await AddAsync();

        Store.MoveAside(path, seen);
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));

        Store.MoveAside(path, FileStatus.Of(path, followLinks: false));
        Assert.IsFalse(File.Exists(path));
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
    [DataRow(1)]
    [DataRow(-1)]
    [DataRow(-10)]
    [DataRow(int.MaxValue)]
    public async Task A_whole_blob_stays_when_a_descriptor_gives_it_another_size(int difference)
    {
        var blob = await AddAsync();
        var lying = Described with { Size = Described.Size + difference };

        Assert.IsFalse(Store.TryGet(lying, out _));
        Assert.IsNull(await Store.TryGetVerifiedAsync(lying, CancellationToken.None));
        Assert.IsNull(await Store.TryGetForVerifiedUseAsync(lying, CancellationToken.None));

        CollectionAssert.AreEqual(s_content, await File.ReadAllBytesAsync(blob.Path));
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    [DataRow("other bits")]
    [DataRow("some")]
    [DataRow("")]
    public async Task A_file_elsewhere_is_verified_where_it_lies_and_never_moved(string content)
    {
        var file = _folder.Write("base/blob", content);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => new FileBlob(Described, file)
            .VerifyAsync(Store, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.AreEqual(content, await File.ReadAllTextAsync(file));
    }

    [TestMethod]
    public async Task A_damaged_copy_of_the_stores_own_is_moved_aside_and_said()
    {
        var blob = await AddAsync();
        await File.WriteAllBytesAsync(blob.Path, new byte[s_content.Length]);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => blob.VerifyAsync(Store, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.DigestMismatch, failure.Code);
        Assert.Contains("build again", failure.Message);
        Assert.IsFalse(File.Exists(blob.Path));
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
    [OSCondition(OperatingSystems.Linux)]
    [DynamicData(nameof(SpecialFile.All), typeof(SpecialFile))]
    [DataRow("full directory")]
    [Timeout(30_000)]
    public async Task What_lies_in_a_blobs_place_is_moved_aside(string kind)
    {
        var path = Store.PathOf(Described.Digest);
        await SpecialFile.PutAsync(kind, path);
        if (kind == "full directory")
        {
            await File.WriteAllTextAsync(Path.Combine(path, "of the user"), "stays", CancellationToken.None);
        }

        Assert.IsFalse(Store.TryGet(Described, out _) || Store.Has(Described.Digest));
        Assert.IsNull(Store.TryRead(Described.Digest, 100));
        Assert.IsNull(await Store.TryGetForVerifiedUseAsync(Described, CancellationToken.None));
        await SpecialFile.PutAsync(kind, path);
        await AddAsync();

        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
        Store.RemoveAbandoned(DateTimeOffset.UtcNow);
        var left = new DirectoryInfo(Store.Root).GetFileSystemInfos("*.tmp", SearchOption.AllDirectories);
        Assert.HasCount(kind == "full directory" ? 1 : 0, left, "What was moved aside is swept, but for directories that hold something.");
    }

    [TestMethod]
    [DataRow("blobs")]
    [DataRow("blobs/sha256")]
    [DataRow("tmp")]
    [DataRow("locks")]
    [DataRow("leases")]
    [DataRow("layers")]
    public async Task A_file_in_a_directorys_place_is_moved_aside(string directory)
    {
        _folder.Write($"store/{directory}", "a file");

        await AddAsync();
        new Record(Store, RecordKind.Layer, "key").Write("text");
        using var lease = BuildLease.Take(Store);
        using var turn = await Store.WaitForTurnAsync(Described.Digest, CancellationToken.None);

        Assert.IsNotNull(lease);
        Assert.IsNotNull(turn);
        Assert.AreEqual("text", new Record(Store, RecordKind.Layer, "key").Read());
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    public async Task What_a_killed_process_left_is_removed_at_once_and_what_is_written_is_kept()
    {
        using var running = Store.CreateWriter();
        running.Stream.Write(s_content);
        var old = DateTime.UtcNow.AddDays(-2);
        File.SetLastWriteTimeUtc(((FileStream)running.Stream).Name, old);
        var dead = _folder.Write($"store/tmp/{AbandonedFiles.NewName()}", "half a layer");
        var deadLock = _folder.Write($"store/locks/sha256-{new string('a', 64)}", "");
        using var turn = await Store.WaitForTurnAsync(Described.Digest, CancellationToken.None);

        Assert.AreEqual((1, 12L), Store.RemoveAbandoned(DateTimeOffset.UtcNow));

        Assert.IsFalse(File.Exists(dead) || File.Exists(deadLock));
        Assert.HasCount(1, Directory.GetFiles(_folder["store/locks"]));
        running.Commit(Described);
        Assert.IsNotNull(await Store.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    [DataRow(".0123456789abcdef0123456789abcdef.tmp", "of another machine, whose locks may not be seen here")]
    [DataRow("4711-0123456789abcdef0123456789abcdef", "of an earlier version")]
    [DataRow("damaged-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "of an earlier version")]
    public void What_another_process_may_still_write_is_removed_after_an_hour(string name, string whose)
    {
        var file = _folder.Write($"store/tmp/{name}", "half a layer");

        Store.RemoveAbandoned(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(59));
        Assert.IsTrue(File.Exists(file), whose);

        Store.RemoveAbandoned(DateTimeOffset.UtcNow + TimeSpan.FromMinutes(61));
        Assert.IsFalse(File.Exists(file), whose);
    }

    [TestMethod]
    [DataRow("notes.txt")]
    [DataRow("backup.tmp")]
    [DataRow(".0123456789abcdef.tmp")]
    [DataRow("4711-abandoned")]
    public void What_is_not_the_stores_stays(string name)
    {
        var file = _folder.Write($"store/tmp/{name}", "of the user");
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddYears(-1));

        Store.RemoveAbandoned(DateTimeOffset.UtcNow);

        Assert.IsTrue(File.Exists(file));
    }

    [TestMethod]
    public async Task Only_the_user_can_read_what_is_in_the_store()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Inconclusive("Windows has no modes; the profile is private there.");
        }

        _ = await AddAsync();
        new Record(Store, RecordKind.Layer, "key").Write("text");

        foreach (var entry in new DirectoryInfo(Store.Root).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Append(new DirectoryInfo(Store.Root)))
        {
            Assert.AreEqual(
                UnixFileMode.None,
                entry.UnixFileMode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute),
                entry.FullName);
        }
    }
}
