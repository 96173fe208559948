using Containerize.Compression;

namespace Containerize.Tests.Compression;

[TestClass]
internal sealed class HuffmanCodeTests
{
    [TestMethod]
    public void Codes_are_complete_and_within_the_limit_for_any_frequencies()
    {
        var random = new Random(5);
        foreach (var (symbols, limit) in new[] { (19, 7), (30, 15), (286, 14), (286, 9) })
        {
            var code = new HuffmanCode(symbols, limit);
            for (var round = 0; round < 300; round++)
            {
                var frequencies = Enumerable.Range(0, symbols).Select(_ => random.Next(3) == 0 ? 0 : random.Next(1 << random.Next(1, 16)))
                    .ToArray();
                code.Build(frequencies);
                AssertComplete(code, limit);
                Assert.IsTrue(frequencies.Index()
                    .All(item => item.Item == 0 || code.Lengths[item.Index] > 0), "A symbol that occurs has no code.");
            }
        }
    }

    [TestMethod]
    public void The_steepest_frequencies_are_cut_to_the_limit()
    {
        // Fibonacci numbers make the deepest tree there is.
        var frequencies = new int[30];
        (frequencies[0], frequencies[1]) = (1, 1);
        for (var i = 2; i < frequencies.Length; i++)
        {
            frequencies[i] = frequencies[i - 1] + frequencies[i - 2];
        }

        var code = new HuffmanCode(30, 15);
        code.Build(frequencies);
        AssertComplete(code, 15);
        Assert.AreEqual(15, code.Lengths[0]);
        Assert.AreEqual(1, code.Lengths[29]);
    }

    [TestMethod]
    public void Frequencies_that_are_powers_of_two_get_their_exact_lengths()
    {
        var code = new HuffmanCode(5, 15);
        code.Build([1, 1, 2, 4, 8]);
        CollectionAssert.AreEqual(new byte[] { 4, 4, 3, 2, 1 }, code.Lengths.ToArray());
        // 0, 10, 110, 1110, 1111, each of them reversed.
        CollectionAssert.AreEqual(new uint[] { 0b0111, 0b1111, 0b011, 0b01, 0b0 }, code.Codes.ToArray());
    }

    [TestMethod]
    public void No_symbol_or_one_still_gives_a_complete_code()
    {
        var code = new HuffmanCode(30, 15);
        code.Build(new int[30]);
        AssertComplete(code, 15);
        var one = new int[30];
        one[17] = 9;
        code.Build(one);
        AssertComplete(code, 15);
        Assert.AreEqual(1, code.Lengths[17]);
    }

    private static void AssertComplete(HuffmanCode code, int limit)
    {
        var room = 0L;
        foreach (var length in code.Lengths)
        {
            Assert.IsLessThanOrEqualTo(limit, (int)length);
            room += length == 0 ? 0 : 1L << (limit - length);
        }

        Assert.AreEqual(1L << limit, room);
    }
}
