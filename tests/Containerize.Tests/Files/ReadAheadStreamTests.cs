using Containerize.Files;

namespace Containerize.Tests.Files;

[TestClass]
internal sealed class ReadAheadStreamTests
{
    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 1)]
    [DataRow(80 * 1024, 4096)]
    [DataRow((80 * 1024) + 1, 100_000)]
    [DataRow(3_000_000, 511)]
    public async Task It_gives_the_bytes_of_the_other_stream(int length, int step)
    {
        var bytes = Bytes(length);
        using var stream = new ReadAheadStream(new MemoryStream(bytes));
        using var read = new MemoryStream();
        var buffer = new byte[step];
        for (int count; (count = read.Length % 2 == 0 ? stream.Read(buffer) : await stream.ReadAsync(buffer)) > 0;)
        {
            await read.WriteAsync(buffer.AsMemory(0, count));
        }

        CollectionAssert.AreEqual(bytes, read.ToArray());
        Assert.AreEqual(0, stream.Read(buffer), "at the end it stays at the end");
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(10)]
    [DataRow(500_000)]
    public void A_failure_follows_the_bytes_before_it(int length)
    {
        using var stream = new ReadAheadStream(new Failing(length));
        var buffer = new byte[4096];
        var read = 0;
        var failure = Assert.ThrowsExactly<InvalidDataException>(() =>
        {
            for (int count; (count = stream.Read(buffer)) > 0;)
            {
                read += count;
            }
        });

        Assert.AreEqual("damaged", failure.Message);
        // What stands in a buffer that could not be filled belongs to the failure.
        Assert.AreEqual(length / (80 * 1024) * (80 * 1024), read);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    public void One_that_is_not_read_to_its_end_stops_and_closes_the_other_stream(int steps)
    {
        var inner = new Failing(int.MaxValue);
        var stream = new ReadAheadStream(inner);
        for (; steps > 0; steps--)
        {
            Assert.AreEqual(10, stream.Read(new byte[10]));
        }

        stream.Dispose();

        Assert.IsTrue(inner.IsDisposed);
        Assert.IsLessThan(20 * 80 * 1024, inner.Given, "it reads ahead by a few buffers only");
    }

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(1).NextBytes(bytes);
        return bytes;
    }

    private sealed class Failing(int length) : ForwardStream
    {
        internal int Given { get; private set; }

        internal bool IsDisposed { get; private set; }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (Given == length)
            {
                throw new InvalidDataException("damaged");
            }

            var given = Math.Min(count, length - Given);
            Given += given;
            return given;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
