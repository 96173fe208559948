using System.Text.Json;

namespace Containerize.Settings.Names;

/// <summary>
/// The names that a project may use: those of the file that editors read beside the targets, so that there is one list of them. MSBuild
/// does not tell upper from lower case, and neither does this.
/// </summary>
internal sealed class BuildSchema
{
    private const string Resource = "Containerize.Settings.Names.buildschema.json";

    private BuildSchema(JsonElement root)
    {
        Properties = Names(root.GetProperty("properties"));
        var items = new Dictionary<string, IReadOnlySet<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in root.GetProperty("items").EnumerateObject())
        {
            items[item.Name] = item.Value.TryGetProperty("metadata", out var metadata) ? Names(metadata) : Names(default);
        }

        Items = items;
    }

    internal IReadOnlySet<string> Properties { get; }

    /// <summary>The names of items, with those of their metadata.</summary>
    internal IReadOnlyDictionary<string, IReadOnlySet<string>> Items { get; }

    internal static BuildSchema Load()
    {
        using var stream = typeof(BuildSchema).Assembly.GetManifestResourceStream(Resource)!;
        using var document = JsonDocument.Parse(stream);
        return new BuildSchema(document.RootElement);
    }

    // Loops, because each build pays for what has to be compiled first.
    private static HashSet<string> Names(JsonElement element)
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                names.Add(member.Name);
            }
        }

        return names;
    }
}
