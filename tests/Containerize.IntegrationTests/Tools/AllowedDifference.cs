using System.Text.Json.Nodes;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// A difference between <c>PublishContainer</c>'s images and ours that is meant. The reason stands in the same row of
/// FromPublishContainer.md.
/// </summary>
/// <param name="Row">The first cell of its row there.</param>
/// <param name="Fields">The fields that it is about.</param>
/// <param name="Holds">Whether a field differs in this way, and not in another.</param>
internal sealed record AllowedDifference(string Row, string[] Fields, Func<FieldDifference, bool> Holds)
{
    /// <summary>All of them; any other difference is a defect.</summary>
    internal static IReadOnlyList<AllowedDifference> Table { get; } =
    [
        new(
            "layers, `history`, `diff_ids`",
            ["history", "rootfs"],
            difference => BeginAlike(Layers(difference.Theirs), Layers(difference.Ours))),
        new(
            "`created`, labels `…image.created`, `…artifact.created`",
            ["created", "config.Labels.org.opencontainers.image.created", "config.Labels.org.opencontainers.artifact.created"],
            difference =>
                (string?)difference.Ours == (difference.Field == "created" ? "1970-01-01T00:00:01Z" : null)
                    && DateTimeOffset.TryParse(((string?)difference.Theirs)?[..10], out _)),
        new("`WorkingDir`", ["config.WorkingDir"], difference => (string?)difference.Theirs is { Length: > 0 } theirs
            && theirs[..^1] == (string?)difference.Ours && theirs[^1] is '/' or '\\'),
        new("`Env`", ["config.Env"], difference => Texts(difference.Theirs).Order(StringComparer.Ordinal)
            .SequenceEqual(Texts(difference.Ours).Order(StringComparer.Ordinal))),
        new("`Healthcheck`, `os.version` and unknown members", ["config.Healthcheck", "os.version", "author"], difference => difference
            is { Theirs: null, Ours: not null }),
        new(
            "`annotations` of manifest and index",
            ["manifest.annotations", "index.annotations"],
            difference =>
                difference.Theirs is null
                    && difference.Ours!.AsObject()
                    .All(annotation => annotation.Key.StartsWith("org.opencontainers.image.", StringComparison.Ordinal))),
        new(
            "values with `:`, for several platforms",
            ["config.Labels.org.opencontainers.image.base.name"],
            difference => ((string?)difference.Ours)?.Split(':')[0] == (string?)difference.Theirs),
        new("mode of files", ["files.mode"], difference => Texts(difference.Theirs)
            .Zip(Texts(difference.Ours), (theirs, ours) => ours == theirs
            || (theirs.EndsWith(" 755", StringComparison.Ordinal) && ours == theirs[..^3] + "644")).All(same => same)),
        new(
            "`Entrypoint` for Windows, made on Linux",
            ["config.Entrypoint"],
            difference =>
                Texts(difference.Theirs).First(part => part.StartsWith("C:", StringComparison.Ordinal))
                    .Contains('/', StringComparison.Ordinal)
                    && Texts(difference.Theirs).Select(part => part.Replace('/', '\\')).SequenceEqual(Texts(difference.Ours))),
        new("paths for Windows, made on Linux", ["files", "files.mode"], difference => Texts(difference.Theirs)
            .Select(file => file.Replace("//", "/", StringComparison.Ordinal)).SequenceEqual(Texts(difference.Ours))),
        new(
            "media types (`ContainerImageFormat` unset)",
            ["manifest.mediaType", "manifest.config.mediaType", "manifest.layers.mediaType"],
            difference =>
                difference.Theirs!.ToJsonString().Contains("vnd.docker", StringComparison.Ordinal)
                    && difference.Ours!.ToJsonString().Contains("vnd.oci", StringComparison.Ordinal)),
    ];

    /// <summary>The row that explains a difference; null when none does.</summary>
    /// <param name="difference">The difference.</param>
    internal static AllowedDifference? Explain(FieldDifference difference) =>
        Table.FirstOrDefault(row => row.Fields.Contains(difference.Field) && row.Holds(difference));

    private static JsonArray Layers(JsonNode? node) => (node as JsonArray ?? node?["diff_ids"] as JsonArray)!;

    // The base's come first in both; behind them are one layer, and one or more. PublishContainer replaces the times of a base's
    // history.
    private static bool BeginAlike(JsonArray theirs, JsonArray ours) =>
        ours.Count >= theirs.Count && theirs.SkipLast(1).Zip(ours, (left, right) => What(left) == What(right)).All(same => same);

    private static string? What(JsonNode? layer) => layer is JsonObject history ? (string?)history["created_by"] : (string?)layer;

    private static IEnumerable<string> Texts(JsonNode? array) => array!.AsArray().Select(text => (string)text!);
}
