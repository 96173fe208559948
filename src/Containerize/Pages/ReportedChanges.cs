using Containerize.Building;

namespace Containerize.Pages;

/// <summary>What is different from the image that was published before.</summary>
/// <param name="HasPrevious">Whether there is an image to compare with.</param>
/// <param name="Layers">What became of each layer, bottom first, then those that are gone.</param>
internal sealed record ReportedChanges(bool HasPrevious, IReadOnlyList<LayerChange> Layers)
{
    /// <summary>Compares an image.</summary>
    /// <param name="previous">What the project published last, before this build.</param>
    internal static ReportedChanges Read(BuiltImage built, PreviousBuild previous)
    {
        // A machine that published nothing yet may have compared with the image in the registry.
        var hasPrevious = !previous.IsEmpty || built.Layers.Any(layer => layer.Changes is not null);
        var layers = built.Layers.Select(layer => Compare(layer, previous))
            .Concat(previous.Layers.Except(built.Layers.Select(layer => layer.Name)).Order(StringComparer.Ordinal)
                .Select(gone => new LayerChange(gone, "gone", [], [])));
        return new ReportedChanges(hasPrevious, hasPrevious ? [.. layers] : []);
    }

    private static LayerChange Compare(BuiltLayer layer, PreviousBuild previous)
    {
        var inputs = previous.InputsOf(layer.Name);
        if (inputs == layer.Inputs || (layer.Origin == LayerOrigin.Registry && previous.IsEmpty))
        {
            return new LayerChange(layer.Name, LayerChange.Unchanged, [], []);
        }

        if (layer.Changes is not { } changes)
        {
            return new LayerChange(layer.Name, inputs is null ? "new" : "changed; what was in it before is not known any more", [], []);
        }

        return new LayerChange(layer.Name, "changed", changes.Packages,
        [
            .. changes.Changed.Select(path => new FileChange(path.Path, path.Before, path.After, "changed")),
            .. changes.Added.Select(path => new FileChange(path.Path, null, path.After, "added")),
            .. changes.Removed.Select(path => new FileChange(path.Path, path.Before, null, "removed")),
        ]);
    }
}

/// <summary>What became of a layer.</summary>
/// <param name="Layer">The layer's name.</param>
/// <param name="What">In a few words.</param>
/// <param name="Packages">Packages that came, went or have another version.</param>
/// <param name="Files">Files that came, went or are different.</param>
internal sealed record LayerChange(string Layer, string What, IReadOnlyList<PackageChange> Packages, IReadOnlyList<FileChange> Files)
{
    /// <summary>Whether it is the layer of the last image.</summary>
    internal bool IsUnchanged => What == Unchanged;

    /// <summary>By how much its files grew or shrank; empty when they did not.</summary>
    internal string Growth => Texts.Difference(Files.Sum(file => file.Before ?? 0), Files.Sum(file => file.After ?? 0));

    internal const string Unchanged = "unchanged";
}

/// <summary>A path at which something is different.</summary>
/// <param name="Path">Where it lies, from the root, without a slash before it.</param>
/// <param name="Before">The file's size in bytes before; null when there was none, or it is not known.</param>
/// <param name="After">The file's size in bytes now; null when there is none.</param>
/// <param name="What">What became of it, in one word.</param>
internal sealed record FileChange(string Path, long? Before, long? After, string What);
