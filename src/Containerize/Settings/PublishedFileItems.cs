using Containerize.Inputs;

namespace Containerize.Settings;

/// <summary>Reads where each published file comes from.</summary>
internal static class PublishedFileItems
{
    /// <summary>Where files come from, by path below the publish directory with <c>/</c>.</summary>
    /// <param name="publishDirectory">The publish directory, a full path.</param>
    /// <param name="published">What is published: <c>RelativePath</c>, and the metadata of <c>ResolvedFileToPublish</c>.</param>
    /// <param name="written">Files that the build wrote; those in the publish directory belong there.</param>
    /// <param name="runtimePacks">The names of the runtime packs.</param>
    internal static IReadOnlyDictionary<string, FileOrigin> Origins(
        string publishDirectory, IEnumerable<Item> published, IEnumerable<string> written, IEnumerable<string> runtimePacks)
    {
        var packs = runtimePacks.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var ignoresCase = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS();
        var origins = new Dictionary<string, FileOrigin>(ignoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(publishDirectory)) + Path.DirectorySeparatorChar;

        // Most of the list lies in obj.
        foreach (var path in written.Where(Path.IsPathRooted).Select(RelativeToRoot).OfType<string>())
        {
            origins[path] = FileOrigin.App;
        }

        foreach (var item in published)
        {
            var relative = item["RelativePath"];
            if (relative.Length > 0 && RelativeToRoot(Path.Combine(root, relative.Replace('\\', '/'))) is { } path)
            {
                origins[path] = OriginOf(item, packs);
            }
        }

        return origins;

        string? RelativeToRoot(string path) => Path.GetFullPath(path) is var full && full.StartsWith(root, StringComparison.Ordinal)
            ? full[root.Length..].Replace(Path.DirectorySeparatorChar, '/') : null;
    }

    private static FileOrigin OriginOf(Item item, HashSet<string> runtimePacks)
    {
        var package = item["NuGetPackageId"];
        if (package.Length == 0 && item["SourceType"] == "Package")
        {
            // A static web asset of a package; its version is not told.
            package = item["SourceId"];
        }

        if (package.Length > 0)
        {
            var kind = runtimePacks.Contains(package) ? FileOriginKind.RuntimePack : FileOriginKind.Package;
            return new FileOrigin(kind, package, SettingText.NullIfEmpty(item["NuGetPackageVersion"]));
        }

        return item["ReferenceSourceTarget"] == "ProjectReference" ? new FileOrigin(FileOriginKind.Project) : FileOrigin.App;
    }
}
