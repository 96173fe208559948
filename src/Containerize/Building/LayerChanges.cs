using Containerize.Layers;

namespace Containerize.Building;

/// <summary>How a layer differs from the one that the last image had in its place.</summary>
/// <param name="Added">Paths in the image that are new, in ordinal order.</param>
/// <param name="Changed">Paths whose content, mode, owner or kind is another, in ordinal order.</param>
/// <param name="Removed">Paths that are gone, in ordinal order.</param>
/// <param name="Packages">Packages that came, went or have another version, in ordinal order.</param>
internal sealed record LayerChanges(
    IReadOnlyList<string> Added, IReadOnlyList<string> Changed, IReadOnlyList<string> Removed, IReadOnlyList<PackageChange> Packages)
{
    private const int NamedInSummary = 3;

    /// <summary>Compares two contents.</summary>
    /// <param name="before">What the last image had.</param>
    public static LayerChanges Between(LayerContent before, LayerContent after)
    {
        var old = before.Items.ToDictionary(item => item.Path, item => item.Fingerprint, StringComparer.Ordinal);
        var added = new List<string>();
        var changed = new List<string>();
        foreach (var item in after.Items)
        {
            if (!old.Remove(item.Path, out var fingerprint))
            {
                added.Add(item.Path);
            }
            else if (fingerprint != item.Fingerprint)
            {
                changed.Add(item.Path);
            }
        }

        return new LayerChanges(Sorted(added), Sorted(changed), Sorted(old.Keys), PackagesBetween(before, after));
    }

    /// <summary>The differences in a few words.</summary>
    /// <returns>For example <c>Serilog 4.2.0 -> 4.3.0; 1 file changed (app/Serilog.dll)</c>.</returns>
    public override string ToString()
    {
        var parts = new List<string>();
        if (Packages.Count > 0)
        {
            parts.Add(Named(Packages.Select(package => package.ToString()).ToList()));
        }

        foreach (var (paths, what) in new[] { (Added, "added"), (Changed, "changed"), (Removed, "removed") })
        {
            if (paths.Count > 0)
            {
                parts.Add($"{paths.Count} {what} ({Named(paths)})");
            }
        }

        return parts.Count == 0 ? "written in another way" : string.Join("; ", parts);
    }

    private static string Named(IReadOnlyList<string> names) =>
        string.Join(", ", names.Take(NamedInSummary).Select(Printable.Clean))
        + (names.Count > NamedInSummary ? $", {names.Count - NamedInSummary} more" : "");

    private static List<string> Sorted(IEnumerable<string> paths) => [.. paths.Order(StringComparer.Ordinal)];

    private static List<PackageChange> PackagesBetween(LayerContent before, LayerContent after)
    {
        if (!before.TellsPackages)
        {
            // That all packages were new would be a lie.
            return [];
        }

        var old = PackagesOf(before);
        var current = PackagesOf(after);
        return
        [
            .. old.Keys.Union(current.Keys).Order(StringComparer.OrdinalIgnoreCase)
                .Select(id => new PackageChange(id, old.GetValueOrDefault(id), current.GetValueOrDefault(id)))
                .Where(package => package.Before != package.After),
        ];
    }

    private static Dictionary<string, string> PackagesOf(LayerContent content)
    {
        var packages = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var package in content.Items.Select(item => item.Package).OfType<string>())
        {
            var parts = package.Split(' ', 2);
            packages[parts[0]] = parts.Length == 2 ? parts[1] : "";
        }

        return packages;
    }
}

/// <summary>A package that came, went or has another version.</summary>
/// <param name="Id">The package.</param>
/// <param name="Before">Its version in the last image; null when it is new.</param>
/// <param name="After">Its version now; null when it is gone.</param>
internal sealed record PackageChange(string Id, string? Before, string? After)
{
    /// <inheritdoc/>
    public override string ToString() => (Before, After) switch
    {
        (null, _) => $"{Id} {After} added",
        (_, null) => $"{Id} {Before} removed",
        _ => $"{Id} {Before} -> {After}",
    };
}
