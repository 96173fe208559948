using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Destinations;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Tasks;

/// <summary>What a build has to say of its image: a few lines for people, and the same facts as JSON for CI.</summary>
internal sealed class ImageInfo(BuiltImage built, ImageName name, IReadOnlyList<DestinationResult> destinations)
{
    private static readonly JsonSerializerOptions s_readable = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private Descriptor Manifest => built.Image.Manifest.Descriptor;

    /// <summary>A line for the image, one per layer, one per destination.</summary>
    /// <returns>The lines.</returns>
    internal IEnumerable<string> ToLines()
    {
        yield return $"{string.Join(", ", name.References)} ({built.Image.Config.Platform})";
        yield return $"  {Manifest.Digest}";
        if (built.BaseName is not null)
        {
            yield return Line("base", $"{Count(built.BaseLayers.Count, "layer")} of {built.BaseName}", null, built.BaseLayers.Sum(layer => layer.Blob.Descriptor.Size));
        }

        foreach (var layer in built.Layers)
        {
            var packages = layer.Packages.Count == 0 ? "" : $" of {Count(layer.Packages.Count, "package")}";
            yield return Line(layer.Name, Count(layer.Files, "file") + packages, layer.Size, layer.Descriptor.Size);
        }

        foreach (var destination in destinations)
        {
            var avoided = destination.BytesAvoided > 0 ? $", {Size(destination.BytesAvoided)} already there" : "";
            yield return $"  -> {string.Join(", ", destination.Locations)} ({Size(destination.BytesWritten)} written{avoided})";
        }
    }

    /// <summary>The facts as JSON.</summary>
    /// <returns>UTF-8, indented.</returns>
    internal byte[] ToJson()
    {
        var root = new JsonObject
        {
            ["digest"] = Manifest.Digest.ToString(),
            ["mediaType"] = Manifest.MediaType,
            ["size"] = Manifest.Size,
            ["config"] = built.Image.Config.Blob.Descriptor.Digest.ToString(),
            ["platform"] = built.Image.Config.Platform.ToString(),
            ["names"] = Array(name.References),
            ["repository"] = name.Repository,
            ["tags"] = Array(name.Tags),
            ["base"] = built.BaseName is null ? null : new JsonObject
            {
                ["name"] = built.BaseName,
                ["digest"] = built.BaseDigest.ToString(),
                ["layers"] = built.BaseLayers.Count,
                ["compressedSize"] = built.BaseLayers.Sum(layer => layer.Blob.Descriptor.Size),
            },
            ["layers"] = new JsonArray([.. built.Layers.Select(layer => new JsonObject
            {
                ["name"] = layer.Name,
                ["files"] = layer.Files,
                ["size"] = layer.Size,
                ["compressedSize"] = layer.Descriptor.Size,
                ["digest"] = layer.Descriptor.Digest.ToString(),
                ["diffId"] = layer.DiffId.ToString(),
                ["mediaType"] = layer.Descriptor.MediaType,
                ["packages"] = Array(layer.Packages),
            })]),
            ["destinations"] = new JsonArray([.. destinations.Select(destination => new JsonObject
            {
                ["kind"] = destination.Kind,
                ["locations"] = Array(destination.Locations),
                ["bytesWritten"] = destination.BytesWritten,
                ["bytesAvoided"] = destination.BytesAvoided,
            })]),
        };
        return Encoding.UTF8.GetBytes(root.ToJsonString(s_readable) + "\n");
    }

    private static string Line(string label, string what, long? size, long compressed) =>
        $"  {label,-12} {what,-34} {(size is { } plain ? Size(plain) + " ->" : ""),12} {Size(compressed),9}";

    private static string Count(int number, string noun) => $"{number.ToString(CultureInfo.InvariantCulture)} {noun}{(number == 1 ? "" : "s")}";

    private static string Size(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 999_950 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F1} KB"),
        < 999_950_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F2} GB"),
    };

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
