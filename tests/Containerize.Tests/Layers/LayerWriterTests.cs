using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Containerize.Compression;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Tests.Compression;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class LayerWriterTests : IDisposable
{
    private readonly LayerFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [TestMethod]
    public async Task Files_directories_and_links_are_read_back_as_they_were_written()
    {
        var content = SampleData.Make("text", 300_000);
        var layer = await _fixture.WriteAsync(
            _fixture.Add("app/data.txt", content) with { Mode = UnixFileMode.UserRead | UnixFileMode.SetUser, UserId = 1654, GroupId = 42 },
            LayerFixture.Link("app/current", "data.txt"),
            LayerFixture.Generated("etc/name", "web"u8.ToArray()),
            LayerFixture.DirectoryAt("var/empty", owner: 7));

        var entries = LayerFixture.Entries(layer);

        CollectionAssert.AreEqual(
            new[] { "app/", "app/current", "app/data.txt", "etc/", "etc/name", "var/", "var/empty/" },
            entries.Select(entry => entry.Name).ToArray());
        var data = entries[2];
        CollectionAssert.AreEqual(content, LayerFixture.Content(data));
        Assert.AreEqual(UnixFileMode.UserRead | UnixFileMode.SetUser, data.Mode);
        Assert.AreEqual((1654, 42), (data.Uid, data.Gid));
        Assert.AreEqual(("data.txt", TarEntryType.SymbolicLink), (entries[1].LinkName, entries[1].EntryType));
        Assert.AreEqual("web", Encoding.UTF8.GetString(LayerFixture.Content(entries[4])));
        Assert.AreEqual((7, TarEntryType.Directory), (entries[6].Uid, entries[6].EntryType));
        Assert.AreEqual(2, layer.FileCount);
        Assert.IsTrue(entries.All(entry => entry.ModificationTime == LayerOptions.DefaultModificationTime));
    }

    [TestMethod]
    public async Task Digests_and_sizes_are_those_of_the_blob_and_of_its_tar()
    {
        var layer = await _fixture.WriteAsync(
            _fixture.Add("a", SampleData.Make("assembly", 3_000_000)), _fixture.Add("b", SampleData.Make("random", 2_500_000)));
        var blob = await File.ReadAllBytesAsync(LayerFixture.PathOf(layer));
        var tar = LayerFixture.Decompress(layer);
        Assert.AreEqual(Digest.Of(blob), layer.Blob.Descriptor.Digest);
        Assert.AreEqual(blob.Length, layer.Blob.Descriptor.Size);
        Assert.AreEqual(MediaTypes.OciLayerGzip, layer.Blob.Descriptor.MediaType);
        Assert.AreEqual(Digest.Of(tar), layer.DiffId);
        Assert.AreEqual(tar.Length, layer.UncompressedSize);
        Assert.IsNotNull(await _fixture.Store.TryGetVerifiedAsync(layer.Blob.Descriptor, CancellationToken.None));
    }

    [TestMethod]
    public async Task Neither_order_nor_parallelism_nor_times_on_disk_change_the_bytes()
    {
        var entries = Enumerable.Range(0, 300).Select(i => _fixture.Add($"app/{i % 7}/file{i}", SampleData.Make("text", i * i))).ToArray();
        var digests = new List<Digest>();
        foreach (var degree in new[] { 1, 2, 3, 8 })
        {
            digests.Add((await _fixture.WriteAsync(new LayerOptions { MaxDegreeOfParallelism = degree }, entries)).Blob.Descriptor.Digest);
            foreach (var entry in entries)
            {
                File.SetLastWriteTimeUtc(entry.SourcePath!, DateTime.UtcNow.AddHours(-degree));
            }

            Array.Reverse(entries);
        }

        Assert.AreEqual(1, digests.Distinct().Count());
    }

    [TestMethod]
    public async Task The_bytes_are_the_same_everywhere_and_for_ever()
    {
        // A change here makes every layer a new one. If that is intended, it is a new version of the format.
        var layer = await _fixture.WriteAsync(
            LayerFixture.Generated("app/größe 計算.txt", SampleData.Make("text", 2_000_000)),
            LayerFixture.Generated("app/" + new string('n', 150), SampleData.Make("records", 10)),
            LayerFixture.Link("app/link", new string('t', 150)),
            LayerFixture.DirectoryAt("tmp"));
        Assert.AreEqual("sha256:1f9228478253e4e9ac578d1abeb7013c6e486623ffbc7acb51abe25b83099f6c", layer.DiffId.ToString());
        Assert.AreEqual("sha256:0c2ef83386b28e7684b64c345bc0812cb80e2a9b23ad49b9b94760147c465213", layer.Blob.Descriptor.Digest.ToString());
    }

    [TestMethod]
    public async Task The_wanted_time_is_that_of_all_entries()
    {
        var time = new DateTimeOffset(2024, 2, 29, 12, 30, 15, 250, TimeSpan.FromHours(2));
        var layer = await _fixture.WriteAsync(
            new LayerOptions { ModificationTime = time }, LayerFixture.Generated("a/b", default), LayerFixture.Link("l", "a"));
        Assert.IsTrue(LayerFixture.Entries(layer)
            .All(entry => entry.ModificationTime == new DateTimeOffset(2024, 2, 29, 10, 30, 15, TimeSpan.Zero)));
    }

    [TestMethod]
    public async Task Long_and_foreign_names_survive()
    {
        var names = new[]
        {
            new string('x', 100), new string('y', 101), new string('z', 255), string.Join(
                '/', Enumerable.Repeat("directory", 60)) + "/file",
            "größe/計算.txt", new string('ä', 99), "emoji 😀", "back\\slash", " blank ", "line\nbreak", "-rf", "*",
        };
        var layer = await _fixture.WriteAsync(
            [.. names.Select(name => LayerFixture.Generated(name, Encoding.UTF8.GetBytes(name))), LayerFixture.Link("link", names[3])]);
        var files = LayerFixture.Entries(layer).Where(entry => entry.EntryType == TarEntryType.RegularFile)
            .ToDictionary(entry => entry.Name);
        CollectionAssert.AreEquivalent(names, files.Keys);
        Assert.IsTrue(files.All(file => Encoding.UTF8.GetString(LayerFixture.Content(file.Value)) == file.Key));
        Assert.AreEqual(names[3], LayerFixture.Entries(layer).Single(entry => entry.Name == "link").LinkName);
    }

    [TestMethod]
    public async Task Headers_hold_nothing_of_the_moment_or_the_machine()
    {
        var layer = await _fixture.WriteAsync(_fixture.Add("a", [1]));
        var header = LayerFixture.Decompress(layer).AsSpan(0, 512);
        Assert.IsTrue(header[257..265].SequenceEqual("ustar  \0"u8), "It is not GNU's format.");
        Assert.AreEqual(-1, header[265..329].IndexOfAnyExcept((byte)0), "It names an owner or a group.");
        Assert.AreEqual(-1, header[345..].IndexOfAnyExcept((byte)0), "It has times of access or change.");
    }

    [TestMethod]
    public async Task Segments_of_a_file_that_is_longer_than_one_are_joined()
    {
        foreach (var size in new[] { Segment.Capacity - 512, Segment.Capacity - 511, Segment.Capacity, (3 * Segment.Capacity) + 1 })
        {
            var content = SampleData.Make("records", size);
            var layer = await _fixture.WriteAsync(_fixture.Add("big", content), LayerFixture.Generated("next", content.AsMemory(0, 10)));
            var entries = LayerFixture.Entries(layer);
            CollectionAssert.AreEqual(content, LayerFixture.Content(entries[0]));
            CollectionAssert.AreEqual(content[..10], LayerFixture.Content(entries[1]));
        }
    }

    [TestMethod]
    public async Task A_layer_without_entries_is_a_tar_without_entries()
    {
        var layer = await _fixture.WriteAsync();
        Assert.IsEmpty(LayerFixture.Entries(layer));
        Assert.AreEqual(1024, layer.UncompressedSize);
    }

    [TestMethod]
    [DataRow(MediaTypes.OciLayer)]
    [DataRow(MediaTypes.DockerLayer)]
    public async Task A_plain_layer_is_the_tar_itself(string mediaType)
    {
        var layer = await _fixture.WriteAsync(
            new LayerOptions { Encoding = LayerEncoding.Find(mediaType)! }, _fixture.Add("a", SampleData.Make("text", 2_000_000)));
        var compressed = await _fixture.WriteAsync(_fixture.Add("a", SampleData.Make("text", 2_000_000)));
        Assert.AreEqual(compressed.DiffId, layer.DiffId);
        Assert.AreEqual(layer.DiffId, layer.Blob.Descriptor.Digest);
        Assert.AreEqual(mediaType, layer.Blob.Descriptor.MediaType);
        CollectionAssert.AreEqual(LayerFixture.Decompress(compressed), await File.ReadAllBytesAsync(LayerFixture.PathOf(layer)));
    }

    [TestMethod]
    public async Task Zstd_holds_the_same_tar_in_frames_and_gives_the_same_bytes_however_many_cores_there_are()
    {
        LayerEntry[] entries = [_fixture.Add("a", SampleData.Make("text", 9_000_000)),
            _fixture.Add("b", SampleData.Make("assembly", 100_000)), .. Enumerable.Range(0, 50)
                .Select(number => _fixture.Add($"c/{number}", SampleData.Make("text", 30_000 + number)))];
        var options = new LayerOptions { Encoding = LayerEncoding.Of(ImageFormat.Oci, LayerCompression.Zstd) };

        var layer = await _fixture.WriteAsync(options, entries);

        var gzip = await _fixture.WriteAsync(entries);
        Assert.AreEqual(gzip.DiffId, layer.DiffId);
        Assert.AreEqual(MediaTypes.OciLayerZstd, layer.Blob.Descriptor.MediaType);
        var tar = new MemoryStream();
        await using (var zstd = new ZstdSharp.DecompressionStream(File.OpenRead(LayerFixture.PathOf(layer)), leaveOpen: false))
        {
            await zstd.CopyToAsync(tar);
        }

        CollectionAssert.AreEqual(LayerFixture.Decompress(gzip), tar.ToArray());
        Assert.AreEqual(
            layer.Blob.Descriptor, (await _fixture.WriteAsync(options with { MaxDegreeOfParallelism = 1 }, entries)).Blob.Descriptor);
    }

    [TestMethod]
    public async Task Every_level_gives_the_same_tar()
    {
        var entry = _fixture.Add("a", SampleData.Make("assembly", 2_000_000));
        var layers = new List<string>();
        foreach (var level in Enum.GetValues<DeflateLevel>())
        {
            layers.Add(
                Convert.ToHexString(
                    SHA256.HashData(LayerFixture.Decompress(await _fixture.WriteAsync(new LayerOptions { Level = level }, entry)))));
        }

        Assert.AreEqual(1, layers.Distinct().Count());
    }
}
