using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Tests.Compression;

namespace Containerize.Tests.Layers;

/// <summary>
/// A layer that differs a little from an earlier one takes over what is the same, and is byte for byte what it would be without.
/// </summary>
[TestClass]
internal sealed class SegmentReuseTests : IDisposable
{
    private readonly LayerFixture _fixture = new();
    private readonly LayerOptions _options = new();

    public void Dispose() => _fixture.Dispose();

    private LayerCache Cache => new(_fixture.Store);

    private List<LayerEntry> Files() =>
    [
        .. Enumerable.Range(0, 40)
        .Select(i => _fixture.Add($"app/file{i:D2}.dll", SampleData.Make(i % 3 == 0 ? "text" : "assembly", 30_000 + (i * 7_000)))),
        _fixture.Add("app/large.bin", SampleData.Make("records", 5_000_000)),
        LayerFixture.Link("app/link", "large.bin"),
    ];

    private async Task<LayerRecord> WriteAsync(IEnumerable<LayerEntry> entries, Digest? similar)
    {
        var content = await EntriesContent.ReadAsync(entries, _options, FileHashes.Load(null), CancellationToken.None);
        using var earlier = similar is { } inputs ? Cache.OpenSegments(inputs) : null;
        var written = await LayerWriter.WriteAsync(content, _fixture.Store, _options, earlier, CancellationToken.None);
        Cache.Add(content.Content, written);
        return written;
    }

    private static async Task<Digest> InputsAsync(IEnumerable<LayerEntry> entries) =>
        (await EntriesContent.ReadAsync(entries, new LayerOptions(), FileHashes.Load(null), CancellationToken.None)).Content.Hash;

    [TestMethod]
    [DataRow("app/file20.dll", 1_234)]
    [DataRow("app/file20.dll", 400_000)]
    [DataRow("app/large.bin", 5_000_001)]
    [DataRow("app/aaa-new.dll", 90_000)]
    public async Task A_change_gives_the_same_bytes_with_and_without_the_earlier_layer(string path, int size)
    {
        var files = Files();
        await WriteAsync(files, null);
        var before = await InputsAsync(files);
        var changed = _fixture.Add(path, SampleData.Make("text", size));
        List<LayerEntry> after = [.. files.Where(entry => entry.Path != path), changed];

        var with = await WriteAsync(after, before);
        File.Delete(LayerFixture.PathOf(with));
        var without = await _fixture.WriteAsync(after);

        Assert.AreEqual(without.Blob.Descriptor, with.Blob.Descriptor);
        Assert.AreEqual(without.DiffId, with.DiffId);
        Assert.AreEqual(with.Blob.Descriptor.Size, with.Segments!.Segments.Sum(segment => segment.Length), "The segments cover the layer.");
    }

    [TestMethod]
    public async Task Nearly_all_of_a_layer_is_taken_over()
    {
        var files = Files();
        var first = await WriteAsync(files, null);
        var before = await InputsAsync(files);
        List<LayerEntry> after = [.. files.Where(entry => entry.Path != "app/file20.dll"),
            _fixture.Add("app/file20.dll", SampleData.Make("text", 50_000))];

        var second = await WriteAsync(after, before);

        var known = first.Segments!.Segments.Select(segment => segment.Key).ToHashSet();
        var fresh = second.Segments!.Segments.Where(segment => !known.Contains(segment.Key)).Sum(segment => (long)segment.Length);
        Assert.IsLessThan(second.Blob.Descriptor.Size / 5, fresh);
    }

    [TestMethod]
    public async Task Damage_of_the_earlier_layer_does_not_come_along()
    {
        var files = Files();
        var first = await WriteAsync(files, null);
        var bytes = await File.ReadAllBytesAsync(LayerFixture.PathOf(first));
        for (var i = 1000; i < bytes.Length; i += 50_000)
        {
            bytes[i] ^= 4;
        }

        await File.WriteAllBytesAsync(LayerFixture.PathOf(first), bytes);
        List<LayerEntry> after = [.. files, _fixture.Add("zzz", [1])];

        var with = await WriteAsync(after, await InputsAsync(files));

        Assert.IsNotNull(await _fixture.Store.TryGetVerifiedAsync(with.Blob.Descriptor, CancellationToken.None));
        File.Delete(LayerFixture.PathOf(with));
        Assert.AreEqual((await _fixture.WriteAsync(after)).Blob.Descriptor, with.Blob.Descriptor);
    }

    [TestMethod]
    public async Task An_earlier_layer_that_is_gone_or_cut_off_is_no_failure()
    {
        var files = Files();
        var first = await WriteAsync(files, null);
        using (var stream = File.OpenWrite(LayerFixture.PathOf(first)))
        {
            stream.SetLength(stream.Length / 2);
        }

        Assert.IsNull(Cache.OpenSegments(await InputsAsync(files)));
        File.Delete(LayerFixture.PathOf(first));
        Assert.IsNull(Cache.OpenSegments(await InputsAsync(files)));
        Assert.AreEqual(first.Blob.Descriptor, (await WriteAsync(files, await InputsAsync(files))).Blob.Descriptor);
    }

    [TestMethod]
    public async Task A_file_that_changes_behind_its_hash_is_not_mistaken_for_its_old_self()
    {
        var files = Files();
        await WriteAsync(files, null);
        var content = await EntriesContent.ReadAsync(files, _options, FileHashes.Load(null), CancellationToken.None);
        var bytes = await File.ReadAllBytesAsync(files[5].SourcePath!);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(files[5].SourcePath!, bytes);
        using var earlier = Cache.OpenSegments(content.Content.Hash);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => LayerWriter.WriteAsync(content, _fixture.Store, _options, earlier, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.FileChanged, failure.Code);
        StringAssert.Contains(failure.Message, files[5].SourcePath!);
    }

    [TestMethod]
    public async Task The_diffID_is_known_without_compressing()
    {
        var files = Files();
        var written = await WriteAsync(files, null);

        var content = await EntriesContent.ReadAsync(files, _options, FileHashes.Load(null), CancellationToken.None);

        Assert.AreEqual((written.DiffId, written.UncompressedSize), await LayerWriter.HashAsync(content, _options, CancellationToken.None));
    }

    [TestMethod]
    public async Task The_diffID_of_a_layer_without_entries_is_that_of_a_tar_without_entries()
    {
        var content = await EntriesContent.ReadAsync([], _options, FileHashes.Load(null), CancellationToken.None);

        Assert.AreEqual(
            ((await _fixture.WriteAsync()).DiffId, 1024L), await LayerWriter.HashAsync(content, _options, CancellationToken.None));
    }
}
