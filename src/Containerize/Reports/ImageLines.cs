using System.Globalization;
using Containerize.Building;

namespace Containerize.Reports;

/// <summary>An image in lines for people: what it is called, what it consists of, where it went.</summary>
internal static class ImageLines
{
    /// <summary>A line for the image, one per layer, one per destination; with several platforms each has its own lines.</summary>
    internal static IEnumerable<Message> All(PublishedImage published) =>
        [Title(published), Digest(published), .. published.Built.SelectMany(image => Layers(image, published.Images.IsIndex)),
            .. Destinations(published)];

    /// <summary>The same without what it consists of.</summary>
    internal static IEnumerable<Message> Short(PublishedImage published) =>
        [Title(published), Digest(published), .. Destinations(published)];

    // "image": what begins like a name and a colon, terminals would be given as a link to open.
    private static Message Title(PublishedImage published) =>
        $"image {(Message)string.Join(", ", published.Name.References)} "
        + $"({string.Join(", ", published.Built.Select(image => image.Image.Config.Platform))})"
        + $", {ByteSize.Format(published.Size)}";

    private static Message Digest(PublishedImage published) => $"  {published.Digest}";

    private static IEnumerable<Message> Layers(BuiltImage image, bool isInIndex)
    {
        if (isInIndex)
        {
            yield return $"  {image.Image.Config.Platform}: {image.Image.Manifest.Descriptor.Digest}";
        }

        if (image.BaseName is not null)
        {
            // Which hosts can run an image depends on the version of Windows in it, and a tag may stand for several.
            var version = image.Image.Config.Platform is { IsWindows: true, OsVersion: { } text }
                && text.All(part => char.IsAsciiDigit(part) || part == '.') ? $" (Windows {text})" : "";
            var size = image.BaseLayers.Sum(layer => layer.Blob.Descriptor.Size);
            yield return Line("base", $"{Count(image.BaseLayers.Count, "layer")} of {image.BaseName}{version}", null, size);
        }

        foreach (var layer in image.Layers)
        {
            var packages = layer.Packages.Count == 0 ? "" : $" of {Count(layer.Packages.Count, "package")}";
            var content = Count(layer.Record.FileCount, "file") + packages;
            yield return $"{Line(layer.Name, content, layer.Record.UncompressedSize, layer.Descriptor.Size)}  "
                + $"{(Message)LayerReport.Summarize(layer)}";
        }
    }

    private static IEnumerable<Message> Destinations(PublishedImage published)
    {
        foreach (var destination in published.Destinations)
        {
            var verb = destination.IsRegistry ? "sent" : "written";
            var avoided = destination.BytesAvoided > 0 ? $", {ByteSize.Format(destination.BytesAvoided)} already there" : "";
            Message locations = string.Join(", ", destination.Locations);
            yield return $"  -> {locations} ({ByteSize.Format(destination.BytesWritten)} {verb}{avoided})";
        }
    }

    private static Message Line(string label, string what, long? size, long compressed) =>
        $"  {label,-12} {what,-34} {(size is { } plain ? ByteSize.Format(plain) + " ->" : ""),12} {ByteSize.Format(compressed),9}";

    private static string Count(int number, string noun) =>
        $"{number.ToString(CultureInfo.InvariantCulture)} {noun}{(number == 1 ? "" : "s")}";
}
