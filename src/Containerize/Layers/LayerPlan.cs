namespace Containerize.Layers;

/// <summary>A layer that is to be made.</summary>
/// <param name="Name">What the user calls it: <c>runtime</c>, <c>dependencies</c>, <c>app</c>.</param>
/// <param name="Files">What goes into it, in ordinal order of the paths.</param>
public sealed record PlannedLayer(string Name, IReadOnlyList<PublishedFile> Files)
{
    /// <summary>The packages that the files come from, each as <c>id version</c>, in ordinal order.</summary>
    public IReadOnlyList<string> Packages =>
    [
        .. Files.Select(file => file.Origin.Package)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal),
    ];
}

/// <summary>How the published files are split.</summary>
public enum LayerSplit
{
    /// <summary>By origin: what changes least lies lowest.</summary>
    ByOrigin,

    /// <summary>Everything in the app layer: a single file or native code leaves nothing to split.</summary>
    AppOnly,
}

/// <summary>Decides which file goes into which layer. A pure function.</summary>
public static class LayerPlanner
{
    /// <summary>The .NET runtime of a self-contained app.</summary>
    public const string Runtime = "runtime";

    /// <summary>NuGet packages.</summary>
    public const string Dependencies = "dependencies";

    /// <summary>The project's output and content, and those of the projects it references.</summary>
    public const string App = "app";

    private static readonly string[] s_order = [Runtime, Dependencies, App];

    /// <summary>Groups files into layers, the one that changes least first; empty ones are left out.</summary>
    /// <param name="files">The published files.</param>
    /// <param name="split">How to split them.</param>
    /// <returns>The layers, bottom first.</returns>
    public static IReadOnlyList<PlannedLayer> Plan(IReadOnlyList<PublishedFile> files, LayerSplit split)
    {
        var groups = files.OrderBy(file => file.RelativePath, StringComparer.Ordinal).ToLookup(file => split == LayerSplit.AppOnly ? App : LayerOf(file.Origin.Kind));
        return [.. s_order.Where(groups.Contains).Select(name => new PlannedLayer(name, [.. groups[name]]))];
    }

    private static string LayerOf(FileOriginKind kind) => kind switch
    {
        FileOriginKind.RuntimePack => Runtime,
        FileOriginKind.Package => Dependencies,
        _ => App,
    };
}
