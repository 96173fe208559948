using Containerize.Inputs;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads from MSBuild items where each published file comes from.</summary>
internal static class PublishedFileItems
{
    private const int NamedFiles = 10;

    /// <summary>Where files come from, by path below the publish directory with <c>/</c>.</summary>
    /// <param name="publishDirectory">The publish directory, a full path.</param>
    /// <param name="published">The items that say what is published.</param>
    /// <param name="written">The items that say what was written.</param>
    /// <param name="runtimePacks">The names of the runtime packs.</param>
    /// <returns>The origins.</returns>
    internal static IReadOnlyDictionary<string, FileOrigin> Origins(string publishDirectory, ITaskItem[] published, ITaskItem[] written, ITaskItem[] runtimePacks)
    {
        var packs = runtimePacks.Select(pack => pack.ItemSpec).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var origins = new Dictionary<string, FileOrigin>(OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        foreach (var item in written)
        {
            // Only what was written into the directory counts; most of the list lies in obj.
            if (Path.IsPathRooted(item.ItemSpec) && RelativeTo(publishDirectory, item.ItemSpec) is { } path)
            {
                origins[path] = FileOrigin.App;
            }
        }

        foreach (var item in published)
        {
            var relative = item.GetMetadata("RelativePath");
            if (relative.Length > 0 && RelativeTo(publishDirectory, Path.Combine(publishDirectory, relative.Replace('\\', '/'))) is { } path)
            {
                origins[path] = OriginOf(item, packs);
            }
        }

        return origins;
    }

    /// <summary>Tells of files that this publish did not produce, in one warning.</summary>
    /// <param name="files">The published files.</param>
    /// <param name="reporter">Is told.</param>
    internal static void WarnOfUnexpected(IReadOnlyList<PublishedFile> files, IReporter reporter)
    {
        var unexpected = files.Where(file => file.Origin.Kind == FileOriginKind.Unexpected).Select(file => file.RelativePath).ToList();
        if (unexpected.Count == 0)
        {
            return;
        }

        var more = unexpected.Count > NamedFiles ? $" and {unexpected.Count - NamedFiles} more" : "";
        reporter.Warning(
            DiagnosticCode.UnexpectedFiles,
            $"The publish directory holds {(unexpected.Count == 1 ? "a file" : $"{unexpected.Count} files")} that this publish did not produce: {string.Join(", ", unexpected.Take(NamedFiles).Select(path => $"'{path}'"))}{more}. {(unexpected.Count == 1 ? "It is" : "They are")} in the image. Remove what earlier publishes left there, or publish into an empty directory.");
    }

    private static FileOrigin OriginOf(ITaskItem item, HashSet<string> runtimePacks)
    {
        var package = item.GetMetadata("NuGetPackageId");
        if (package.Length == 0 && item.GetMetadata("SourceType") == "Package")
        {
            // A static web asset of a package; its version is not told.
            package = item.GetMetadata("SourceId");
        }

        if (package.Length > 0)
        {
            var kind = runtimePacks.Contains(package) ? FileOriginKind.RuntimePack : FileOriginKind.Package;
            var version = item.GetMetadata("NuGetPackageVersion");
            return new FileOrigin(kind, package, version.Length > 0 ? version : null);
        }

        return item.GetMetadata("ReferenceSourceTarget") == "ProjectReference" ? new FileOrigin(FileOriginKind.Project) : FileOrigin.App;
    }

    private static string? RelativeTo(string directory, string path)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)) + Path.DirectorySeparatorChar;
        var full = Path.GetFullPath(path);
        return full.StartsWith(root, StringComparison.Ordinal) ? full[root.Length..].Replace(Path.DirectorySeparatorChar, '/') : null;
    }
}
