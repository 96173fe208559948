using System.Text.Json;

namespace Containerize.Starting;

/// <summary>What <c>runtimeconfig.json</c> says of the .NET that an app needs.</summary>
/// <remarks>dotnet/runtime, <i>docs/design/features/framework-version-resolution.md</i>.</remarks>
internal sealed record RuntimeConfig
{
    /// <summary>The end of the file's name.</summary>
    internal const string Ending = ".runtimeconfig.json";

    /// <summary>The framework of web apps.</summary>
    internal const string Web = "Microsoft.AspNetCore.App";

    /// <summary>The framework that has the runtime.</summary>
    internal const string Core = "Microsoft.NETCore.App";

    /// <summary>The frameworks that the app needs, with the version that it was made for.</summary>
    public IReadOnlyList<(string Name, string Version)> Frameworks { get; init; } = [];

    /// <summary>The frameworks that the app brings.</summary>
    public IReadOnlyList<string> Included { get; init; } = [];

    /// <summary>Which other versions it takes; null for the default.</summary>
    public string? RollForward { get; init; }

    /// <summary>Whether it does without ICU; null where the environment decides.</summary>
    public bool? IsInvariant { get; init; }

    /// <summary>Whether it brings ICU.</summary>
    public bool HasOwnIcu { get; init; }

    /// <summary>Whether it serves the web.</summary>
    internal bool IsWeb => Included.Contains(Web) || Frameworks.Any(framework => framework.Name == Web);

    /// <summary>Reads the file.</summary>
    /// <returns>What it says; null when it is none.</returns>
    internal static RuntimeConfig? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(
                text, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (Member(document.RootElement, "runtimeOptions") is not { ValueKind: JsonValueKind.Object } options)
            {
                return null;
            }

            var properties = Member(options, "configProperties");
            return new RuntimeConfig
            {
                Frameworks = [.. Items(options, "frameworks").Concat(Member(options, "framework") is { } one ? [one] : [])
                    .Select(item => (Text(item, "name"), Text(item, "version"))).Where(item => item.Item1.Length > 0)],
                Included = [.. Items(options, "includedFrameworks").Select(item => Text(item, "name"))],
                RollForward = Text(options, "rollForward") is { Length: > 0 } policy ? policy : null,
                IsInvariant = Switch(properties, "System.Globalization.Invariant"),
                HasOwnIcu = properties is { } set && Member(set, "System.Globalization.AppLocalIcu") is not null,
            };
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Whether a version that is there does for one that is needed.</summary>
    /// <param name="policy">The roll-forward policy.</param>
    internal static bool Accepts(string needed, string there, string policy)
    {
        if (Numbers(needed) is not { } from || Numbers(there) is not { } to)
        {
            // A version of a form that is not known: the host decides.
            return true;
        }

        if (policy.Equals("Disable", StringComparison.OrdinalIgnoreCase))
        {
            return needed == there;
        }

        // A preview comes before its release; between two previews of one version the host decides.
        var isPreview = there.Contains('-', StringComparison.Ordinal) && !needed.Contains('-', StringComparison.Ordinal);
        var isLater = to > from || (to == from && !isPreview);
        return isLater && policy.ToUpperInvariant() switch
        {
            "LATESTPATCH" => (to.Major, to.Minor) == (from.Major, from.Minor),
            "MAJOR" or "LATESTMAJOR" => true,
            _ => to.Major == from.Major,
        };
    }

    private static Version? Numbers(string version) =>
        Version.TryParse(version.Split('-', '+')[0], out var parsed) && parsed.Build >= 0 ? parsed : null;

    private static JsonElement? Member(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var member) ? member : null;

    private static JsonElement.ArrayEnumerator Items(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    private static string Text(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString()! : "";

    private static bool? Switch(JsonElement? parent, string name) => parent is not { } set ? null : Member(set, name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Equals("true", StringComparison.OrdinalIgnoreCase),
        _ => null,
    };
}
