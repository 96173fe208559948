using System.Text.Json;

namespace Containerize.SupplyChain.Sbom;

/// <summary>What an app consists of, as its compiler noted it for the host that starts it: <c>NAME.deps.json</c>.</summary>
/// <param name="Libraries">The app itself, projects, packages and assemblies.</param>
internal sealed record DependencyFile(IReadOnlyList<Library> Libraries)
{
    private const string RuntimePackPrefix = "runtimepack.";

    /// <summary>Reads the file.</summary>
    /// <param name="app">The name of the app: the file's own, without its ending.</param>
    /// <returns>What it says; null when it is not such a file.</returns>
    internal static DependencyFile? Read(ReadOnlySpan<byte> content, string app)
    {
        try
        {
            var reader = new Utf8JsonReader(content, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            var target = root.GetProperty("targets").GetProperty(root.GetProperty("runtimeTarget").GetProperty("name").GetString() ?? "");
            return new([.. root.GetProperty("libraries").EnumerateObject().Select(library => Read(library, target, app))]);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static Library Read(JsonProperty library, JsonElement target, string app)
    {
        var slash = library.Name.LastIndexOf('/');
        var (name, version) = (library.Name[..slash], library.Name[(slash + 1)..]);
        var kind = Text(library.Value, "type") switch
        {
            "package" => ComponentKind.Package,
            "runtimepack" => ComponentKind.RuntimePack,
            "project" => name == app ? ComponentKind.App : ComponentKind.Project,
            _ => ComponentKind.Assembly,
        };
        var parts = target.TryGetProperty(library.Name, out var found) ? found : default;
        if (kind == ComponentKind.RuntimePack && name.StartsWith(RuntimePackPrefix, StringComparison.Ordinal))
        {
            name = name[RuntimePackPrefix.Length..];
        }

        return new Library(kind, name, version, library.Name)
        {
            Sha512 = Text(library.Value, "sha512") is { } hash && hash.StartsWith("sha512-", StringComparison.Ordinal)
                ? Convert.ToHexStringLower(Convert.FromBase64String(hash["sha512-".Length..])) : null,
            Folder = Text(library.Value, "path"),
            Needs = [.. Members(parts, "dependencies").Select(need => $"{need.Name}/{need.Value.GetString()}")],
            Files = [.. Members(parts, "runtime").Select(file => file.Name)],
        };
    }

    private static IEnumerable<JsonProperty> Members(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var members)
            ? members.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String && text.GetString() is { Length: > 0 } value
            ? value : null;
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
