using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using System.Text.Json;
using System.Text;
using Containerize.Building;
using Containerize.Oci;

namespace Containerize.Reports;

/// <summary>The facts of an image as JSON, for scripts.</summary>
internal static class ImageInfo
{
    private static readonly JsonSerializerOptions s_readable =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the facts.</summary>
    /// <returns>UTF-8, indented.</returns>
    internal static byte[] Write(PublishedImage published)
    {
        var root = Describe(published);
        if (published.Debug is { } debug)
        {
            root["debugImage"] = Describe(debug);
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(s_readable) + "\n");
    }

    private static JsonObject Describe(PublishedImage published)
    {
        var (built, images, name, destinations) = published;
        var root = images.IsIndex ? Describe(images.Root.Descriptor) : Describe(built[0]);
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
        root["bytesUploaded"] = published.BytesUploaded;
        root["uploadBytesAvoided"] = published.BytesSpared;
        root["evidence"] = new JsonArray([.. published.Evidence.Referrers.Select(referrer => new JsonObject
        {
            ["artifactType"] = referrer.Entry.ArtifactType,
            ["digest"] = referrer.Manifest.Descriptor.Digest.ToString(),
            ["subject"] = referrer.Subject.Digest.ToString(),
        })]);
        return root;
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
                        package => new JsonObject
                    {
                        ["id"] = package.Id, ["before"] = package.Before, ["after"] = package.After, ["growth"] = package.Growth,
                    })]),
                ["added"] = Array(changes.Added.Select(path => path.Path)),
                ["changed"] = Array(changes.Changed.Select(path => path.Path)),
                ["removed"] = Array(changes.Removed.Select(path => path.Path)),
                ["growth"] = changes.Growth,
            },
        })]);
        return facts;
    }

    private static JsonArray Array(IEnumerable<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}
