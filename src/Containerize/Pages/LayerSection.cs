namespace Containerize.Pages;

/// <summary>Layers as a bar and a table; their files as a drawing and as tables.</summary>
internal static class LayerSection
{
    // A site may have ten thousands of files. The largest are what one looks for.
    private const int MostFiles = 100;
    private const int MostCommand = 100;

    /// <summary>The layers by what a pull transfers.</summary>
    internal static Html Layers(ReportedImage image) => $"""
        {Bar(image)}<table>
        {Texts.Head(("Layer", ""), ("Files", "number"), ("Uncompressed", "number wide-only"), ("Compressed", "number"))}<tbody>
        {Base(image)}{image.Layers.Select((layer, index) => Row(
            $"l{index % TreemapDrawing.Colors}",
            layer.Name,
            $"{layer.FileCount}",
            ByteSize.Format(layer.UncompressedSize),
            layer.CompressedSize))}</tbody>
        </table>

        """;

    /// <summary>The files of the layers that are known.</summary>
    internal static Html Sizes(ReportedImage image, IReadOnlyList<ReportedFile> files) => $"""
        {(image.BaseLayers.Count == 0 ? Html.None : (Html)$"""
            <p class="soft">What lies on the base, uncompressed. Point at a tile to see its path and package.</p>

            """)}{TreemapDrawing.Draw(image.Layers)}<details>
        <summary>The same as tables ({Texts.Count(files.Count, "file")})</summary>
        {image.Layers.Select((layer, index) => Table(layer, index))}</details>

        """;

    private static Html Base(ReportedImage image) => image.BaseLayers.Count == 0 ? Html.None
        : $"""
            {Row("base", $"base ({Texts.Count(image.BaseLayers.Count, "layer")})", "", "", image.BaseSize)}{BaseLayers(image)}
            """;

    // What made each is all that is known without reading it: its command, as far as one can read a line.
    private static IEnumerable<Html> BaseLayers(ReportedImage image)
    {
        var made = RunFacts.Read(image.Image.Config).History.Where(line => !line.IsEmpty).ToList();
        return image.BaseLayers.Count == 1 ? [] : image.BaseLayers.Select((layer, index) => (Html)$"""
            <tr><th scope="row" class="part">{
                Made(made.ElementAtOrDefault(index))}</th><td></td><td class="wide-only"></td><td class="number">{
                ByteSize.Format(layer.Blob.Descriptor.Size)}</td></tr>

            """);
    }

    private static string Made(HistoryLine? line) => line is null || line.CreatedBy.Length == 0 ? "a layer"
        : line.CreatedBy.Length <= MostCommand ? line.CreatedBy
        : $"{line.CreatedBy[..MostCommand]}…";

    private static Html Row(string color, string name, string files, string uncompressed, long compressed) => $"""
        <tr><th scope="row"><span class="key {color}"></span>{name}</th><td class="number">{files}</td><td class="number wide-only">{
            uncompressed}</td><td class="number">{ByteSize.Format(compressed)}</td></tr>

        """;

    private static Html Bar(ReportedImage image)
    {
        var parts = new[] { (Name: "base", Color: "base", Size: image.BaseSize) }
            .Concat(image.Layers.Select((layer, index) =>
                (layer.Name, Color: $"l{index % TreemapDrawing.Colors}", Size: layer.CompressedSize)))
            .Where(part => part.Size > 0).ToList();
        var (total, start) = ((double)image.CompressedSize, 0L);
        var boxes = new List<Html>();
        foreach (var (name, color, size) in parts)
        {
            boxes.Add($"""
                <rect class="{color}" x="{Texts.Percent(start / total)}" width="{Texts.Percent(size / total)}" height="100%">
                <title>{name}: {ByteSize.Format(size)} compressed</title></rect>

                """);
            start += size;
        }

        return boxes.Count == 0 ? Html.None : $"""
            <svg class="bar" role="img" aria-label="Compressed sizes of base and layers; the table below has them">
            {boxes}</svg>

            """;
    }

    private static Html Table(ReportedLayer layer, int index) => layer.Files.Count == 0
        ? (Html)$"""
            <p><span class="key l{index % TreemapDrawing.Colors}"></span>{layer.Name}: {ByteSize.Format(layer.Size)}. {Unknown(layer)}</p>

            """
        : $"""
            <details>
            <summary><span class="key l{index % TreemapDrawing.Colors}"></span>{layer.Name} <span class="size">{
                ByteSize.Format(layer.Size)}, {Texts.Count(layer.Files.Count, "file")}</span></summary>
            {layer.Groups.Select(Group)}</details>

            """;

    private static Html Unknown(ReportedLayer layer) => layer.Packages.Count == 0
        ? (Html)$"Which files are in it is not known here."
        : $"It consists of {string.Join(", ", layer.Packages)}.";

    private static Html Group(FileGroup group) => $"""
        <details>
        <summary>{group.Name} <span class="size">{ByteSize.Format(group.Size)}, {Texts.Count(group.Files.Count, "file")}</span></summary>
        {FileSection.Table(group.Files, MostFiles)}</details>

        """;
}
