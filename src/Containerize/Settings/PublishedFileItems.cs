using Containerize.Files;
using Containerize.Inputs;

namespace Containerize.Settings;

/// <summary>Reads where each published file comes from.</summary>
internal static class PublishedFileItems
{
    // The SDK copies what is of one kind after the other.
    private static readonly string[] s_copies = ["PreserveNewest", "Always", "IfDifferent"];

    /// <summary>Where files come from, by path below the publish directory with <c>/</c>.</summary>
    /// <param name="publishDirectory">The publish directory, a full path.</param>
    /// <param name="published">What is published: <c>RelativePath</c>, and the metadata of <c>ResolvedFileToPublish</c>.</param>
    /// <param name="written">Files that the build wrote; those in the publish directory belong there.</param>
    /// <param name="runtimePacks">The names of the runtime packs.</param>
    /// <param name="references">What an app for the browser was made of.</param>
    /// <param name="names">How the file system of the directory compares names; null for that of this machine.</param>
    /// <returns>The origins. The paths have the case that the items have.</returns>
    internal static IReadOnlyDictionary<string, FileOrigin> Origins(
        string publishDirectory,
        IReadOnlyList<Item> published,
        IEnumerable<string> written,
        IEnumerable<string> runtimePacks,
        IEnumerable<Item>? references = null,
        FileNameCase? names = null)
    {
        names ??= FileNameCase.OfSystem;
        var packs = runtimePacks.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var origins = new Dictionary<string, FileOrigin>(names.Comparer);
        var root = RootOf(publishDirectory);

        // Most of the list lies in obj.
        foreach (var path in written.Where(Path.IsPathRooted).Select(file => Below(root, file, names)).OfType<string>())
        {
            origins[path] = FileOrigin.App;
        }

        var assets = new BrowserAssets(published, references ?? []);
        foreach (var (path, item) in Paths(root, published, names))
        {
            // A key keeps its first spelling.
            origins.Remove(path);
            origins[path] = OriginOf(assets.SourceOf(item), packs);
        }

        return origins;
    }

    /// <summary>The files of packages among those that a build copies beside the app.</summary>
    /// <param name="copied">What is copied (<c>ReferenceCopyLocalPaths</c>): full paths.</param>
    /// <param name="runtimePacks">The names of the runtime packs.</param>
    internal static IReadOnlyList<PackageFile> OfPackages(IEnumerable<Item> copied, IEnumerable<string> runtimePacks)
    {
        var packs = runtimePacks.ToHashSet(StringComparer.OrdinalIgnoreCase);
        return
        [
            .. from item in copied
               where item["NuGetPackageId"].Length > 0 && !item.IsFalse("CopyToPublishDirectory") && !item.IsFalse("Private")
               let path = Path.Combine(item["DestinationSubDirectory"].Replace('\\', '/'), Path.GetFileName(item.Identity))
               select new PackageFile(path.Replace(Path.DirectorySeparatorChar, '/'), item.Identity, OriginOf(item, packs)),
        ];
    }

    /// <summary>What each file is copied from: full paths, by path below the publish directory with <c>/</c>.</summary>
    /// <param name="publishDirectory">The publish directory, a full path.</param>
    /// <param name="published">What is published; items that name no file with its full path have no source.</param>
    /// <param name="names">See <see cref="Origins"/>.</param>
    internal static IReadOnlyDictionary<string, string> Sources(
        string publishDirectory, IEnumerable<Item> published, FileNameCase? names = null)
    {
        names ??= FileNameCase.OfSystem;
        var sources = new Dictionary<string, string>(names.Comparer);
        var copies = new Dictionary<string, int>(names.Comparer);
        foreach (var (path, item) in Paths(RootOf(publishDirectory), published, names))
        {
            // A publish that allows several files of one path copies each, and the last copy stays.
            var copy = Array.IndexOf(s_copies, item["CopyToPublishDirectory"]);
            if (Path.IsPathFullyQualified(item.Identity) && copy >= copies.GetValueOrDefault(path, copy))
            {
                sources[path] = Path.GetFullPath(item.Identity);
                copies[path] = copy;
            }
        }

        return sources;
    }

    private static IEnumerable<(string Path, Item Item)> Paths(string root, IEnumerable<Item> published, FileNameCase names)
    {
        foreach (var item in published)
        {
            var relative = item["RelativePath"];
            if (relative.Length > 0 && Below(root, Path.Combine(root, relative.Replace('\\', '/')), names) is { } path)
            {
                yield return (path, item);
            }
        }
    }

    private static string RootOf(string directory) =>
        Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + Path.DirectorySeparatorChar;

    private static string? Below(string root, string path, FileNameCase names) => Path.GetFullPath(path) is var full
        && full.StartsWith(root, names.Comparison) ? full[root.Length..].Replace(Path.DirectorySeparatorChar, '/') : null;

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
