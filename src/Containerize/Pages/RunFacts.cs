using Containerize.Oci;
using System.Text.Json.Nodes;
using Containerize.Images;

namespace Containerize.Pages;

/// <summary>How an image runs, and how it came to be: its config, member by member.</summary>
/// <param name="Settings">What is set, in the order in which people ask for it.</param>
/// <param name="History">What made the layers, bottom first; those without a layer too.</param>
internal sealed record RunFacts(IReadOnlyList<RunSetting> Settings, IReadOnlyList<HistoryLine> History)
{
    /// <summary>Reads a config. Members of a base that are none of what the specification says are left out.</summary>
    internal static RunFacts Read(ImageConfig image)
    {
        var root = JsonNode.Parse(image.Blob.Content) as JsonObject;
        var config = root?["config"] as JsonObject;
        return new RunFacts(
            [
                .. new[]
                {
                    new RunSetting("Entrypoint", [.. Arguments(image.Entrypoint)]),
                    new RunSetting("Command", [.. Arguments(image.Command)]),
                    new RunSetting("Working directory", One(image.WorkingDirectory)),
                    new RunSetting("User", One(image.User.Length > 0 ? image.User : "root (no user is set)")),
                    new RunSetting("Ports", Names(config, "ExposedPorts")),
                    new RunSetting("Volumes", Names(config, "Volumes")),
                    new RunSetting("Stop signal", One(Text(config, "StopSignal"))),
                    new RunSetting("Health check", [.. Arguments(Texts(config?["Healthcheck"] as JsonObject, "Test"))]),
                    new RunSetting("Environment", [.. image.Environment.Select(Variable)]),
                    new RunSetting("Labels", [.. image.Labels.OrderBy(label => label.Key, StringComparer.Ordinal)
                        .Select(label => Pair(label.Key, label.Value))]),
                }.Where(setting => setting.Values.Count > 0),
            ],
            [.. (root?["history"] as JsonArray ?? []).OfType<JsonObject>().Select(Line)]);
    }

    /// <summary>The annotations of an image's manifest, by name.</summary>
    internal static IReadOnlyDictionary<string, string> Annotations(Image image) => new SortedList<string, string>(
        (image.Document.Annotations ?? new Dictionary<string, string>())
            .ToDictionary(each => each.Key, each => HiddenText.Shown(each.Key, each.Value)),
        StringComparer.Ordinal);

    /// <summary>What a layer's annotation calls it; null where it has none.</summary>
    internal static string? NameOf(Layer layer) =>
        layer.Annotations?.GetValueOrDefault(LayerAnnotations.Name) is { } name ? HiddenText.Shown(name) : null;

    private static IReadOnlyList<string> One(string? text) => string.IsNullOrEmpty(text) ? [] : [text];

    // An argument may be the value of the one before it: "--password" "abc".
    private static IEnumerable<string> Arguments(IReadOnlyList<string> arguments) => arguments.Select((argument, index) =>
        HiddenText.IsHidden(argument) || (index > 0 && arguments[index - 1].StartsWith('-')
            && HiddenText.IsHidden($"{arguments[index - 1]} {argument}")) ? HiddenText.Hidden : argument);

    private static string Variable(string variable)
    {
        var parts = variable.Split('=', 2);
        return Pair(parts[0], parts.Length == 2 ? parts[1] : "");
    }

    /// <summary>A name with its value; one that may be a secret is hidden.</summary>
    internal static string Pair(string name, string value) => $"{name}={HiddenText.Shown(name, value)}";

    private static IReadOnlyList<string> Names(JsonObject? config, string member) =>
        config?[member] is JsonObject names ? [.. names.Select(name => name.Key).Order(StringComparer.Ordinal)] : [];

    private static HistoryLine Line(JsonObject entry)
    {
        var (by, comment) = (Text(entry, "created_by") ?? "", Text(entry, "comment") ?? "");
        return new HistoryLine(
            HiddenText.Shown(by),
            HiddenText.Shown(comment),
            entry["empty_layer"] is JsonValue value && value.TryGetValue<bool>(out var isEmpty) && isEmpty);
    }

    private static string? Text(JsonObject? parent, string name) =>
        parent?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static IReadOnlyList<string> Texts(JsonObject? parent, string name) => parent?[name] is JsonArray array
        ? [.. array.OfType<JsonValue>().Select(value => value.TryGetValue<string>(out var text) ? text : "")]
        : [];
}

/// <summary>A member of the config.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Values">Its values; secrets among them are not there.</param>
internal sealed record RunSetting(string Name, IReadOnlyList<string> Values);

/// <summary>An entry of the history.</summary>
/// <param name="CreatedBy">The command or tool that made it.</param>
/// <param name="Comment">What it says of itself.</param>
/// <param name="IsEmpty">Whether it made no layer.</param>
internal sealed record HistoryLine(string CreatedBy, string Comment, bool IsEmpty);
