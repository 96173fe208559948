using System.Text;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class LayerCacheTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LayerContent _content =
        LayerContent.Of("test", [new ContentItem("app/a", "f 644 0:0 1 aa", "P 1")], new LayerOptions());

    private readonly LayerRecord _record = new(new MemoryBlob(MediaTypes.OciLayerGzip, "blob"u8.ToArray()), Digest.Of("tar"u8), 5678, 9);

    public void Dispose() => _directory.Dispose();

    private LayerCache Open() => new(new BlobStore(_directory["cache"]));

    private string RecordPath => Path.Combine(_directory["cache"], "layers", _content.Hash.Hex);

    [TestMethod]
    public void A_layer_is_found_by_what_goes_into_it()
    {
        Open().Add(_content, _record);

        Assert.AreEqual(_record.ToText(), Open().Find(_content.Hash)!.ToText());
        CollectionAssert.AreEqual(_content.Items.ToList(), Open().FindContent(_content.Hash)!.Items.ToList());
        Assert.IsNull(Open().Find(Digest.Of("another"u8)));
        Assert.IsNull(Open().FindContent(Digest.Of("another"u8)));
    }

    private LayerContent From(string? package) =>
        LayerContent.Of("test", [.. _content.Items.Select(item => item with { Package = package })], new LayerOptions());

    [TestMethod]
    [DataRow("P 2", "P 2")]
    [DataRow("P 1", "P 1")]
    [DataRow(null, "P 1", DisplayName = "a content without packages")]
    public async Task The_packages_of_a_layer_are_those_of_its_last_use(string? package, string expected)
    {
        Open().Add(_content, _record);
        await Open().Store.AddAsync(_record.Blob.Descriptor, new MemoryStream([.. "blob"u8]), "test", CancellationToken.None);

        var (_, isNew) = await Open().MakeOnceAsync(
            () => From(package), () => throw new InvalidOperationException("It is there."), CancellationToken.None);

        Assert.IsFalse(isNew);
        Assert.AreEqual(expected, Open().FindContent(_content.Hash)!.Packages.Single());
    }

    [TestMethod]
    public void A_record_of_packages_that_are_the_same_is_not_written_again()
    {
        Open().Add(_content, _record);
        var path = Path.Combine(_directory["cache"], "contents", _content.Hash.Hex);
        File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);

        Open().Renew(From("P 1"));

        Assert.AreEqual(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(path));
    }

    [TestMethod]
    public async Task A_layer_is_remembered_as_what_it_turned_out_to_be()
    {
        var turned = LayerContent.Of("test", [new ContentItem("app/b", "f 644 0:0 1 bb", "P 1")], new LayerOptions());
        var content = _content;

        await Open().MakeOnceAsync(
            () => content,
            () =>
            {
                content = turned;
                return Task.FromResult(_record);
            },
            CancellationToken.None);

        Assert.IsNull(Open().Find(_content.Hash));
        Assert.AreEqual(_record.ToText(), Open().Find(turned.Hash)!.ToText());
    }

    [TestMethod]
    public void Whose_word_a_record_is_stands_in_it()
    {
        var record = _record with { ClaimedBy = new RepositoryReference("registry.example:5000", "team/app") };
        Open().Add(_content, record);

        Assert.AreEqual(record.ToText(), Open().Find(_content.Hash)!.ToText());
    }

    [TestMethod]
    public void Using_a_record_is_noted_in_its_access_time()
    {
        Open().Add(_content, _record);
        File.SetLastAccessTimeUtc(RecordPath, DateTime.UtcNow.AddDays(-9));

        Open().Find(_content.Hash);

        Assert.IsLessThan(1, (DateTime.UtcNow - File.GetLastAccessTimeUtc(RecordPath)).TotalDays);
    }

    [TestMethod]
    public void No_flipped_bit_of_a_record_gives_another_layer()
    {
        Open().Add(_content, _record);
        var whole = File.ReadAllBytes(RecordPath);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var damaged = whole.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(RecordPath, damaged);

            Assert.IsNull(Open().Find(_content.Hash), Encoding.Latin1.GetString(damaged));
        }
    }

    [TestMethod]
    public void No_cut_off_record_gives_another_layer()
    {
        Open().Add(_content, _record);
        var whole = File.ReadAllBytes(RecordPath);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(RecordPath, whole[..length]);

            Assert.IsNull(Open().Find(_content.Hash));
        }
    }

    [TestMethod]
    public void The_record_of_another_layer_is_not_taken()
    {
        Open().Add(_content, _record);
        var other = Digest.Of("another"u8);
        File.Copy(RecordPath, Path.Combine(_directory["cache"], "layers", other.Hex));

        Assert.IsNull(Open().Find(other));
    }

    [TestMethod]
    public void A_link_in_the_place_of_a_record_is_not_followed()
    {
        Open().Add(_content, _record);
        File.Move(RecordPath, _directory["elsewhere"]);
        File.CreateSymbolicLink(RecordPath, _directory["elsewhere"]);

        Assert.IsNull(Open().Find(_content.Hash));
    }

    [TestMethod]
    public async Task A_cache_that_cannot_be_written_is_no_failure()
    {
        var cache = Open();
        await using var closed = await ReadOnlyTree.TryMakeAsync(_directory["cache"]);
        if (closed is null)
        {
            Assert.Inconclusive("This user can write everywhere, and the file system has no attribute against it.");
        }

        cache.Add(_content, _record);

        Assert.IsNull(cache.Find(_content.Hash));
    }

    [TestMethod]
    public void Damaged_content_is_as_good_as_none()
    {
        Open().Add(_content, _record);
        var path = Path.Combine(_directory["cache"], "contents", _content.Hash.Hex);
        File.WriteAllText(path, File.ReadAllText(path).Replace("P 1\tapp/a", "P 1\tapp/a\nf\t\tapp/a", StringComparison.Ordinal));

        Assert.IsNull(Open().FindContent(_content.Hash));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    public void No_one_else_may_read_what_the_cache_says()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        Open().Add(_content, _record);

        foreach (var file in Directory.GetFileSystemEntries(_directory["cache"], "*", SearchOption.AllDirectories))
        {
            Assert.AreEqual(UnixFileMode.None, File.GetUnixFileMode(file) & (UnixFileMode)0x3f, file);
        }
    }
}
