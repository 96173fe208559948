using System.Text.Json.Nodes;
using Containerize.Oci;

namespace Containerize.SupplyChain.Sbom;

/// <summary>What an app consists of, as its compiler noted it for the host that starts it: <c>NAME.deps.json</c>.</summary>
/// <param name="Libraries">The app itself, projects, packages and assemblies.</param>
internal sealed record DependencyFile(IReadOnlyList<Library> Libraries)
{
    private const string RuntimePackPrefix = "runtimepack.";
    private const string HashPrefix = "sha512-";

    /// <summary>Reads the file.</summary>
    /// <param name="app">The name of the app: the file's own, without its ending.</param>
    /// <returns>What it says; null when it is not such a file.</returns>
    internal static DependencyFile? Read(ReadOnlySpan<byte> content, string app)
    {
        if (OciJson.TryReadObject(content) is not { } root || root["libraries"] is not JsonObject libraries
            || (root["targets"] as JsonObject)?[Text(root["runtimeTarget"], "name") ?? ""] is not JsonObject target)
        {
            return null;
        }

        var read = libraries.Select(library => Read(library.Key, library.Value, target, app)).ToList();
        return read.Contains(null) ? null : new([.. read.OfType<Library>()]);
    }

    private static Library? Read(string key, JsonNode? library, JsonObject target, string app)
    {
        var slash = key.LastIndexOf('/');
        var noted = Text(library, "sha512") is { } text && text.StartsWith(HashPrefix, StringComparison.Ordinal)
            ? text[HashPrefix.Length..] : null;
        var hash = new byte[noted?.Length ?? 0];
        var size = 0;
        if (slash < 0 || library is not JsonObject || (noted is not null && !Convert.TryFromBase64String(noted, hash, out size)))
        {
            return null;
        }

        var (name, version) = (key[..slash], key[(slash + 1)..]);
        var kind = Text(library, "type") switch
        {
            "package" => ComponentKind.Package,
            "runtimepack" => ComponentKind.RuntimePack,
            "project" => name == app ? ComponentKind.App : ComponentKind.Project,
            _ => ComponentKind.Assembly,
        };
        if (kind == ComponentKind.RuntimePack && name.StartsWith(RuntimePackPrefix, StringComparison.Ordinal))
        {
            name = name[RuntimePackPrefix.Length..];
        }

        return new Library(kind, name, version, key)
        {
            Sha512 = noted is null ? null : Convert.ToHexStringLower(hash.AsSpan(0, size)),
            Folder = Text(library, "path"),
            Needs = [.. Members(target[key], "dependencies").Select(need => $"{need.Key}/{need.Value}")],
            Files = [.. Members(target[key], "runtime").Select(file => file.Key)],
        };
    }

    private static JsonObject Members(JsonNode? node, string name) => (node as JsonObject)?[name] as JsonObject ?? [];

    private static string? Text(JsonNode? node, string name) =>
        (node as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) && text.Length > 0 ? text : null;
}

/// <summary>A part of an app.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">Its name: for packages, the identifier.</param>
/// <param name="Version">Its version.</param>
/// <param name="Key">What others in the file name it by.</param>
internal sealed record Library(ComponentKind Kind, string Name, string Version, string Key)
{
    /// <summary>The SHA-512 of the package's content, in hexadecimal digits; null for what is none.</summary>
    public string? Sha512 { get; init; }

    /// <summary>Where the package lies below a package folder; null for what is none.</summary>
    public string? Folder { get; init; }

    /// <summary>What it needs, by <see cref="Key"/>.</summary>
    public IReadOnlyList<string> Needs { get; init; } = [];

    /// <summary>Its assemblies, relative to the app for those of projects.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];
}
