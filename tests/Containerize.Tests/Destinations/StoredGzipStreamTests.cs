using System.IO.Compression;
using Containerize.Destinations;

namespace Containerize.Tests.Destinations;

[TestClass]
internal sealed class StoredGzipStreamTests
{
    private const int Block = 127 * 512;

    [TestMethod]
    [DataRow(1)]
    [DataRow(512)]
    [DataRow(Block - 1)]
    [DataRow(Block)]
    [DataRow(Block + 1)]
    [DataRow((3 * Block) + 7)]
    public async Task Content_comes_back_and_lies_where_it_is_said_to(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        var file = new MemoryStream();
        await using (var gzip = await StoredGzipStream.CreateAsync(file, CancellationToken.None))
        {
            await gzip.WriteAsync(content.AsMemory(0, length / 3));
            await gzip.WriteAsync(content.AsMemory(length / 3));
            await gzip.CompleteAsync(CancellationToken.None);
        }

        var written = file.ToArray();
        Assert.AreEqual(written.Length, StoredGzipStream.LengthOf(length));
        foreach (var offset in new[] { 0, length / 2, length - 1, Math.Min(Block, length - 1), Math.Min(Block - 1, length - 1) })
        {
            Assert.AreEqual(content[offset], written[StoredGzipStream.PositionOf(offset)]);
        }

        var read = new MemoryStream();
        await using var decompressed = new GZipStream(new MemoryStream(written), CompressionMode.Decompress);
        await decompressed.CopyToAsync(read);
        CollectionAssert.AreEqual(content, read.ToArray());
    }
}
