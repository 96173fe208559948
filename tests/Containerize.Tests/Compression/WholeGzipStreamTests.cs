using Containerize.Compression;

namespace Containerize.Tests.Compression;

[TestClass]
internal sealed class WholeGzipStreamTests
{
    [TestMethod]
    [DataRow(1, 0)]
    [DataRow(1, 15)]
    [DataRow(1, 16)]
    [DataRow(1, 17)]
    [DataRow(1, 200_000)]
    [DataRow(300, 0)]
    [DataRow(300, 3)]
    [DataRow(300, 1000)]
    [DataRow(20, 8192)]
    public void Members_come_out_whole_however_they_are_read(int members, int most)
    {
        var random = new Random(members + most);
        using var member = new GzipMember(DeflateLevel.Fast);
        var (content, packed) = (new List<byte>(), new List<byte>());
        for (var number = 0; number < members; number++)
        {
            var bytes = new byte[random.Next(most + 1)];
            random.NextBytes(bytes);
            var room = new byte[member.RoomFor(bytes.Length)];
            content.AddRange(bytes);
            packed.AddRange(room[..member.Compress(bytes, room)]);
        }

        foreach (var step in new[] { 1, 7, 16, 4096, 1_000_000 })
        {
            using var stream = new WholeGzipStream(new MemoryStream([.. packed]));
            var (read, buffer) = (new List<byte>(), new byte[step]);
            while (stream.Read(buffer) is > 0 and var count)
            {
                read.AddRange(buffer[..count]);
            }

            CollectionAssert.AreEqual(content, read);
            Assert.AreEqual(0, stream.Read(buffer));
        }
    }

    [TestMethod]
    public void No_end_that_is_cut_off_and_no_byte_behind_it_is_taken()
    {
        using var member = new GzipMember(DeflateLevel.Fast);
        var room = new byte[member.RoomFor(1000)];
        var packed = room[..member.Compress(new byte[1000], room)];
        for (var length = 1; length < packed.Length; length++)
        {
            Refuse(packed[..length]);
        }

        for (var more = 0; more < 256; more++)
        {
            Refuse([.. packed, (byte)more]);
        }

        static void Refuse(byte[] file)
        {
            using var stream = new WholeGzipStream(new MemoryStream(file));
            var failure = Assert.Throws<Exception>(() => stream.CopyTo(Stream.Null));
            Assert.IsTrue(TarDamage.IsOne(failure), failure.ToString());
        }
    }
}
