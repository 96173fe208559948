namespace Containerize.Pages;

/// <summary>
/// Draws layers, packages and files as tiles. Heights are pixels and widths are parts of the page's width, so that text keeps its size;
/// it ends where its tile does. There is a drawing for large screens and one for small ones, of which the style sheet shows one.
/// </summary>
/// <param name="width">About how wide the drawing is on the screen, in pixels.</param>
internal sealed class TreemapDrawing(double width)
{
    /// <summary>How many colors the style sheet has for layers.</summary>
    internal const int Colors = 8;

    private const double Large = 1000;
    private const double Small = 370;
    private const double Height = 560;
    private const double LayerStrip = 22;
    private const double PackageStrip = 17;

    // A smaller tile, in square pixels, is hard to hit with a pointer.
    private const double LeastTile = 170;
    private const double LeastTextWidth = 30;
    private const double LeastTextHeight = 14;
    private const double TwoLines = 34;

    /// <summary>Draws them for both sizes of screens.</summary>
    /// <param name="layers">The layers, bottom first; their places decide their colors.</param>
    internal static Html Draw(IReadOnlyList<ReportedLayer> layers) =>
        $"{new TreemapDrawing(Large).Draw(layers, "large")}{new TreemapDrawing(Small).Draw(layers, "small")}";

    private Html Draw(IReadOnlyList<ReportedLayer> layers, string screen)
    {
        var colors = layers.Select((layer, index) => (layer, index)).ToDictionary(pair => pair.layer, pair => pair.index % Colors);
        var tiles = Treemap.Arrange(layers, layer => layer.Size, new Area(0, 0, width, Height));
        return tiles.Count == 0 ? Html.None : $"""
            <svg class="map {screen}" role="img" aria-label="Layers, packages and files by size; the tables below have the same facts">
            {tiles.Select(tile => Layer(tile.Item, tile.Area, colors[tile.Item]))}</svg>

            """;
    }

    private Html Layer(ReportedLayer layer, Area area, int color)
    {
        var groups = layer.Groups;
        var title = $"{layer.Name}: {ByteSize.Format(layer.Size)}, {Texts.Count(layer.FileCount, "file")}";
        var inside = area.Inside(area.Height > 3 * LayerStrip ? LayerStrip : 1, 1);
        var packages = Parts(groups, group => group.Size, inside).Select(tile => tile.Item.Item is { } group
            ? Package(group, tile.Area)
            : More($"{layer.Name}: {Texts.Count(tile.Item.Count, "more package")}", tile));
        return $"<g class=\"l{color}\">{Box("layer", title, Line(layer.Name, layer.Size, 16), area)}{packages}</g>\n";
    }

    private Html Package(FileGroup group, Area area)
    {
        if (group.Files is [var only])
        {
            return File(only, area);
        }

        var title = $"{group.Name}: {ByteSize.Format(group.Size)}, {Texts.Count(group.Files.Count, "file")}";
        var inside = area.Inside(area.Height > 3 * PackageStrip && area.Width > LeastTextWidth ? PackageStrip : 1, 1);
        var files = Parts(group.Files, file => file.Size, inside).Select(tile => tile.Item.Item is { } file
            ? File(file, tile.Area)
            : More($"{group.Name}: {Texts.Count(tile.Item.Count, "more file")}", tile));
        return $"{Box("package", title, Line(group.Name, group.Size, 13), area)}{files}";
    }

    private Html File(ReportedFile file, Area area)
    {
        var (size, package) = (ByteSize.Format(file.Size), file.Package is null ? "" : $", {file.Package}");
        var second = area.Height < TwoLines ? Html.None : (Html)$"<text class=\"s\" x=\"4\" y=\"28\">{size}</text>";
        return Box("file", $"/{file.Path}: {size}{package}", $"<text x=\"4\" y=\"13\">{file.Name}</text>{second}", area);
    }

    private Html More<T>(string title, Tile<Part<T>> tile)
        where T : class => Box(
            "file",
            $"{title}, {ByteSize.Format(tile.Item.Size)}",
            $"<text x=\"4\" y=\"13\">{tile.Item.Count} more</text>",
            tile.Area);

    private static Html Line(string name, long size, int y) =>
        $"<text x=\"5\" y=\"{y}\">{name} <tspan>{ByteSize.Format(size)}</tspan></text>";

    /// <summary>A tile with what is said when one points at it.</summary>
    private Html Box(string kind, string title, Html text, Area area) => $"""
        <svg class="{kind}" x="{Texts.Percent(area.X / width)}" y="{area.Y}" width="{
            Texts.Percent(area.Width / width)}" height="{area.Height}">
        <title>{title}</title><rect width="100%" height="100%"/>{
            (area is { Width: < LeastTextWidth } or { Height: < LeastTextHeight } ? Html.None : text)}</svg>

        """;

    /// <summary>Gives the largest a tile each, as many as can be seen, and the others one together.</summary>
    private static IReadOnlyList<Tile<Part<T>>> Parts<T>(IReadOnlyList<T> items, Func<T, long> size, Area area)
        where T : class
    {
        var total = Math.Max(1, items.Sum(size));
        var shown = items.TakeWhile(item => size(item) * area.Size / total >= LeastTile).Count();
        var parts = items.Take(shown).Select(item => new Part<T>(item, size(item), 1));
        var others = items.Count - shown;
        return Treemap.Arrange(
            others == 0 ? parts
                : parts.Append(new Part<T>(others == 1 ? items[^1] : null, items.Skip(shown).Sum(size), others)),
            part => part.Size,
            area);
    }

    /// <summary>An item, or what is not shown on its own.</summary>
    private sealed record Part<T>(T? Item, long Size, int Count)
        where T : class;
}
