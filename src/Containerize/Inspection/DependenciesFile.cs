using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.Inspection;

/// <summary>What a library of a <c>.deps.json</c> is.</summary>
internal enum DependencyKind
{
    /// <summary>A NuGet package.</summary>
    Package,

    /// <summary>The runtime that is published with the app.</summary>
    RuntimePack,

    /// <summary>The app's own project, or one that it refers to.</summary>
    Project,
}

/// <summary>A library of a <c>.deps.json</c>.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name: of a package the id.</param>
/// <param name="Version">Its version.</param>
/// <param name="Files">Its files, relative to the directory of the <c>.deps.json</c>.</param>
internal sealed record DependencyLibrary(DependencyKind Kind, string Name, string Version, IReadOnlyList<string> Files);

/// <summary>The <c>.deps.json</c> that .NET writes beside an app: packages, and which files of the directory are theirs.</summary>
internal static class DependenciesFile
{
    private static readonly string[] s_assets = ["runtime", "native", "resources"];

    /// <summary>Reads the libraries of a file: packages and projects. What cannot be understood says nothing.</summary>
    internal static IReadOnlyList<DependencyLibrary> Read(ReadOnlySpan<byte> json)
    {
        if (OciJson.TryReadObject(json) is not { } root || root["libraries"] is not JsonObject libraries)
        {
            return [];
        }

        var targets = (root["targets"] as JsonObject ?? []).Select(target => target.Value).OfType<JsonObject>().ToList();
        return
        [
            .. from library in libraries
               let kind = KindOf(library.Value)
               where kind is not null
               let slash = library.Key.LastIndexOf('/')
               where slash > 0
               select new DependencyLibrary(
                   kind.Value,
                   NameOf(library.Key[..slash]),
                   library.Key[(slash + 1)..],
                   [.. targets.SelectMany(target => FilesOf(target[library.Key] as JsonObject))]),
        ];
    }

    // A runtime pack that is published with the app is noted under a name of its own.
    private static string NameOf(string library) =>
        library.StartsWith("runtimepack.", StringComparison.Ordinal) ? library["runtimepack.".Length..] : library;

    private static DependencyKind? KindOf(JsonNode? library) =>
        (library as JsonObject)?["type"] is not JsonValue value || !value.TryGetValue<string>(out var type) ? null : type switch
        {
            "package" => DependencyKind.Package,
            "runtimepack" => DependencyKind.RuntimePack,
            "project" => DependencyKind.Project,
            _ => null,
        };

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
