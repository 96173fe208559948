using System.Text.Json.Nodes;
using Containerize.Testing.Images;

namespace Containerize.IntegrationTests.Tools;

/// <summary>What differs between the image that <c>PublishContainer</c> makes of a project and ours, field by field.</summary>
internal static class ImageComparison
{
    // Of these every member is a field of its own.
    private static readonly string[] s_objects = ["config", "config.Labels"];

    /// <summary>The fields whose values are not the same.</summary>
    /// <param name="theirs">What <c>PublishContainer</c> made.</param>
    /// <param name="ours">What Containerize made.</param>
    internal static IEnumerable<FieldDifference> Compare(ValidatedImage theirs, ValidatedImage ours)
    {
        var (left, right) = (Fields(theirs), Fields(ours));
        return left.Keys.Union(right.Keys).Order(StringComparer.Ordinal)
            .Select(field => new FieldDifference(field, left.GetValueOrDefault(field), right.GetValueOrDefault(field)))
            .Where(difference => !JsonNode.DeepEquals(difference.Theirs, difference.Ours));
    }

    /// <summary>The fields of two indexes whose values are not the same; the images that they name are compared by themselves.</summary>
    /// <param name="theirs">What <c>PublishContainer</c> made.</param>
    /// <param name="ours">What Containerize made.</param>
    internal static IEnumerable<FieldDifference> CompareIndexes(JsonObject theirs, JsonObject ours)
    {
        foreach (var manifest in theirs["manifests"]!.AsArray().Concat(ours["manifests"]!.AsArray()))
        {
            // They follow from the image.
            manifest!.AsObject().Remove("digest");
            manifest.AsObject().Remove("size");
        }

        return theirs.Select(member => member.Key).Union(ours.Select(member => member.Key)).Order(StringComparer.Ordinal)
            .Select(field => new FieldDifference($"index.{field}", theirs[field], ours[field]))
            .Where(difference => !JsonNode.DeepEquals(difference.Theirs, difference.Ours));
    }

    private static Dictionary<string, JsonNode?> Fields(ValidatedImage image)
    {
        var fields = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        Flatten(image.Config, "", fields);
        foreach (var (name, value) in image.Manifest.Where(member => member.Key is not ("config" or "layers")))
        {
            fields[$"manifest.{name}"] = value;
        }

        // Sizes and digests follow from the content.
        fields["manifest.config.mediaType"] = image.Manifest["config"]!["mediaType"];
        fields["manifest.layers.mediaType"] = new JsonArray(
            [.. image.Layers.Select(layer => layer.Descriptor.MediaType).Distinct().Order(StringComparer.Ordinal)
                .Select(type => (JsonNode)type)]);
        // In which layer a file lies is what differs between the two; which files there are does not. The base's are the same bytes.
        var files = image.Layers.SelectMany(layer => layer.Entries).Where(entry => !entry.IsDirectory)
            .OrderBy(entry => entry.Path, StringComparer.Ordinal).ToList();
        fields["files"] =
            new JsonArray([.. files.Select(entry => (JsonNode)$"{entry.Path} {entry.Size} {entry.Uid}:{entry.Gid} {entry.ContentDigest}")]);
        fields["files.mode"] = new JsonArray([.. files.Select(entry => (JsonNode)$"{entry.Path} {Convert.ToString((int)entry.Mode, 8)}")]);
        return fields;
    }

    private static void Flatten(JsonObject node, string prefix, Dictionary<string, JsonNode?> fields)
    {
        foreach (var (name, value) in node)
        {
            var path = prefix + name;
            if (s_objects.Contains(path) && value is JsonObject members)
            {
                Flatten(members, path + ".", fields);
            }
            else
            {
                fields[path] = value;
            }
        }
    }
}

/// <summary>A field that two images have different values in.</summary>
/// <param name="Field">The path of the field: <c>config.WorkingDir</c>, <c>manifest.annotations</c>.</param>
/// <param name="Theirs">The value that <c>PublishContainer</c> gives it; null without one.</param>
/// <param name="Ours">The value that Containerize gives it; null without one.</param>
internal sealed record FieldDifference(string Field, JsonNode? Theirs, JsonNode? Ours)
{
    public override string ToString() => $"{Field}: {Theirs?.ToJsonString() ?? "nothing"} became {Ours?.ToJsonString() ?? "nothing"}";
}
