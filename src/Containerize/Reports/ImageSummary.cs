using System.Globalization;
using System.Text;
using Containerize.Building;

namespace Containerize.Reports;

/// <summary>An image as a page of Markdown, for the summary that a CI system shows of a job.</summary>
internal static class ImageSummary
{
    /// <summary>Writes the page.</summary>
    internal static string Write(PublishedImage published)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"### {Markdown.Text(published.References[0])}\n\n");
        page.Append(Markdown.Row("Image", Markdown.Code(published.Image))).Append("|---|---|\n");
        page.Append(Markdown.Row("Digest", Markdown.Code(published.Digest.ToString())));
        page.Append(Markdown.Row("Tags", string.Join("<br>", published.References.Select(Markdown.Code))));
        page.Append(Markdown.Row("Platforms", string.Join(", ", published.Built.Select(Platform))));
        page.Append(Markdown.Row("Size", ByteSize.Format(published.Size)));
        foreach (var destination in published.Destinations)
        {
            var spared = destination.BytesAvoided > 0 ? $"; {ByteSize.Format(destination.BytesAvoided)} were there already" : "";
            page.Append(Markdown.Row(
                destination.IsRegistry ? "Pushed" : "Written",
                $"{ByteSize.Format(destination.BytesWritten)}{spared}: "
                    + string.Join("<br>", destination.Locations.Select(Markdown.Code))));
        }

        foreach (var image in published.Built)
        {
            page.Append(Layers(image, published.Images.IsIndex));
        }

        return page.Append('\n').ToString();
    }

    private static string Layers(BuiltImage image, bool isInIndex)
    {
        var table = new StringBuilder();
        if (isInIndex)
        {
            table.Append(
                CultureInfo.InvariantCulture,
                $"\n#### {Platform(image)}\n\n{Markdown.Code(image.Image.Manifest.Descriptor.Digest.ToString())}\n");
        }

        table.Append('\n').Append(Markdown.Row("Layer", "Size", "Files", "What changed")).Append("|---|--:|--:|---|\n");
        if (image.BaseName is not null)
        {
            var size = image.BaseLayers.Sum(layer => layer.Blob.Descriptor.Size);
            table.Append(Markdown.Row("base", ByteSize.Format(size), "", Markdown.Code(image.BaseName)));
        }

        foreach (var layer in image.Layers)
        {
            table.Append(Markdown.Row(
                Markdown.Text(layer.Name),
                ByteSize.Format(layer.Descriptor.Size),
                layer.Record.FileCount.ToString(CultureInfo.InvariantCulture),
                Markdown.Text(LayerReport.Summarize(layer))));
        }

        return table.ToString();
    }

    private static string Platform(BuiltImage image) => Markdown.Text(image.Image.Config.Platform.ToString());
}
