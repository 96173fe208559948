using Containerize.Pages;

namespace Containerize.Tests.Pages;

[TestClass]
internal sealed class TreemapTests
{
    private const double Least = 1e-6;

    [TestMethod]
    public void Tiles_are_in_proportion_to_weights_fill_the_area_and_do_not_overlap()
    {
        var random = new Random(20261129);
        for (var round = 0; round < 300; round++)
        {
            var area = new Area(random.Next(50), random.Next(50), 1 + random.Next(1500), 1 + random.Next(900));
            var weights = Enumerable.Range(0, 1 + random.Next(60)).Select(_ => Weight(random)).ToList();
            var tiles = Treemap.Arrange(weights, weight => weight, area);

            var total = weights.Sum(weight => (double)weight);
            CollectionAssert.AreEqual(
                weights.Where(weight => weight > 0).OrderDescending().ToList(), tiles.Select(tile => tile.Item).ToList());
            foreach (var (weight, tile) in tiles)
            {
                Assert.AreEqual(weight / total * area.Size, tile.Size, area.Size * Least, $"round {round}");
                Assert.IsTrue(IsWithin(tile, area), $"round {round}: {tile} is not within {area}.");
            }

            for (var one = 0; one < tiles.Count; one++)
            {
                for (var other = one + 1; other < tiles.Count; other++)
                {
                    Assert.IsLessThan(area.Size * Least, Overlap(tiles[one].Area, tiles[other].Area), $"round {round}");
                }
            }
        }
    }

    [TestMethod]
    public void Tiles_of_one_weight_are_nearly_square()
    {
        var tiles = Treemap.Arrange(Enumerable.Repeat(1L, 60), weight => weight, new Area(0, 0, 1000, 560));

        Assert.HasCount(60, tiles);
        Assert.IsTrue(tiles.All(tile => Ratio(tile.Area) < 2), string.Join('\n', tiles.Select(tile => tile.Area)));
    }

    [TestMethod]
    public void The_largest_lies_at_the_top_left_and_what_weighs_nothing_has_no_tile()
    {
        var tiles = Treemap.Arrange([0L, 1, 6, 3, 0], weight => weight, new Area(10, 20, 100, 50));

        CollectionAssert.AreEqual(new long[] { 6, 3, 1 }, tiles.Select(tile => tile.Item).ToList());
        Assert.AreEqual((10.0, 20.0), (tiles[0].Area.X, tiles[0].Area.Y));
        Assert.IsEmpty(Treemap.Arrange([0L], weight => weight, new Area(0, 0, 10, 10)));
        Assert.IsEmpty(Treemap.Arrange(Array.Empty<long>(), weight => weight, new Area(0, 0, 10, 10)));
    }

    [TestMethod]
    public void An_area_without_room_takes_all_tiles()
    {
        var tiles = Treemap.Arrange([5L, 3, 1], weight => weight, new Area(0, 0, 0, 10));

        Assert.HasCount(3, tiles);
        Assert.IsTrue(tiles.All(tile => tile.Area.Size == 0 && double.IsFinite(tile.Area.Y)));
    }

    private static long Weight(Random random) => random.Next(4) switch
    {
        0 => random.Next(3),
        1 => random.NextInt64(1L << 40),
        _ => random.Next(100_000),
    };

    private static double Ratio(Area area) => Math.Max(area.Width / area.Height, area.Height / area.Width);

    private static bool IsWithin(Area tile, Area area) =>
        tile.X >= area.X - Least && tile.Y >= area.Y - Least
        && tile.X + tile.Width <= area.X + area.Width + Least && tile.Y + tile.Height <= area.Y + area.Height + Least;

    private static double Overlap(Area one, Area other) =>
        Math.Max(0, Math.Min(one.X + one.Width, other.X + other.Width) - Math.Max(one.X, other.X))
        * Math.Max(0, Math.Min(one.Y + one.Height, other.Y + other.Height) - Math.Max(one.Y, other.Y));
}
