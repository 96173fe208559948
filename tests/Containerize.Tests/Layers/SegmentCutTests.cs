using Containerize.Compression;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Tests.Compression;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class SegmentCutTests : IDisposable
{
    private readonly LayerFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [TestMethod]
    public async Task A_change_to_one_file_changes_few_segments()
    {
        var random = new Random(3);
        var entries = Enumerable.Range(0, 2000)
            .Select(i => LayerFixture.Generated($"app/file{i:D4}", SampleData.Make("text", random.Next(6000)))).ToList();
        var before = await SegmentsAsync(entries);
        entries[700] = LayerFixture.Generated(entries[700].Path, SampleData.Make("records", 40_000));
        var after = await SegmentsAsync(entries);

        Assert.IsGreaterThan(20, before.Count);
        // The one with the file, and some until the cuts are where they were.
        Assert.IsLessThan(8, after.Except(before).Count());
    }

    [TestMethod]
    public void A_large_file_always_begins_a_segment() => Assert.IsTrue(SegmentCut.IsBefore(1, Entry(256 * 1024)));

    [TestMethod]
    public void Nothing_is_cut_before_the_first_entry() => Assert.IsFalse(SegmentCut.IsBefore(0, Entry(long.MaxValue)));

    [TestMethod]
    public void A_small_file_joins_a_segment_that_is_not_full() => Assert.IsFalse(SegmentCut.IsBefore(60 * 1024, Entry(1000)));

    [TestMethod]
    public void A_full_segment_is_cut() => Assert.IsTrue(SegmentCut.IsBefore(256 * 1024, Entry(1000)));

    private static LayerEntry Entry(long size) =>
        new() { Path = "a", Type = LayerEntryType.File, Mode = LayerFixture.FileMode, SourcePath = "a", Size = size };

    /// <summary>The gzip members of a layer, found by their headers, which are too long to occur by chance.</summary>
    private async Task<HashSet<string>> SegmentsAsync(List<LayerEntry> entries)
    {
        var layer = await _fixture.WriteAsync(new LayerOptions { Level = DeflateLevel.Fast }, entries);
        var blob = Convert.ToHexString(await File.ReadAllBytesAsync(LayerFixture.PathOf(layer)));
        return [.. blob.Split("1F8B08000000000000FF", StringSplitOptions.RemoveEmptyEntries)];
    }
}
