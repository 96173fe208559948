using System.IO.Compression;
using Containerize.Compression;

namespace Containerize.Tests.Compression;

[TestClass]
internal sealed class GzipMemberTests
{
    [TestMethod]
    public void The_header_tells_neither_time_nor_system()
    {
        var member = Compress("text", 1000);
        CollectionAssert.AreEqual(new byte[] { 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255 }, member[..10]);
    }

    [TestMethod]
    public void Members_in_a_row_are_one_file()
    {
        byte[] row = [.. Compress("text", 100_000), .. Compress("zeros", 0), .. Compress("random", 70_000), .. Compress("records", 5)];
        byte[] content = [.. SampleData.Make("text", 100_000), .. SampleData.Make("random", 70_000), .. SampleData.Make("records", 5)];
        using var gzip = new GZipStream(new MemoryStream(row), CompressionMode.Decompress);
        var decoded = new MemoryStream();
        gzip.CopyTo(decoded);
        CollectionAssert.AreEqual(content, decoded.ToArray());
    }

    [TestMethod]
    public void The_trailer_has_the_checksum_and_the_length()
    {
        // The checksum of these nine digits is the check value of CRC-32.
        var output = new byte[GzipMember.MaxLength(9)];
        var length = new GzipMember(DeflateLevel.Default).Compress("123456789"u8, output);
        CollectionAssert.AreEqual(new byte[] { 0x26, 0x39, 0xF4, 0xCB, 9, 0, 0, 0 }, output[(length - 8)..length]);
    }

    private static byte[] Compress(string kind, int length)
    {
        var output = new byte[GzipMember.MaxLength(length)];
        return output[..new GzipMember(DeflateLevel.Default).Compress(SampleData.Make(kind, length), output)];
    }
}
