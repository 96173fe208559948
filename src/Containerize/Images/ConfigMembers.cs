using System.Text.Json.Nodes;

namespace Containerize.Images;

/// <summary>Reads and sets members of a config.</summary>
internal static class ConfigMembers
{
    /// <summary>An object; it is made when it is missing, or anything else.</summary>
    internal static JsonObject Object(JsonObject parent, string name)
    {
        if (parent[name] is not JsonObject child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    /// <summary>An array; it is made when it is missing, or anything else.</summary>
    internal static JsonArray Array(JsonObject parent, string name)
    {
        if (parent[name] is not JsonArray child)
        {
            parent[name] = child = [];
        }

        return child;
    }

    /// <summary>A text; null when it is missing, or anything else.</summary>
    internal static string? Text(JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A list of texts; empty when it is missing, or no list.</summary>
    /// <exception cref="InvalidOperationException">The list holds something else.</exception>
    internal static IReadOnlyList<string> Texts(JsonObject? parent, string name) =>
        parent?[name] is JsonArray array
            ? [.. array.Select(
                item => item is null ? throw new InvalidOperationException($"'{name}' holds a null") : item.GetValue<string>())]
            : [];

    /// <summary>The same, of a list that nothing depends on: empty also when it holds something else.</summary>
    internal static IReadOnlyList<string> TextsOrNone(JsonObject? parent, string name) => IsTexts(parent?[name]) ? Texts(parent, name) : [];

    /// <summary>Whether a member is a list of texts.</summary>
    internal static bool IsTexts(JsonNode? node) =>
        node is JsonArray array && array.All(item => item is JsonValue value && value.TryGetValue<string>(out _));

    /// <summary>Sets a list of texts, or removes it: an empty one is none.</summary>
    internal static void SetOrRemove(JsonObject parent, string name, IReadOnlyList<string> values)
    {
        if (values.Count == 0)
        {
            parent.Remove(name);
        }
        else
        {
            parent[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        }
    }
}
