using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Images;

/// <summary>The history in a config: an entry for each layer, and for steps that made none. Bases lack some entries, or all.</summary>
/// <remarks>OCI image specification, <i>config.md</i>, "history".</remarks>
internal static class ConfigHistory
{
    /// <summary>The history above a base: behind the base's own, or behind as many layers as the base has.</summary>
    /// <param name="history">The image's history.</param>
    /// <param name="below">The history of its base.</param>
    /// <param name="layers">How many layers the base has.</param>
    internal static IEnumerable<JsonNode?> Above(JsonArray? history, JsonArray? below, int layers)
    {
        var own = history ?? [];
        var lower = (JsonArray?)below?.DeepClone() ?? [];
        Fill(lower, layers);
        if (own.Count >= lower.Count && own.Zip(lower).All(pair => JsonNode.DeepEquals(pair.First, pair.Second)))
        {
            return own.Skip(lower.Count);
        }

        var count = 0;
        for (var described = 0; count < own.Count && described < layers; count++)
        {
            described += MakesLayer(own[count]) ? 1 : 0;
        }

        return own.Skip(count);
    }

    /// <summary>Adds entries for layers that have none: some registries refuse a config that has not as many of both.</summary>
    internal static void Fill(JsonArray history, int layers)
    {
        var described = history.Count(MakesLayer);
        for (; described < layers; described++)
        {
            history.Add((JsonNode)new JsonObject { ["comment"] = "layer of the base image" });
        }
    }

    private static bool MakesLayer(JsonNode? entry) =>
        entry is JsonObject item && item["empty_layer"]?.GetValueKind() != JsonValueKind.True;
}

/// <summary>A layer's part of a config: its content, and what <c>docker history</c> shows of it.</summary>
/// <param name="DiffId">The digest of the uncompressed layer.</param>
/// <param name="CreatedBy">What made the layer.</param>
/// <param name="Comment">What is in it.</param>
/// <remarks>OCI image specification, <i>config.md</i>, "rootfs" and "history".</remarks>
internal sealed record HistoryEntry(Digest DiffId, string CreatedBy, string Comment);
