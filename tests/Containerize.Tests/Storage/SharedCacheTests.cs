using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class SharedCacheTests : IDisposable
{
    private static readonly byte[] s_content = [.. "some bytes"u8];

    private readonly TemporaryDirectory _folder = new();
    private readonly List<string> _warnings = [];
    private readonly List<string> _details = [];

    private static Descriptor Described { get; } = new MemoryBlob(MediaTypes.OciLayer, s_content).Descriptor;

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void A_new_directory_becomes_the_cache()
    {
        Assert.AreEqual(_folder["shared"], Open().Root);

        Assert.IsTrue(CacheMarker.IsOn(_folder["shared"]));
        Assert.IsEmpty(_warnings);
        Assert.IsFalse(Directory.Exists(_folder["own"]));
    }

    [TestMethod]
    public void Without_a_shared_cache_the_project_has_its_own()
    {
        var cache = SharedCache.Open(null, _folder["own"], Warn, Tell);

        Assert.AreEqual(_folder["own"], cache.Root);
        Assert.IsTrue(CacheMarker.IsOn(cache.Root));
        Assert.IsEmpty(_warnings);
    }

    [TestMethod]
    [DataRow("thesis.doc")]
    [DataRow("blobs/sha256/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [DataRow(".git/HEAD")]
    public void A_directory_that_holds_something_else_is_left_alone_with_a_warning(string file)
    {
        _folder.Write("shared/" + file, "of the user");

        Assert.AreEqual(_folder["own"], Open().Root);

        StringAssert.Contains(_warnings.Single(), "files that are not Containerize's");
        StringAssert.Contains(_warnings.Single(), "ContainerizeCacheDirectory");
        Assert.HasCount(1, Directory.GetFiles(_folder["shared"], "*", SearchOption.AllDirectories));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void The_usual_directory_that_cannot_be_made_is_no_warning_and_one_that_the_user_named_is(bool isChosen)
    {
        _folder.Write("file", "");
        var impossible = _folder["file/cache"];

        Assert.AreEqual(_folder["own"], SharedCache.Open(impossible, _folder["own"], Warn, Tell, isChosen: isChosen).Root);

        Assert.HasCount(isChosen ? 1 : 0, _warnings);
        StringAssert.Contains(_warnings.Concat(_details).Single(), impossible);
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public void A_cache_that_all_can_write_is_not_used()
    {
        Directory.CreateDirectory(_folder["shared/tags"]);
#pragma warning disable CA1416 // The condition above says so.
        File.SetUnixFileMode(_folder["shared/tags"], (UnixFileMode)0b111_111_111);
#pragma warning restore CA1416

        Assert.AreEqual(_folder["own"], Open().Root);

        StringAssert.Contains(_warnings.Single(), "every user can write");
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_warm_cache_that_can_only_be_read_is_read()
    {
        var warm = Open();
        await AddAsync(warm);
        new Record(warm, RecordKind.Layer, "key").Write("warm");
        await using var closed = await CloseAsync();

        var cache = Open();

        Assert.IsEmpty(_warnings);
        StringAssert.Contains(_details.Single(), "can only be read");
        Assert.IsTrue(cache.Has(Described.Digest));
        CollectionAssert.AreEqual(s_content, cache.TryRead(Described.Digest, 100));
        Assert.IsTrue(cache.TryGet(Described, out var found));
        Assert.AreEqual(warm.PathOf(Described.Digest), found.Path);
        Assert.IsNotNull(await cache.TryGetVerifiedAsync(Described, CancellationToken.None));
        Assert.IsNotNull(await cache.TryGetForVerifiedUseAsync(Described, CancellationToken.None));
        Assert.AreEqual("warm", new Record(cache, RecordKind.Layer, "key").Read());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task What_is_new_goes_to_the_projects_cache_and_hides_what_is_old()
    {
        new Record(Open(), RecordKind.Tag, "key").Write("warm");
        await using var closed = await CloseAsync();
        var cache = Open();

        var added = await AddAsync(cache);
        new Record(cache, RecordKind.Tag, "key").Write("new");

        Assert.StartsWith(_folder["own"], added.Path);
        Assert.AreEqual("new", new Record(Open(), RecordKind.Tag, "key").Read());
        Assert.AreEqual("warm", new Record(new BlobStore(_folder["shared"]), RecordKind.Tag, "key").Read());
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task What_is_damaged_in_a_cache_that_can_only_be_read_is_fetched_again()
    {
        var warm = Open();
        await File.WriteAllBytesAsync((await AddAsync(warm)).Path, new byte[s_content.Length]);
        await using var closed = await CloseAsync();
        var cache = Open();

        Assert.IsNull(await cache.TryGetVerifiedAsync(Described, CancellationToken.None));
        Assert.IsNull(await cache.TryGetForVerifiedUseAsync(Described, CancellationToken.None));
        Assert.IsNull(cache.TryRead(Described.Digest, 100));
        await AddAsync(cache);

        Assert.IsNotNull(await cache.TryGetVerifiedAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    public async Task A_cold_directory_that_can_only_be_read_is_of_no_use_and_a_warning_says_so()
    {
        Directory.CreateDirectory(_folder["shared"]);
        await using var closed = await CloseAsync();

        var cache = Open();

        Assert.AreEqual(_folder["own"], cache.Root);
        Assert.IsNull(cache.Warm);
        StringAssert.Contains(_warnings.Single(), "cannot be used");
    }

    [TestMethod]
    public async Task A_cache_that_is_full_is_read()
    {
        await AddAsync(Open());

        var cache = SharedCache.Open(_folder["shared"], _folder["own"], Warn, Tell, isFull: true);

        Assert.AreEqual(_folder["own"], cache.Root);
        Assert.IsTrue(cache.TryGet(Described, out _));
        Assert.IsEmpty(_warnings.Concat(_details).ToList());
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("shared/tmp/x", "shared", true)]
    [DataRow("shared2/x", "shared", false)]
    [DataRow("out/app.tar", "shared", false)]
    [DataRow("shared/tmp/x", "shared/", true)]
    [DataRow("shared/tmp/x", "shared//", true)]
    [DataRow("shared/tmp/x", "shared/./", true)]
    [DataRow("shared2/x", "shared/", false)]
    public void A_full_disk_is_the_caches_if_the_file_was(string path, string directory, bool isOfCache)
    {
        var cache = SharedCache.Open($"{_folder.FullName}/{directory}", _folder["own"], Warn, Tell);
        Assert.AreEqual(_folder["shared"], cache.Root);
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[path])!);
        File.CreateSymbolicLink(_folder[path], "/dev/full");
        using var full = File.OpenHandle(_folder[path], access: FileAccess.Write);

        var failure = Assert.ThrowsExactly<IOException>(() => RandomAccess.Write(full, s_content, 0));

        Assert.IsTrue(FileFailure.IsDiskFull(failure));
        Assert.AreEqual(isOfCache, SharedCache.IsOf(cache, failure));
        Assert.AreEqual(isOfCache, SharedCache.IsOf(cache, FileFailure.Explain(failure, $"What '{cache.Root}' has to hold")));
    }

    [TestMethod]
    public void A_full_disk_of_which_no_file_is_known_may_be_the_caches() =>
        Assert.IsTrue(SharedCache.IsOf(Open(), new IOException("No space left on device")));

    private BlobStore Open() => SharedCache.Open(_folder["shared"], _folder["own"], Warn, Tell);

    private async Task<IAsyncDisposable> CloseAsync()
    {
        var closed = await ReadOnlyTree.TryMakeAsync(_folder["shared"]);
        if (closed is null)
        {
            Assert.Inconclusive("This user can write everywhere, and the file system has no attribute against it.");
        }

        return closed;
    }

    private static async Task<FileBlob> AddAsync(BlobStore store) =>
        await store.AddAsync(Described, new MemoryStream(s_content), "test", CancellationToken.None);

    private void Warn(Message text) => _warnings.Add(text.ToString());

    private void Tell(Message text) => _details.Add(text.ToString());
}
