using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Storage;

[TestClass]
internal sealed class VerifiedBlobsTests
{
    private static readonly byte[] s_content = [.. "some bytes"u8];

    private readonly TemporaryDirectory _folder = new();

    [TestCleanup]
    public void Cleanup() => _folder.Dispose();

    private static Descriptor Described { get; } = new MemoryBlob(MediaTypes.OciLayer, s_content).Descriptor;

    private static DateTimeOffset Later => DateTimeOffset.UtcNow.AddMinutes(3);

    private BlobStore Store => new(_folder["store"]);

    private VerifiedBlobs Verified => new(Store);

    private async Task<FileBlob> AddAsync() => await Store.AddAsync(Described, new MemoryStream(s_content), "test", CancellationToken.None);

    private async Task<FileBlob> AddVerifiedAsync()
    {
        var blob = await AddAsync();
        Verified.Note(blob, VerifiedBlobs.TryStamp(blob), Later);
        Assert.IsTrue(Verified.Knows(blob));
        return blob;
    }

    [TestMethod]
    public async Task A_blob_that_was_found_whole_is_known_until_all_is_forgotten()
    {
        var blob = await AddVerifiedAsync();
        Store.ForgetVerified();
        Assert.IsFalse(Verified.Knows(blob));
        Store.ForgetVerified();
    }

    [TestMethod]
    public async Task A_blob_whose_bytes_may_not_be_on_the_disk_is_not_remembered()
    {
        var blob = await AddAsync();
        Assert.IsNotNull(await Store.TryGetForVerifiedUseAsync(Described, CancellationToken.None));
        Assert.IsFalse(Verified.Knows(blob));
    }

    [TestMethod]
    public async Task A_file_that_changed_while_it_was_read_is_not_remembered()
    {
        var blob = await AddAsync();
        var before = VerifiedBlobs.TryStamp(blob);
        File.SetLastWriteTimeUtc(blob.Path, DateTime.UtcNow.AddDays(-1));
        Verified.Note(blob, before, Later);
        Assert.IsFalse(Verified.Knows(blob));
    }

    [TestMethod]
    public async Task A_blob_that_was_known_and_is_damaged_is_found_and_moved_aside()
    {
        var blob = await AddVerifiedAsync();
        var modified = File.GetLastWriteTimeUtc(blob.Path);
        await File.WriteAllBytesAsync(blob.Path, new byte[s_content.Length]);
        File.SetLastWriteTimeUtc(blob.Path, modified);

        Assert.IsNull(await Store.TryGetForVerifiedUseAsync(Described, CancellationToken.None));
        Assert.IsFalse(Store.TryGet(Described, out _));
    }

    [TestMethod]
    public async Task A_blob_that_is_gone_is_not_known()
    {
        var blob = await AddVerifiedAsync();
        File.Delete(blob.Path);
        Assert.IsFalse(Verified.Knows(blob));
        Assert.IsNull(await Store.TryGetForVerifiedUseAsync(Described, CancellationToken.None));
    }

    [TestMethod]
    public async Task A_damaged_memory_counts_as_none()
    {
        var blob = await AddVerifiedAsync();
        var memory = _folder.Files().Single(file => file.Contains("verified", StringComparison.Ordinal));
        var path = Path.Combine(_folder["."], memory);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        Assert.IsFalse(Verified.Knows(blob));
    }

    [TestMethod]
    [DataRow("found")]
    [DataRow("verified")]
    [DataRow("for a verified use")]
    public async Task Using_a_blob_changes_nothing_of_its_file(string how)
    {
        var blob = await AddVerifiedAsync();
        var note = _folder[Path.Combine("store", "uses", Described.Digest.Hex)];
        var stamp = VerifiedBlobs.TryStamp(blob);
        foreach (var build in new[] { "the first build", "one an hour later" })
        {
            Assert.IsNotNull(how switch
            {
                "found" => Store.TryGet(Described, out var found) ? found : null,
                "verified" => await Store.TryGetVerifiedAsync(Described, CancellationToken.None),
                _ => await Store.TryGetForVerifiedUseAsync(Described, CancellationToken.None),
            });

            Assert.IsLessThan(1, (DateTime.UtcNow - File.GetLastWriteTimeUtc(note)).TotalMinutes, $"Of {build} nothing is noted.");
            Assert.AreEqual(stamp, VerifiedBlobs.TryStamp(blob));
            Assert.IsTrue(Verified.Knows(blob), $"After {build} everything would be read again.");
            File.SetLastWriteTimeUtc(note, DateTime.UtcNow.AddHours(-2));
        }
    }
}
