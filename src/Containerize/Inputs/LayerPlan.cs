namespace Containerize.Inputs;

/// <summary>How the published files are split.</summary>
internal enum LayerSplit
{
    /// <summary>By origin: what changes least lies lowest.</summary>
    ByOrigin,

    /// <summary>Everything in the app layer: a single file or native code leaves nothing to split.</summary>
    AppOnly,

    /// <summary>
    /// By origin, where all is handed out: the pages at the top name the fingerprints of the app's own code, and change with it.
    /// </summary>
    Site,
}

/// <summary>Decides which file goes into which layer. A pure function.</summary>
internal static class LayerPlanner
{
    // Measured by replaying commits, see README.md: from here on a layer of its own spares more than it costs.
    private const long MuchContent = 1024 * 1024;

    private static readonly FilePattern s_webRoot = FilePattern.Parse("wwwroot/**");
    private static readonly FilePattern s_folders = FilePattern.Parse("wwwroot/*/**");
    private static readonly FilePattern s_code = FilePattern.Parse("wwwroot/**/_framework/**");

    /// <summary>Groups files into layers, the one that changes least first; empty ones are left out.</summary>
    /// <typeparam name="T">The kind of files: of a publish directory, or of an image of the past.</typeparam>
    /// <param name="split">How to split what no rule takes.</param>
    /// <param name="rules">The layers of users.</param>
    /// <returns>The layers, bottom first; the files of each in ordinal order of their paths.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.LayerOrder"/>.</exception>
    public static IReadOnlyList<(string Name, IReadOnlyList<T> Files)> Plan<T>(
        IReadOnlyList<T> files, LayerSplit split, params IReadOnlyList<LayerRule> rules)
        where T : IPlannedFile
    {
        var order = LayerOrder.Of(rules);
        var hasMuchContent = files.Where(file => IsContent(file, split)).Sum(file => file.Size) >= MuchContent;
        var groups = files.OrderBy(file => file.RelativePath, StringComparer.Ordinal)
            .ToLookup(file => rules.FirstOrDefault(rule => rule.Takes(file))?.Name
            ?? (split == LayerSplit.AppOnly ? LayerOrder.App : LayerOf(file, split, hasMuchContent)));
        return [.. order.Where(groups.Contains).Select(name => (name, (IReadOnlyList<T>)[.. groups[name]]))];
    }

    private static string LayerOf(IPlannedFile file, LayerSplit split, bool hasMuchContent) => file.Origin.Kind switch
    {
        FileOriginKind.RuntimePack => LayerOrder.Runtime,
        FileOriginKind.Package => LayerOrder.Dependencies,
        _ when hasMuchContent && IsContent(file, split) => LayerOrder.Content,
        _ => LayerOrder.App,
    };

    private static bool IsContent(IPlannedFile file, LayerSplit split) => !file.Origin.IsFromNuGet && (split == LayerSplit.Site
        ? s_folders.Matches(file.RelativePath) && !s_code.Matches(file.RelativePath)
        : s_webRoot.Matches(file.RelativePath));
}
