using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Containerize.Oci;
using ZstdSharp;

namespace Containerize.Testing.Images;

/// <summary>
/// Checks that <c>manifest.json</c> and <c>repositories</c>, which docker reads, name the same images as <c>index.json</c>.
/// </summary>
internal static class DockerArchiveCheck
{
    internal static void Check(BlobSource source, IReadOnlyList<ValidatedImage> images)
    {
        var entries = ImageValidator.ParseNode(source.Read("manifest.json"), "manifest.json", source) as JsonArray
            ?? throw new InvalidImageException($"{source.Name}: manifest.json is no array.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var config = source.Read(File(source, entry?["Config"]));
            var image = images.FirstOrDefault(
                image => (string)image.Manifest["config"]!["digest"]! == "sha256:" + Convert.ToHexStringLower(SHA256.HashData(config)))
                ?? throw new InvalidImageException(
                    $"{source.Name}: manifest.json names the config {entry!["Config"]}, which is of no image in index.json.");
            CheckLayers(source, entry?["Layers"] as JsonArray ?? [], image);
            foreach (var tag in entry?["RepoTags"] as JsonArray ?? [])
            {
                ImageValidator.Require(
                    ((string?)tag)?.LastIndexOf(':') > ((string?)tag)?.LastIndexOf('/'),
                    source,
                    $"manifest.json has the tag '{tag}', which is no repository with a tag");
                names.Add((string)tag!);
            }
        }

        if (source.Files.Contains("repositories"))
        {
            CheckRepositories(source, names);
        }
    }

    private static void CheckLayers(BlobSource source, JsonArray files, ValidatedImage image)
    {
        ImageValidator.Require(
            files.Count == image.Layers.Count,
            source,
            $"manifest.json names {files.Count} layers of {image.Platform}, index.json {image.Layers.Count}");
        for (var i = 0; i < files.Count; i++)
        {
            if (MediaTypes.IsForeignLayer(image.Layers[i].Descriptor.MediaType) && !source.Files.Contains((string)files[i]!))
            {
                // Docker needs no file for a layer that it has.
                continue;
            }

            // Docker takes a layer compressed or not; what counts is its diffID.
            using var stream = source.Open(File(source, files[i]))
                ?? throw new InvalidImageException($"{source.Name}: {files[i]} is missing.");
            var first = (stream.ReadByte(), stream.ReadByte());
            stream.Position = 0;
            using var tar = first switch
            {
                (0x1F, 0x8B) => new GZipStream(stream, CompressionMode.Decompress),
                (0x28, 0xB5) => new DecompressionStream(stream),
                _ => stream,
            };
            ImageValidator.Require(
                Convert.ToHexStringLower(SHA256.HashData(tar)) == image.Layers[i].DiffId.Hex,
                source,
                $"the layer {i} in manifest.json, {files[i]}, is not that of index.json");
        }
    }

    private static void CheckRepositories(BlobSource source, HashSet<string> names)
    {
        var listed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (repository, tags) in ImageValidator.Parse(source.Read("repositories"), "repositories", source))
        {
            foreach (var (tag, layer) in tags as JsonObject ?? [])
            {
                ImageValidator.Require(((string?)layer)?.Length == 64
                    && ((string)layer!).All(char.IsAsciiHexDigitLower), source, $"repositories has for {repository}:{tag} what is no " +
                    $"identity of a layer: '{layer}'");
                listed.Add($"{repository}:{tag}");
            }
        }

        ImageValidator.Require(listed.SetEquals(names), source,
            $"repositories names {string.Join(", ", listed)}, manifest.json {string.Join(", ", names)}");
    }

    private static string File(BlobSource source, JsonNode? path) =>
        (string?)path is { Length: > 0 } text && !text.StartsWith('/') && !text.Split('/').Contains("..")
        ? text
        : throw new InvalidImageException($"{source.Name}: manifest.json names the file '{path}'.");
}
