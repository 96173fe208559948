using System.Formats.Tar;
using Containerize.Files;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class TarHeaderTests
{
    private static TarEntry Read(byte[] header) => new TarReader(new MemoryStream(header)).GetNextEntry()!;

    [TestMethod]
    public void A_header_is_read_by_the_framework()
    {
        var entry = Read([.. TarHeader.Create("blobs/x", 3), .. new byte[512]]);
        Assert.AreEqual("blobs/x", entry.Name);
        Assert.AreEqual(3, entry.Length);
        Assert.AreEqual(TarEntryType.RegularFile, entry.EntryType);
        Assert.AreEqual(TarEntryFormat.Ustar, entry.Format);
        Assert.AreEqual(DateTimeOffset.UnixEpoch, entry.ModificationTime);
        Assert.AreEqual(0, entry.Uid + entry.Gid);
        Assert.AreEqual("644", Convert.ToString((int)entry.Mode, 8));
        var directory = Read(TarHeader.CreateDirectory("blobs/"));
        Assert.AreEqual(TarEntryType.Directory, directory.EntryType);
        Assert.AreEqual("755", Convert.ToString((int)directory.Mode, 8));
    }

    [TestMethod]
    [DataRow((1L << 33) - 1, "77777777777")]
    [DataRow(0L, "00000000000")]
    public void Sizes_below_8_GiB_are_octal(long size, string expected) =>
        Assert.AreEqual(expected, System.Text.Encoding.ASCII.GetString(TarHeader.Create("x", size), 124, 11));

    [TestMethod]
    public void Larger_sizes_are_binary()
    {
        var header = TarHeader.Create("x", 1L << 33);
        CollectionAssert.AreEqual(new byte[] { 0x80, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0 }, header[124..136]);
        Assert.AreEqual("ustar  ", System.Text.Encoding.ASCII.GetString(header, 257, 7));
    }

    [TestMethod]
    [DataRow(0L, 0)]
    [DataRow(1L, 511)]
    [DataRow(512L, 0)]
    [DataRow((1L << 40) + 511, 1)]
    public void Files_are_filled_up_to_blocks(long size, int padding) => Assert.AreEqual(padding, TarHeader.Padding(size));
}
