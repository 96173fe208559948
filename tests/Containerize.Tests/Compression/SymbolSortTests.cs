using Containerize.Compression;

namespace Containerize.Tests.Compression;

[TestClass]
internal sealed class SymbolSortTests
{
    public static IEnumerable<object[]> Amounts =>
        from amount in new[] { 0, 1, 2, 19, 32, 33, 34, 257, 286 } select new object[] { amount };

    [TestMethod]
    [DynamicData(nameof(Amounts))]
    public void Keys_are_in_the_order_of_any_other_sort(int amount)
    {
        var random = new Random(amount);
        for (var bits = 1; bits <= 22; bits++)
        {
            var keys = Enumerable.Range(0, amount)
                .Select(symbol => SymbolSort.Key(random.Next(1 << random.Next(1, bits + 1)), symbol)).ToArray();
            var expected = keys.Order().ToArray();

            SymbolSort.Sort(keys, new uint[amount]);

            CollectionAssert.AreEqual(expected, keys, $"frequencies of up to {bits} bits");
        }
    }

    [TestMethod]
    [DynamicData(nameof(Amounts))]
    public void Symbols_that_occur_equally_often_stay_in_their_order(int amount)
    {
        var keys = Enumerable.Range(0, amount).Select(symbol => SymbolSort.Key(70_000, symbol)).ToArray();
        var expected = keys.ToArray();

        SymbolSort.Sort(keys, new uint[amount]);

        CollectionAssert.AreEqual(expected, keys);
    }
}
