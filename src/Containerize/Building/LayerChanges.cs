using System.Text.Json;
using System.Text.Json.Serialization;
using Containerize.Layers;

namespace Containerize.Building;

/// <summary>How a layer differs from the one that the last image had in its place.</summary>
/// <param name="Added">What is new, in the ordinal order of the paths.</param>
/// <param name="Changed">What has another content, mode, owner or kind, in the ordinal order of the paths.</param>
/// <param name="Removed">What is gone, in the ordinal order of the paths.</param>
/// <param name="Packages">Packages that came, went or have another version, in ordinal order.</param>
internal sealed record LayerChanges(
    IReadOnlyList<PathChange> Added,
    IReadOnlyList<PathChange> Changed,
    IReadOnlyList<PathChange> Removed,
    IReadOnlyList<PackageChange> Packages)
{
    private const int NamedInSummary = 3;

    /// <summary>By how many bytes the files have grown, uncompressed; negative when they have shrunk.</summary>
    internal long Growth => Added.Concat(Changed).Concat(Removed).Sum(path => (path.After ?? 0) - (path.Before ?? 0));

    /// <summary>Compares two contents.</summary>
    /// <param name="before">What the last image had.</param>
    public static LayerChanges Between(LayerContent before, LayerContent after)
    {
        var old = before.Items.ToDictionary(item => item.Path, StringComparer.Ordinal);
        var added = new List<PathChange>();
        var changed = new List<PathChange>();
        foreach (var item in after.Items)
        {
            if (!old.Remove(item.Path, out var earlier))
            {
                added.Add(new PathChange(item.Path, null, item.Size));
            }
            else if (earlier.Fingerprint != item.Fingerprint)
            {
                changed.Add(new PathChange(item.Path, earlier.Size, item.Size));
            }
        }

        var removed = old.Values.Select(item => new PathChange(item.Path, item.Size, null));
        return new LayerChanges(Sorted(added), Sorted(changed), Sorted(removed), PackagesBetween(before, after));
    }

    /// <summary>The differences in a few words.</summary>
    /// <returns>For example <c>Serilog 4.2.0 -> 4.3.0, +2 KB; 1 changed (app/Serilog.dll)</c>.</returns>
    public override string ToString()
    {
        var parts = new List<string>();
        if (Packages.Count > 0)
        {
            parts.Add(Named(Packages.Select(package => package.ToString()).ToList(), "; "));
        }

        foreach (var (paths, what) in new[] { (Added, "added"), (Changed, "changed"), (Removed, "removed") })
        {
            if (paths.Count > 0)
            {
                parts.Add($"{paths.Count} {what} ({Named([.. paths.Select(path => path.Path)], ", ")})");
            }
        }

        return parts.Count == 0 ? "written in another way" : string.Join("; ", parts);
    }

    private static string Named(List<string> names, string separator) =>
        string.Join(separator, names.Take(NamedInSummary).Select(Printable.Clean))
        + (names.Count > NamedInSummary ? $"{separator}{names.Count - NamedInSummary} more" : "");

    private static List<PathChange> Sorted(IEnumerable<PathChange> paths) => [.. paths.OrderBy(path => path.Path, StringComparer.Ordinal)];

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
                .Select(id => (Id: id, Old: old.GetValueOrDefault(id), New: current.GetValueOrDefault(id)))
                .Where(package => package.Old.Version != package.New.Version)
                .Select(package =>
                    new PackageChange(package.Id, package.Old.Version, package.New.Version, package.New.Size - package.Old.Size)),
        ];
    }

    private static Dictionary<string, (string? Version, long Size)> PackagesOf(LayerContent content)
    {
        var packages = new Dictionary<string, (string? Version, long Size)>(StringComparer.OrdinalIgnoreCase);
        foreach (var item in content.Items)
        {
            if (item.Package?.Split(' ', 2) is [var id, .. var version])
            {
                packages[id] = (version is [var text] ? text : "", packages.GetValueOrDefault(id).Size + (item.Size ?? 0));
            }
        }

        return packages;
    }
}

/// <summary>A path in the image at which something differs.</summary>
/// <param name="Before">The size of the file that was there, uncompressed; null when there was none.</param>
/// <param name="After">The size of the file that is there now; null when there is none.</param>
[JsonConverter(typeof(PathChangeConverter))]
internal sealed record PathChange(string Path, long? Before, long? After)
{
    /// <summary>The path with its size, or both sizes.</summary>
    /// <returns>For example <c>/app/app.dll (5 KB -> 6 KB)</c>.</returns>
    public override string ToString()
    {
        var sizes = (Before, After) switch
        {
            ({ } before, { } after) when before != after => $" ({ByteSize.Format(before)} -> {ByteSize.Format(after)})",
            _ when (After ?? Before) is { } size => $" ({ByteSize.Format(size)})",
            _ => "",
        };
        return $"/{Printable.Clean(Path)}{sizes}";
    }
}

/// <summary>
/// A change as an array of path and sizes. The serializer's own way, for sizes that may be missing, is compiled in every build.
/// </summary>
internal sealed class PathChangeConverter : JsonConverter<PathChange>
{
    /// <inheritdoc/>
    public override PathChange Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var path = reader.TokenType == JsonTokenType.StartArray && reader.Read() && reader.GetString() is { } text
            ? text
            : throw new JsonException();
        var (before, after) = (ReadSize(ref reader), ReadSize(ref reader));
        return reader.Read() && reader.TokenType == JsonTokenType.EndArray
            ? new PathChange(path, before, after)
            : throw new JsonException();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PathChange value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        writer.WriteStringValue(value.Path);
        WriteSize(writer, value.Before);
        WriteSize(writer, value.After);
        writer.WriteEndArray();
    }

    private static long? ReadSize(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? null : reader.GetInt64();
    }

    private static void WriteSize(Utf8JsonWriter writer, long? size)
    {
        if (size is { } bytes)
        {
            writer.WriteNumberValue(bytes);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}

/// <summary>A package that came, went or has another version.</summary>
/// <param name="Id">The package.</param>
/// <param name="Before">Its version in the last image; null when it is new.</param>
/// <param name="After">Its version now; null when it is gone.</param>
/// <param name="Growth">By how many bytes its files in the layer have grown, uncompressed; negative when they have shrunk.</param>
internal sealed record PackageChange(string Id, string? Before, string? After, long Growth)
{
    /// <inheritdoc/>
    public override string ToString() => (Before, After) switch
    {
        (null, _) => $"{Id} {After} added",
        (_, null) => $"{Id} {Before} removed",
        _ => $"{Id} {Before} -> {After}",
    } + (Growth == 0 ? "" : $", {ByteSize.FormatDifference(Growth)}");
}
