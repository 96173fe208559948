namespace Containerize.Building;

/// <summary>Says of layers whether they are new, and why.</summary>
internal static class LayerReport
{
    /// <summary>A few words for the summary.</summary>
    /// <returns>For example <c>built: 1 changed (app/app.dll)</c>.</returns>
    public static string Summarize(BuiltLayer layer) => layer switch
    {
        { Origin: LayerOrigin.Cache } => "reused",
        { Origin: LayerOrigin.Registry } => "reused, from the registry",
        { Changes: { } changes } => $"built: {changes}",
        _ => "built",
    };

    /// <summary>The whole comparison with the image that the project published last.</summary>
    /// <param name="previous">What was published last.</param>
    public static IEnumerable<string> Explain(BuiltImage built, PreviousBuild previous)
    {
        var platform = built.Image.Config.Platform;
        var isInRegistry = built.Layers.Any(layer => layer.Changes is not null || layer.Origin == LayerOrigin.Registry);
        yield return !previous.IsEmpty ? $"{platform}, compared with the image that was published last:"
            : isInRegistry ? $"{platform}, compared with the image in the registry:"
            : $"{platform}: this project published no image from here yet, so there is nothing to compare with.";
        foreach (var layer in built.Layers)
        {
            yield return $"  {layer.Name}: {Compare(layer, previous)}";
            foreach (var line in Lines(layer.Changes))
            {
                yield return $"    {line}";
            }
        }

        foreach (var gone in previous.Layers.Except(built.Layers.Select(layer => layer.Name)))
        {
            yield return $"  {gone}: gone";
        }
    }

    private static string Compare(BuiltLayer layer, PreviousBuild previous)
    {
        var how = layer.Origin switch
        {
            LayerOrigin.Cache => "in the cache",
            LayerOrigin.Registry => "in the registry",
            _ => "built",
        };
        return (previous.InputsOf(layer.Name), layer.Changes) switch
        {
            (null, null) when layer.Origin == LayerOrigin.Registry && previous.IsEmpty => $"unchanged, {how}, {Size(layer)}",
            (null, null) => $"{(previous.IsEmpty ? "" : "new, ")}{how}, {layer.Record.FileCount} files, {Size(layer)}",
            ({ } inputs, _) when inputs == layer.Inputs => $"unchanged, {how}, {Size(layer)}",
            (_, null) => $"changed, {how}; what was in it before is not known here any more",
            (_, { Added: var added, Changed: var changed, Removed: var removed, Growth: var growth }) =>
                $"changed, {how}: {added.Count} added, {changed.Count} changed, {removed.Count} removed"
                + (growth == 0 ? "" : $", {ByteSize.FormatDifference(growth)}"),
        };
    }

    private static string Size(BuiltLayer layer) => ByteSize.Format(layer.Record.UncompressedSize);

    private static IEnumerable<string> Lines(LayerChanges? changes) => changes is null
        ? []
        : changes.Packages.Select(package => $"package {package}")
            .Concat(changes.Added.Select(path => $"+ {path}"))
            .Concat(changes.Changed.Select(path => $"~ {path}"))
            .Concat(changes.Removed.Select(path => $"- {path}"));
}
