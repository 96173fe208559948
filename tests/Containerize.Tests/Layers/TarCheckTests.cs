using System.Formats.Tar;
using Containerize.Compression;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.Testing;
using Containerize.Testing.Images;

namespace Containerize.Tests.Layers;

/// <summary>What may be in a tar that becomes a layer as it is.</summary>
[TestClass]
internal sealed class TarCheckTests
{
    private static async Task<TarFacts> ReadAsync(byte[] tar, bool isWindows = false, string mediaType = MediaTypes.OciLayer)
    {
        using var directory = new TemporaryDirectory();
        var layer = await new MemoryBlob(mediaType, tar).VerifyAsync(new BlobStore(directory.FullName), CancellationToken.None);
        return await TarCheck.ReadAsync(layer, "'tools.tar'", isWindows, CancellationToken.None);
    }

    private static async Task<ContainerizeException> RefuseAsync(
        byte[] tar, bool isWindows = false, string mediaType = MediaTypes.OciLayer)
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => ReadAsync(tar, isWindows, mediaType));
        Assert.AreEqual(DiagnosticCode.InvalidLayer, failure.Code);
        StringAssert.Contains(failure.Message, "tools.tar");
        return failure;
    }

    [TestMethod]
    public async Task Files_directories_and_links_are_fine_and_the_diffID_is_that_of_all_bytes()
    {
        var tar = TestLayer.Tar(
            TestLayer.Entry(TarEntryType.Directory, "./usr/"),
            TestLayer.Entry(TarEntryType.RegularFile, "./usr/a", "a"u8.ToArray()),
            TestLayer.Entry(TarEntryType.HardLink, "./usr/b", linkTarget: "usr/a"),
            TestLayer.Entry(TarEntryType.SymbolicLink, "./usr/c", linkTarget: "/etc/../elsewhere"),
            TestLayer.Entry(TarEntryType.RegularFile, "usr/..d"),
            TestLayer.Entry(TarEntryType.RegularFile, "etc/.wh.removed"));
        // GNU tar fills up to ten kilobytes; those zeros are part of the layer.
        Array.Resize(ref tar, (tar.Length + 10239) / 10240 * 10240);

        var facts = await ReadAsync(tar);

        Assert.AreEqual(TestLayer.FromTar(tar).DiffId, facts.DiffId);
        Assert.AreEqual(tar.Length, facts.Size);
        Assert.AreEqual(3, facts.FileCount);
    }

    [TestMethod]
    [DataRow("gzip", "", true)]
    [DataRow("gzip", "00", false)]
    [DataRow("gzip", "zeros", false)]
    [DataRow("gzip", "61", false)]
    [DataRow("gzip", "1f", false)]
    [DataRow("gzip", "1f8b", false)]
    [DataRow("gzip", "1f8b08", false)]
    [DataRow("gzip", "1f8b08000000000000ff", false)]
    [DataRow("gzip", "member", true)]
    [DataRow("gzip", "cut member", false)]
    [DataRow("gzip", "cut 1", false)]
    [DataRow("gzip", "cut 8", false)]
    [DataRow("gzip", "cut 9", false)]
    [DataRow("zstd", "", true)]
    [DataRow("zstd", "00", false)]
    [DataRow("zstd", "zeros", false)]
    [DataRow("zstd", "28b5", false)]
    [DataRow("zstd", "28b52ffd", false)]
    [DataRow("zstd", "502a4d180100000007", true)]
    [DataRow("zstd", "502a4d180900000007", false)]
    [DataRow("zstd", "member", true)]
    [DataRow("zstd", "cut member", false)]
    [DataRow("zstd", "cut 1", false)]
    public async Task A_compressed_layer_ends_with_its_compression_as_engines_want_it(string kind, string end, bool isFine)
    {
        var random = new byte[100_000];
        new Random(1).NextBytes(random);
        foreach (var length in new[] { 0, 7000, 8192, 16384, 100_000 })
        {
            var tar = TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "a", random[..length]));
            byte[] packed = Pack(tar), more = Pack(new byte[512]);
            byte[] layer = end switch
            {
                "zeros" => [.. packed, .. new byte[10_000]],
                "member" => [.. packed, .. more],
                "cut member" => [.. packed, .. more[..^3]],
                ['c', 'u', 't', ' ', .. var count] => packed[..^int.Parse(count, null)],
                _ => [.. packed, .. Convert.FromHexString(end)],
            };

            var mediaType = kind == "gzip" ? MediaTypes.OciLayerGzip : MediaTypes.OciLayerZstd;
            if (isFine)
            {
                var facts = await ReadAsync(layer, mediaType: mediaType);
                Assert.AreEqual(tar.Length + (end == "member" ? 512 : 0), facts.Size);
                Assert.AreEqual(end == "member" ? Digest.Of([.. tar, .. new byte[512]]) : Digest.Of(tar), facts.DiffId);
            }
            else
            {
                await RefuseAsync(layer, mediaType: mediaType);
            }
        }

        byte[] Pack(byte[] content)
        {
            using ISegmentCompressor compressor = kind == "gzip" ? new GzipMember(DeflateLevel.Fast) : new ZstdFrame(3);
            var packed = new byte[compressor.RoomFor(content.Length)];
            return packed[..compressor.Compress(content, packed)];
        }
    }

    [TestMethod]
    public async Task A_layer_for_Windows_has_the_places_of_Windows_and_no_others()
    {
        TarEntry File(string path) => TestLayer.Entry(TarEntryType.RegularFile, path);

        Assert.AreEqual(
            3,
            (
                await ReadAsync(
                    TestLayer.Tar(
                        TestLayer.Entry(TarEntryType.Directory, "./"), File("./Files/a"), File("Hives/b"), File("UtilityVM/Files/c")),
                    isWindows: true)).FileCount);
        Assert.Contains(
            "'usr/a', and paths of a layer for Windows",
            (await RefuseAsync(TestLayer.Tar(File("Files/a"), File("usr/a")), isWindows: true)).Message);
    }

    [TestMethod]
    [DataRow("/etc/passwd")]
    [DataRow("../etc/passwd")]
    [DataRow("usr/../../etc/passwd")]
    [DataRow("usr/..")]
    [DataRow("\\windows")]
    [DataRow("usr\\..\\..\\etc")]
    public async Task A_path_outside_the_image_is_refused(string path)
    {
        var failure = await RefuseAsync(
            TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "fine"), TestLayer.Entry(TarEntryType.RegularFile, path)));

        StringAssert.Contains(failure.Message, $"'{path}'");
    }

    [TestMethod]
    [DataRow("/etc/shadow")]
    [DataRow("../../etc/shadow")]
    public async Task A_hard_link_to_outside_is_refused(string target)
    {
        var failure = await RefuseAsync(TestLayer.Tar(TestLayer.Entry(TarEntryType.HardLink, "shadow", linkTarget: target)));

        StringAssert.Contains(failure.Message, target);
    }

    [TestMethod]
    [DataRow(TarEntryType.CharacterDevice)]
    [DataRow(TarEntryType.BlockDevice)]
    [DataRow(TarEntryType.Fifo)]
    public async Task Devices_and_pipes_are_refused(TarEntryType type)
    {
        var failure = await RefuseAsync(TestLayer.Tar(TestLayer.Entry(type, "dev/thing")));

        StringAssert.Contains(failure.Message, "dev/thing");
    }

    [TestMethod]
    public async Task What_is_no_tar_is_refused()
    {
        await RefuseAsync([]);
        await RefuseAsync([.. Enumerable.Repeat((byte)'x', 2048)]);
        await RefuseAsync(TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "cut", new byte[4096]))[..1024]);
    }

    // Tars of GNU hold large numbers in binary, and then nothing bounds them.
    [TestMethod]
    [DataRow(100, 8, DisplayName = "mode")]
    [DataRow(108, 8, DisplayName = "user")]
    [DataRow(116, 8, DisplayName = "group")]
    [DataRow(124, 12, DisplayName = "size")]
    [DataRow(136, 12, DisplayName = "time")]
    [DataRow(148, 8, DisplayName = "checksum")]
    public async Task Numbers_out_of_range_are_refused(int offset, int length)
    {
        foreach (var first in new byte[] { 0x80, 0xff })
        {
            var tar = TestLayer.Tar(TestLayer.Entry(TarEntryType.RegularFile, "file", "content"u8.ToArray()));
            tar.AsSpan(offset, length).Fill(0xfe);
            tar[offset] = first;
            if (offset != 148)
            {
                "        "u8.CopyTo(tar.AsSpan(148));
                var sum = tar.AsSpan(0, 512).ToArray().Sum(value => value);
                System.Text.Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 ").CopyTo(tar.AsSpan(148));
            }

            await RefuseAsync(tar);
        }
    }
}
