using Containerize.Compression;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Testing;

namespace Containerize.Tests.Layers;

[TestClass]
internal sealed class LayerContentTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private LayerEntry File(string path, string content, string place = "a") => new()
    {
        Path = path,
        Type = LayerEntryType.File,
        Mode = LayerFixture.FileMode,
        SourcePath = _directory.Write($"{place}/{path}", content),
        Size = content.Length,
    };

    private static async Task<LayerContent> ReadAsync(LayerOptions options, params LayerEntry[] entries) =>
        (await EntriesContent.ReadAsync(entries, options, FileHashes.Load(null), CancellationToken.None)).Content;

    private static async Task<Digest> HashAsync(params LayerEntry[] entries) => (await ReadAsync(new LayerOptions(), entries)).Hash;

    [TestMethod]
    public async Task The_hash_is_the_same_everywhere_and_for_ever()
    {
        // A change here makes every cache and every registry useless once. If layers have other bytes, FormatVersion must say so.
        var hash = await HashAsync(
            LayerFixture.Generated("app/größe.txt", "text"u8.ToArray()),
            LayerFixture.Link("app/link", "target"),
            LayerFixture.DirectoryAt("tmp", owner: 7));

        Assert.AreEqual("sha256:f801dddd669d37999b0f78e35b2452708146091db81ebe6edc23f8cde9df73ec", hash.ToString());
    }

    [TestMethod]
    public async Task Place_and_time_of_files_and_their_order_do_not_matter()
    {
        var here = await HashAsync(File("app/a", "1"), File("app/b", "2"));
        var there = new[] { File("app/b", "2", "elsewhere"), File("app/a", "1", "elsewhere") };
        System.IO.File.SetLastWriteTimeUtc(there[0].SourcePath!, DateTime.UnixEpoch);

        Assert.AreEqual(here, await HashAsync(there));
    }

    [TestMethod]
    public async Task A_generated_file_counts_as_one_of_the_same_content_on_the_disk() =>
        Assert.AreEqual(await HashAsync(File("a", "same")), await HashAsync(LayerFixture.Generated("a", "same"u8.ToArray())));

    [TestMethod]
    public async Task Each_package_is_named_once_and_in_order()
    {
        var content = await ReadAsync(
            new LayerOptions(),
            File("b.dll", "1") with { Package = "B 2.0" },
            File("a.dll", "2") with { Package = "A 1.0" },
            File("de/a.dll", "3") with { Package = "A 1.0" },
            File("x.css", "4") with { Package = "X" },
            File("app.dll", "5"));

        CollectionAssert.AreEqual(new[] { "A 1.0", "B 2.0", "X" }, content.Packages.ToList());
    }

    [TestMethod]
    public async Task The_package_of_a_file_does_not_matter() =>
        Assert.AreEqual(await HashAsync(File("a", "1")), await HashAsync(File("a", "1") with { Package = "P 1.0" }));

    [TestMethod]
    public async Task Whatever_changes_the_bytes_changes_the_hash()
    {
        var entry = File("app/a", "content");
        var hashes = new List<Digest>
        {
            await HashAsync(entry),
            await HashAsync(File("app/a", "c0ntent")),
            await HashAsync(File("app/b", "content")),
            await HashAsync(entry with { Mode = entry.Mode | UnixFileMode.UserExecute }),
            await HashAsync(entry with { UserId = 1 }),
            await HashAsync(entry with { GroupId = 1 }),
            await HashAsync(entry, LayerFixture.DirectoryAt("app")),
            await HashAsync(entry, LayerFixture.DirectoryAt("empty")),
            await HashAsync(LayerFixture.Link("app/a", "content")),
            await HashAsync(LayerFixture.Link("app/a", "content ")),
            await HashAsync(),
            (await ReadAsync(new LayerOptions { Level = DeflateLevel.Fast }, entry)).Hash,
            (await ReadAsync(new LayerOptions { Encoding = LayerEncoding.Of(ImageFormat.Oci, LayerCompression.None) }, entry)).Hash,
            (await ReadAsync(new LayerOptions { ModificationTime = DateTimeOffset.UnixEpoch }, entry)).Hash,
        };

        Assert.AreEqual(hashes.Count, hashes.Distinct().Count());
    }

    [TestMethod]
    public async Task What_does_not_change_the_bytes_does_not_change_the_hash()
    {
        var entry = File("app/a", "content");
        var options = new LayerOptions();

        Assert.AreEqual((await ReadAsync(options, entry)).Hash, (await ReadAsync(options with { MaxDegreeOfParallelism = 1 }, entry)).Hash);
        Assert.AreEqual(
            (await ReadAsync(options, entry)).Hash,
            (await ReadAsync(options with { Encoding = LayerEncoding.Of(ImageFormat.Docker, LayerCompression.Gzip) }, entry)).Hash);
        Assert.AreEqual(
            (await ReadAsync(options, entry)).Hash,
            (await ReadAsync(options with { ModificationTime = options.ModificationTime.AddMilliseconds(5) }, entry)).Hash);
    }

    [TestMethod]
    public async Task Names_cannot_be_made_to_look_like_several_entries() =>
        Assert.AreNotEqual(
            await HashAsync(LayerFixture.DirectoryAt("a\nd 755 0:0\tb")),
            await HashAsync(LayerFixture.DirectoryAt("a"), LayerFixture.DirectoryAt("b")));

    [TestMethod]
    public async Task Content_is_read_back_as_it_was_written()
    {
        var content = await ReadAsync(
            new LayerOptions(), File("odd\t\\n\nname", "1") with { Package = "Some.Package 1.2.3" }, LayerFixture.Link("link", "x"));

        var read = LayerContent.FromText(content.Hash, content.ToText())!;

        Assert.AreEqual(content.Hash, read.Hash);
        CollectionAssert.AreEqual(content.Items.ToList(), read.Items.ToList());
    }

    [TestMethod]
    [DataRow("\n")]
    [DataRow("one\ttwo\n")]
    [DataRow("one\ttwo\tthree\tfour\n")]
    public void Anything_else_is_no_content(string text) => Assert.IsNull(LayerContent.FromText(Digest.Of([]), text));

    [TestMethod]
    public async Task A_file_that_is_not_as_it_was_listed_is_named()
    {
        var entry = File("a", "content") with { Size = 3 };

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => HashAsync(entry));

        Assert.AreEqual(DiagnosticCode.FileChanged, failure.Code);
        StringAssert.Contains(failure.Message, entry.SourcePath!);
    }
}
