using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using Containerize.Building;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.MSBuild;

/// <summary>What a build has to say of its image: a few lines for people, and the same facts as JSON for CI.</summary>
internal sealed class ImageInfo(
    IReadOnlyList<BuiltImage> built, ImageSet images, ImageName name, IReadOnlyList<DestinationResult> destinations)
{
    private static readonly JsonSerializerOptions s_readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Descriptor Root => images.Root.Descriptor;

    /// <summary>A line for the image, one per layer, one per destination; with several platforms each has its own lines.</summary>
    /// <returns>The lines.</returns>
    internal IEnumerable<string> ToLines()
    {
        yield return $"{string.Join(", ", name.References)} ({string.Join(", ", built.Select(image => image.Image.Config.Platform))})";
        yield return $"  {Root.Digest}";
        foreach (var image in built)
        {
            if (images.IsIndex)
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
                yield return $"{Line(layer.Name, content, layer.Record.UncompressedSize, layer.Descriptor.Size)}  " +
                    LayerReport.Summarize(layer);
            }
        }

        foreach (var destination in destinations)
        {
            var avoided = destination.BytesAvoided > 0 ? $", {ByteSize.Format(destination.BytesAvoided)} already there" : "";
            yield return $"  -> {string.Join(", ", destination.Locations)} ({ByteSize.Format(destination.BytesWritten)} written{avoided})";
        }
    }

    /// <summary>The facts as JSON.</summary>
    /// <returns>UTF-8, indented.</returns>
    internal byte[] ToJson()
    {
        var root = images.IsIndex ? Describe(Root) : Describe(built[0]);
        root["names"] = Array(name.References);
        root["repository"] = name.Repository;
        root["tags"] = Array(name.Tags);
        if (images.IsIndex)
        {
            root["images"] = new JsonArray([.. built.Select(Describe)]);
        }

        root["destinations"] = new JsonArray([.. destinations.Select(destination => new JsonObject
        {
            ["kind"] = destination.Kind,
            ["locations"] = Array(destination.Locations),
            ["bytesWritten"] = destination.BytesWritten,
            ["bytesAvoided"] = destination.BytesAvoided,
        })]);
        var pushed = destinations.Where(destination => destination.Kind == "registry").ToList();
        root["bytesUploaded"] = pushed.Sum(destination => destination.BytesWritten);
        root["uploadBytesAvoided"] = pushed.Sum(destination => destination.BytesAvoided);
        return Encoding.UTF8.GetBytes(root.ToJsonString(s_readable) + "\n");
    }

    private static JsonObject Describe(Descriptor descriptor) => new()
    {
        ["digest"] = descriptor.Digest.ToString(),
        ["mediaType"] = descriptor.MediaType,
        ["size"] = descriptor.Size,
    };

    private static JsonObject Describe(BuiltImage image)
    {
        var facts = Describe(image.Image.Manifest.Descriptor);
        facts["config"] = image.Image.Config.Blob.Descriptor.Digest.ToString();
        facts["platform"] = image.Image.Config.Platform.ToString();
        facts["base"] = image.BaseName is null ? null : new JsonObject
        {
            ["name"] = image.BaseName,
            ["digest"] = image.BaseDigest?.ToString(),
            ["layers"] = image.BaseLayers.Count,
            ["compressedSize"] = image.BaseLayers.Sum(layer => layer.Blob.Descriptor.Size),
        };
        facts["layers"] = new JsonArray([.. image.Layers.Select(layer => new JsonObject
        {
            ["name"] = layer.Name,
            ["files"] = layer.Record.FileCount,
            ["size"] = layer.Record.UncompressedSize,
            ["compressedSize"] = layer.Descriptor.Size,
            ["digest"] = layer.Descriptor.Digest.ToString(),
            ["diffId"] = layer.Record.DiffId.ToString(),
            ["mediaType"] = layer.Descriptor.MediaType,
            ["packages"] = Array(layer.Packages),
            ["inputs"] = layer.Inputs.ToString(),
            ["origin"] = layer.Origin switch { LayerOrigin.Cache => "cache", LayerOrigin.Registry => "registry", _ => "built" },
            ["changes"] = layer.Changes is not { } changes ? null : new JsonObject
            {
                ["packages"] = new JsonArray(
                    [.. changes.Packages.Select(
                        package => new JsonObject { ["id"] = package.Id, ["before"] = package.Before, ["after"] = package.After })]),
                ["added"] = Array(changes.Added),
                ["changed"] = Array(changes.Changed),
                ["removed"] = Array(changes.Removed),
            },
        })]);
        return facts;
    }

    private static string Line(string label, string what, long? size, long compressed) =>
        $"  {label,-12} {what,-34} {(size is { } plain ? ByteSize.Format(plain) + " ->" : ""),12} {ByteSize.Format(compressed),9}";

    private static string Count(int number, string noun) =>
        $"{number.ToString(CultureInfo.InvariantCulture)} {noun}{(number == 1 ? "" : "s")}";

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
