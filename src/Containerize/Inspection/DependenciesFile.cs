using System.Text.Json;
using System.Text.Json.Nodes;

namespace Containerize.Inspection;

/// <summary>The <c>.deps.json</c> that .NET writes beside an app: packages, and which files of the directory are theirs.</summary>
internal static class DependenciesFile
{
    private static readonly string[] s_assets = ["runtime", "native", "resources"];

    /// <summary>Reads the packages of a file. What cannot be understood says nothing.</summary>
    /// <returns>The packages and their files, relative to the file's directory.</returns>
    internal static IReadOnlyList<(ImagePackage Package, IReadOnlyList<string> Files)> Read(ReadOnlySpan<byte> json)
    {
        JsonNode? root;
        try
        {
            root = JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return [];
        }

        if ((root as JsonObject)?["libraries"] is not JsonObject libraries)
        {
            return [];
        }

        var targets = ((root as JsonObject)?["targets"] as JsonObject ?? []).Select(target => target.Value).OfType<JsonObject>().ToList();
        return
        [
            .. from library in libraries
               where TypeOf(library.Value) is "package" or "runtimepack"
               let slash = library.Key.LastIndexOf('/')
               where slash > 0
               select (
                   new ImagePackage(PackageKind.NuGet, NameOf(library.Key[..slash]), library.Key[(slash + 1)..]),
                   (IReadOnlyList<string>)[.. targets.SelectMany(target => FilesOf(target[library.Key] as JsonObject))]),
        ];
    }

    // A runtime pack that is published with the app is noted under a name of its own.
    private static string NameOf(string library) =>
        library.StartsWith("runtimepack.", StringComparison.Ordinal) ? library["runtimepack.".Length..] : library;

    private static string? TypeOf(JsonNode? library) =>
        (library as JsonObject)?["type"] is JsonValue value && value.TryGetValue<string>(out var type) ? type : null;

    private static IEnumerable<string> FilesOf(JsonObject? library) =>
        library is null ? []
        : s_assets.SelectMany(kind => library[kind] as JsonObject ?? []).Select(asset => PublishedName(asset.Key, asset.Value))
            .Concat((library["runtimeTargets"] as JsonObject ?? []).Select(asset => asset.Key));

    // Assets lie in the directory itself; resources in one of their language.
    private static string PublishedName(string asset, JsonNode? details)
    {
        var name = asset[(asset.LastIndexOf('/') + 1)..];
        return (details as JsonObject)?["locale"] is JsonValue value && value.TryGetValue<string>(out var locale)
            ? $"{locale}/{name}"
            : name;
    }
}
