using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class CacheVerifierTests
{
    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    [TestMethod]
    public async Task A_cache_whose_blobs_are_whole_has_nothing_to_report()
    {
        var store = await StoreAsync("one", "three");

        var found = await new CacheVerifier(store).RunAsync(remove: true, CancellationToken.None);

        Assert.AreEqual((2, 8L, 0), (found.Blobs, found.Bytes, found.Damaged.Count));
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_blob_with_one_other_byte_is_reported_and_removed_only_where_that_is_wanted(bool remove)
    {
        var store = await StoreAsync("one", "three");
        var damaged = Digest.Of("three"u8);
        await File.WriteAllTextAsync(store.PathOf(damaged), "thrue");

        var found = await new CacheVerifier(store).RunAsync(remove, CancellationToken.None);

        Assert.AreEqual(new DamagedBlob(damaged, 5, remove), found.Damaged.Single());
        Assert.AreEqual(!remove, File.Exists(store.PathOf(damaged)));
        Assert.IsTrue(store.Has(Digest.Of("one"u8)));
    }

    [TestMethod]
    public async Task A_blob_that_was_cut_short_is_reported()
    {
        var store = await StoreAsync("one");
        await File.WriteAllTextAsync(store.PathOf(Digest.Of("one"u8)), "");
        Assert.HasCount(1, (await new CacheVerifier(store).RunAsync(remove: false, CancellationToken.None)).Damaged);
    }

    [TestMethod]
    [DataRow("sha256")]
    [DataRow("sha512")]
    public async Task What_is_no_whole_blob_is_not_read(string algorithm)
    {
        var store = await StoreAsync("one");
        var digest = Digest.Parse($"{algorithm}:{new string('a', algorithm == "sha256" ? 64 : 128)}");
        var part = _folder.Write($"cache/parts/{AbandonedFiles.NewName(CacheFiles.PartEnding(digest))}", "a part");
        var record = _folder.Write($"cache/{RecordKind.Layer.Name}/{new string('b', 64)}", "no record");

        var found = await new CacheVerifier(store).RunAsync(remove: true, CancellationToken.None);

        Assert.AreEqual((1, 3L, 0), (found.Blobs, found.Bytes, found.Damaged.Count));
        Assert.IsTrue(File.Exists(part) && File.Exists(record));
    }

    [TestMethod]
    public async Task A_directory_that_is_no_cache_is_not_touched()
    {
        _folder.Write("cache/thesis.txt", "precious");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => new CacheVerifier(new BlobStore(_folder["cache"])).RunAsync(remove: true, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.CacheUnusable, failure.Code);
    }

    private async Task<BlobStore> StoreAsync(params string[] contents)
    {
        var store = new BlobStore(_folder["cache"]);
        CacheMarker.Put(store);
        foreach (var content in contents.Select(System.Text.Encoding.UTF8.GetBytes))
        {
            using var stream = new MemoryStream(content);
            var descriptor = new Descriptor
            {
                MediaType = "application/octet-stream",
                Digest = Digest.Of(content),
                Size = content.Length,
            };
            await store.AddAsync(descriptor, stream, "test", CancellationToken.None);
        }

        return store;
    }
}
