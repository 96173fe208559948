using System.Globalization;
using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Testing.Images;

/// <summary>Checks an image's config.</summary>
/// <remarks>OCI image specification, <i>config.md</i>.</remarks>
internal static class ConfigCheck
{
    /// <summary>Checks a config.</summary>
    /// <returns>The diffIDs.</returns>
    internal static IReadOnlyList<Digest> Check(JsonObject config, int layerCount, string where, BlobSource source)
    {
        foreach (var member in new[] { "architecture", "os" })
        {
            ImageValidator.Require(config[member] is JsonValue value && value.TryGetValue<string>(out var text)
                && text.Length > 0, source, $"the config of {where} has no {member}");
        }

        ImageValidator.Require(config["config"] is null or JsonObject, source, $"the settings in the config of {where} are no object");
        ImageValidator.Require((string?)config["rootfs"]?["type"] == "layers", source,
            $"the config of {where} has the rootfs.type '{config["rootfs"]?["type"]}'");
        ImageValidator.Require(config["rootfs"]?["diff_ids"] is JsonArray, source, $"the config of {where} has no rootfs.diff_ids");
        var diffIds = new List<Digest>();
        foreach (var text in config["rootfs"]!["diff_ids"]!.AsArray())
        {
            ImageValidator.Require(
                Digest.TryParse((string?)text, out var diffId), source, $"the config of {where} has a diffID that is no digest: '{text}'");
            diffIds.Add(diffId!);
        }

        ImageValidator.Require(
            diffIds.Count == layerCount, source, $"the config of {where} has {diffIds.Count} diffIDs, but there are {layerCount} layers");
        CheckTime(config["created"], "created", where, source);
        if (config["history"] is { } history)
        {
            CheckHistory(history as JsonArray
                ?? throw new InvalidImageException($"{source.Name}: the history of {where} is no array."), layerCount, where, source);
        }

        return diffIds;
    }

    private static void CheckHistory(JsonArray history, int layerCount, string where, BlobSource source)
    {
        var layers = history.Count(entry => (bool?)entry?["empty_layer"] != true);
        ImageValidator.Require(
            layers == layerCount, source, $"the history of {where} tells of {layers} layers, but there are {layerCount}");
        foreach (var entry in history)
        {
            CheckTime(entry?["created"], "history.created", where, source);
        }
    }

    private static void CheckTime(JsonNode? time, string member, string where, BlobSource source) =>
        ImageValidator.Require(
            time is null || DateTimeOffset.TryParse((string?)time, CultureInfo.InvariantCulture, out _),
            source,
            $"the config of {where} has in '{member}' what is no time: '{time}'");
}
