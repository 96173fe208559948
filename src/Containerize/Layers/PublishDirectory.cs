namespace Containerize.Layers;

/// <summary>Lists what lies in a publish directory. That is the truth of the image; the project only says where each file came from.</summary>
public static class PublishDirectory
{
    private const int MaxDepth = 200;

    /// <summary>Lists the directory, in ordinal order.</summary>
    /// <param name="directory">The publish directory.</param>
    /// <param name="origins">Where files come from, by path below the directory with <c>/</c>.</param>
    /// <param name="excluded">Full paths of files and directories that are this build's own outputs.</param>
    /// <returns>Files, links, and directories that are empty.</returns>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.PublishDirectoryEmpty"/>, or <see cref="DiagnosticCode.UnreadableFile"/>.
    /// </exception>
    public static IReadOnlyList<PublishedFile> List(string directory, IReadOnlyDictionary<string, FileOrigin> origins, IReadOnlySet<string> excluded)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var files = new List<PublishedFile>();
        if (Directory.Exists(root))
        {
            var realRoot = new DirectoryInfo(root).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? root;
            new Walk(root, realRoot, origins, excluded, files).Visit(new DirectoryInfo(root), "", depth: 0);
        }

        if (!files.Exists(file => file.Type != LayerEntryType.Directory))
        {
            throw new ContainerizeException(DiagnosticCode.PublishDirectoryEmpty, $"The publish directory '{root}' holds no files, so there is nothing to make an image of. Publish the project first: dotnet publish -t:Containerize does both.");
        }

        files.Sort((left, right) => string.CompareOrdinal(left.RelativePath, right.RelativePath));
        return files;
    }

    private sealed class Walk(string root, string realRoot, IReadOnlyDictionary<string, FileOrigin> origins, IReadOnlySet<string> excluded, List<PublishedFile> files)
    {
        private readonly HashSet<string> _followed = new(StringComparer.Ordinal);

        internal void Visit(DirectoryInfo directory, string prefix, int depth)
        {
            if (depth > MaxDepth)
            {
                throw Unreadable(directory.FullName, "its directories are nested too deeply; a link may lead in a circle");
            }

            var empty = true;
            foreach (var item in Children(directory))
            {
                if (excluded.Contains(item.FullName))
                {
                    continue;
                }

                empty = false;
                VisitItem(item, prefix + item.Name, depth);
            }

            if (empty && prefix.Length > 0)
            {
                Add(directory, prefix[..^1], LayerEntryType.Directory);
            }
        }

        private void VisitItem(FileSystemInfo item, string path, int depth)
        {
            // Asking for the target is a call to the system, and few files are links.
            var target = item.Attributes.HasFlag(FileAttributes.ReparsePoint) ? item.LinkTarget : null;
            if (target is not null && LinkInside(item, target) is { } kept)
            {
                Add(item, path, LayerEntryType.SymbolicLink, kept);
                return;
            }

            switch (item)
            {
                case DirectoryInfo child when target is not null:
                    Follow(child.ResolveLinkTarget(returnFinalTarget: true)!.FullName, path, depth);
                    break;
                case DirectoryInfo child:
                    Visit(child, path + "/", depth + 1);
                    break;
                case FileInfo file when target is not null:
                    Add(file.ResolveLinkTarget(returnFinalTarget: true)!, path, LayerEntryType.File);
                    break;
                default:
                    Add(item, path, LayerEntryType.File);
                    break;
            }
        }

        private void Follow(string target, string path, int depth)
        {
            if (!_followed.Add(target))
            {
                throw Unreadable(Path.Combine(root, path), "links lead in a circle");
            }

            Visit(new DirectoryInfo(target), path + "/", depth + 1);
            _followed.Remove(target);
        }

        // A link to something published stays a link, relative, so that it holds in the image. A link out of the directory brings its
        // target's content along, as when files are published as links into the package cache. A link to nothing stays what it is:
        // its target may exist in the image only.
        private string? LinkInside(FileSystemInfo link, string target)
        {
            var parent = Path.GetDirectoryName(link.FullName)!;
            var full = Path.GetFullPath(target, parent);
            if (!Path.Exists(full))
            {
                return target.Replace('\\', '/');
            }

            var inside = Below(root, full) ?? Below(realRoot, full);
            return inside is null ? null : Path.GetRelativePath(parent, Path.Combine(root, inside)).Replace('\\', '/');
        }

        private static string? Below(string directory, string path) =>
            path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path[(directory.Length + 1)..] : null;

        private void Add(FileSystemInfo item, string path, LayerEntryType type, string? linkTarget = null) => files.Add(new PublishedFile
        {
            RelativePath = path,
            Type = type,
            SourcePath = item.FullName,
            Size = type == LayerEntryType.File ? ((FileInfo)item).Length : 0,
            IsExecutable = type == LayerEntryType.File && ExecuteBit.IsSet((FileInfo)item),
            LinkTarget = linkTarget,
            Origin = origins.GetValueOrDefault(path) ?? (type == LayerEntryType.Directory ? FileOrigin.App : FileOrigin.Unexpected),
        });

        private static FileSystemInfo[] Children(DirectoryInfo directory)
        {
            try
            {
                return directory.GetFileSystemInfos();
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                throw Unreadable(directory.FullName, failure.Message);
            }
        }

        private static ContainerizeException Unreadable(string path, string why) =>
            new(DiagnosticCode.UnreadableFile, $"'{Printable.Clean(path)}' cannot be read: {Printable.Clean(why)}. Check its permissions, or remove it from the publish directory.");
    }
}
