namespace Containerize.Pages;

/// <summary>Divides a rectangle among weights, in tiles that are as square as can be: two of them can be compared by eye.</summary>
/// <remarks>M. Bruls, K. Huizing, J. van Wijk: Squarified Treemaps, 2000.</remarks>
internal static class Treemap
{
    /// <summary>Gives each item a tile whose area is in proportion to its weight. The largest lies at the top left.</summary>
    /// <param name="weight">The weight of an item; one without weight gets no tile.</param>
    /// <returns>The tiles, the largest first; items of one weight in the order in which they came.</returns>
    internal static IReadOnlyList<Tile<T>> Arrange<T>(IEnumerable<T> items, Func<T, long> weight, Area area)
    {
        var left = new Queue<(T Item, double Size)>();
        var sorted = items.Where(item => weight(item) > 0).OrderByDescending(weight).ToList();
        var scale = area.Size / Math.Max(1, sorted.Sum(item => (double)weight(item)));
        sorted.ForEach(item => left.Enqueue((item, weight(item) * scale)));
        var tiles = new List<Tile<T>>();
        while (left.Count > 0)
        {
            var side = Math.Min(area.Width, area.Height);
            var row = new List<(T Item, double Size)> { left.Dequeue() };
            var sum = row[0].Size;
            while (left.TryPeek(out var next)
                && Worst(row[0].Size, next.Size, sum + next.Size, side) <= Worst(row[0].Size, row[^1].Size, sum, side))
            {
                row.Add(left.Dequeue());
                sum += next.Size;
            }

            area = Place(row, left.Count == 0 ? area.Size : sum, area, tiles);
        }

        return tiles;
    }

    /// <summary>How far the worst tile of a row is from a square: the ratio of its sides.</summary>
    private static double Worst(double largest, double smallest, double sum, double side) =>
        sum == 0 ? double.PositiveInfinity
            : Math.Max(side * side * largest / (sum * sum), sum * sum / (side * side * smallest));

    /// <summary>Puts a row along the shorter side.</summary>
    /// <returns>What is left of the area.</returns>
    private static Area Place<T>(List<(T Item, double Size)> row, double size, Area area, List<Tile<T>> tiles)
    {
        var isColumn = area.Width >= area.Height;
        var side = isColumn ? area.Height : area.Width;
        var depth = side > 0 ? size / side : 0;
        var (start, total) = (0.0, row.Sum(item => item.Size));
        foreach (var (item, part) in row)
        {
            var length = total > 0 ? side * part / total : 0;
            tiles.Add(new(item, isColumn
                ? new Area(area.X, area.Y + start, depth, length)
                : new Area(area.X + start, area.Y, length, depth)));
            start += length;
        }

        return isColumn
            ? new Area(area.X + depth, area.Y, Math.Max(0, area.Width - depth), area.Height)
            : new Area(area.X, area.Y + depth, area.Width, Math.Max(0, area.Height - depth));
    }
}

/// <summary>A rectangle.</summary>
internal readonly record struct Area(double X, double Y, double Width, double Height)
{
    /// <summary>Its area.</summary>
    internal double Size => Width * Height;

    /// <summary>What is inside, below a strip at the top and with a margin at all other sides.</summary>
    internal Area Inside(double strip, double margin) =>
        new(X + margin, Y + strip, Math.Max(0, Width - (2 * margin)), Math.Max(0, Height - strip - margin));
}

/// <summary>The place of an item.</summary>
internal readonly record struct Tile<T>(T Item, Area Area);
