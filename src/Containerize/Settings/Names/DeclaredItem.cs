namespace Containerize.Settings.Names;

/// <summary>A property that a file sets.</summary>
internal sealed record DeclaredName(string Name, SourcePosition Position);

/// <summary>A metadata of an item, with the value as it is written.</summary>
internal sealed record DeclaredMetadata(string Name, string Value, SourcePosition Position);

/// <summary>An item that a file adds, changes or removes.</summary>
/// <param name="Include">What it adds, as it is written; null when it adds nothing.</param>
/// <param name="IsUnconditional">Whether it is always evaluated: no condition applies, and no target has to run.</param>
internal sealed record DeclaredItem(
    string Name, string? Include, IReadOnlyList<DeclaredMetadata> Metadata, bool IsUnconditional, SourcePosition Position)
{
    // Attributes that say something to MSBuild; any other one is a metadata.
    private static readonly HashSet<string> s_reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Include", "Exclude", "Remove", "Update", "Condition", "Label", "KeepDuplicates", "KeepMetadata", "RemoveMetadata",
        "MatchOnMetadata", "MatchOnMetadataOptions", "xmlns",
    };

    /// <summary>A value as it is written; null when it is not set.</summary>
    internal string? this[string name] =>
        Metadata.LastOrDefault(metadata => metadata.Name.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value;

    internal static bool IsReserved(string attribute) => s_reserved.Contains(attribute);
}
