using System.IO.Enumeration;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>
/// Lists what lies in a publish directory. That is the truth of the image; the project only says where each file came from.
/// </summary>
internal static class PublishDirectory
{
    private const int MaxDepth = 200;

    /// <summary>Lists the directory, in ordinal order.</summary>
    /// <param name="origins">Where files come from, by path below the directory with <c>/</c>.</param>
    /// <param name="excluded">Full paths of files and directories that are this build's own outputs.</param>
    /// <param name="bits">Learns from the files; null when nothing else is asked of it.</param>
    /// <returns>Files, links, and directories that are empty.</returns>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.PublishDirectoryEmpty"/>, or
    /// <see cref="DiagnosticCode.UnreadableFile"/>.
    /// </exception>
    public static IReadOnlyList<PublishedFile> List(
        string directory, IReadOnlyDictionary<string, FileOrigin> origins, IReadOnlySet<string> excluded, ExecuteBits? bits = null)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory));
        var files = new List<PublishedFile>();
        if (Directory.Exists(root))
        {
            var realRoot = new DirectoryInfo(root).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? root;
            var walk = new Walk(root, realRoot, origins, excluded, files, bits ??= new());
            walk.Visit(root, "", depth: 0, linkedAt: 0);
            foreach (var (file, _) in walk.Marked.Where(marked => bits.IsIn(marked.Status)))
            {
                files[file] = files[file] with { IsExecutable = true };
            }
        }

        if (!files.Exists(file => file.Type != LayerEntryType.Directory))
        {
            throw new ContainerizeException(
                DiagnosticCode.PublishDirectoryEmpty,
                $"The publish directory '{root}' holds no files, so there is nothing to make an image of. Publish the project first: " +
                $"dotnet publish -t:Containerize does both.");
        }

        files.Sort((left, right) => string.CompareOrdinal(left.RelativePath, right.RelativePath));
        return files;
    }

    private sealed class Walk(
        string root,
        string realRoot,
        IReadOnlyDictionary<string, FileOrigin> origins,
        IReadOnlySet<string> excluded,
        List<PublishedFile> files,
        ExecuteBits bits)
    {
        private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

        private readonly HashSet<string> _followed = new(StringComparer.Ordinal);

        /// <summary>Files of the project whose content does not tell what they are, and which have an execute bit: their indexes.</summary>
        internal List<(int File, FileStatus Status)> Marked { get; } = [];

        /// <param name="linkedAt">When the latest link that led here was made, in nanoseconds since 1970; zero without links.</param>
        internal void Visit(string directory, string prefix, int depth, long linkedAt)
        {
            if (depth > MaxDepth)
            {
                throw Unreadable(directory, "its directories are nested too deeply; a link may lead in a circle");
            }

            var names = Names(directory);
            // An output that is being written, or that a killed build left, has a name of its own.
            foreach (var path in names.Where(name => !AbandonedFiles.IsName(name)).Select(name => Path.Combine(directory, name))
                .Where(path => !excluded.Contains(path)))
            {
                VisitItem(path, prefix + Path.GetFileName(path), depth, linkedAt);
            }

            if (names.Count == 0 && prefix.Length > 0)
            {
                files.Add(
                    new PublishedFile
                    {
                        RelativePath = prefix[..^1],
                        Type = LayerEntryType.Directory,
                        SourcePath = directory,
                        Origin = FileOrigin.App,
                    });
            }
        }

        private void VisitItem(string item, string path, int depth, long linkedAt)
        {
            var status = StatusOf(item, followLinks: false);
            if (status.Kind == FileKind.Link)
            {
                if (LinkInside(item, new FileInfo(item).LinkTarget!) is { } target)
                {
                    files.Add(
                        new PublishedFile
                        {
                            RelativePath = path,
                            Type = LayerEntryType.SymbolicLink,
                            SourcePath = item,
                            Stamp = status.Stamp,
                            LinkedAt = linkedAt,
                            LinkTarget = target,
                            Origin = OriginOf(path),
                        });
                    return;
                }

                linkedAt = Math.Max(linkedAt, status.Stamp.LastWritten);
                item = new FileInfo(item).ResolveLinkTarget(returnFinalTarget: true)!.FullName;
                status = StatusOf(item, followLinks: true);
                if (status.Kind == FileKind.Directory)
                {
                    Follow(item, path, depth, linkedAt);
                    return;
                }
            }

            switch (status.Kind)
            {
                case FileKind.Directory:
                    Visit(item, path + "/", depth + 1, linkedAt);
                    break;
                case FileKind.File:
                    Add(item, path, status, linkedAt);
                    break;
                default:
                    throw Unreadable(item, "it is a socket, a pipe or a device");
            }
        }

        // NuGet gives the files of a package execute bits on some systems, and none on others; the project gives its own on purpose.
        private void Add(string item, string path, FileStatus status, long linkedAt)
        {
            var origin = OriginOf(path);
            var isProgram = status.Stamp.Size == 0 ? null : ExecuteBit.OfContent(item);
            bits.See(status);
            if (ExecuteBit.IsIn(status.Mode) && isProgram is null && !origin.IsFromNuGet)
            {
                Marked.Add((files.Count, status));
            }

            files.Add(new PublishedFile
            {
                RelativePath = path,
                Type = LayerEntryType.File,
                SourcePath = item,
                Size = status.Stamp.Size,
                Stamp = status.Stamp,
                LinkedAt = linkedAt,
                IsExecutable = isProgram == true,
                Origin = origin,
            });
        }

        private void Follow(string target, string path, int depth, long linkedAt)
        {
            if (!_followed.Add(target))
            {
                throw Unreadable(Path.Combine(root, path), "links lead in a circle");
            }

            Visit(target, path + "/", depth + 1, linkedAt);
            _followed.Remove(target);
        }

        // A link to something published stays a link, relative, so that it holds in the image. A link out of the directory brings its
        // target's content along, as when files are published as links into the package cache. A link to nothing stays what it is:
        // its target may exist in the image only.
        private string? LinkInside(string link, string target)
        {
            var parent = Path.GetDirectoryName(link)!;
            var full = Path.GetFullPath(target, parent);
            if (!Path.Exists(full))
            {
                return UnixPath.FromSystem(target);
            }

            var inside = Below(root, full) ?? Below(realRoot, full);
            return inside is null ? null
                : StaysInside(parent, target) ? target
                : UnixPath.FromSystem(Path.GetRelativePath(parent, Path.Combine(root, inside)));
        }

        // Behind a name, '..' leads to where that name is, which may be a link to another directory: shortened, such a text would lead
        // elsewhere. It holds in the image as it is.
        private bool StaysInside(string parent, string target) => !OperatingSystem.IsWindows()
            && target.Split('/').SkipWhile(part => part is "" or "." or "..").Contains("..")
            && (Below(root, parent) ?? Below(realRoot, parent)) is { } place
            && UnixPath.StaysInside(target, place.Split('/', StringSplitOptions.RemoveEmptyEntries).Length);

        private static string? Below(string directory, string path) =>
            Path.TrimEndingDirectorySeparator(path) == directory ? ""
            : path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? path[(directory.Length + 1)..]
            : null;

        private FileOrigin OriginOf(string path) => origins.GetValueOrDefault(path) ?? FileOrigin.Unexpected;

        // Names only: what they stand for is asked for once, with all else.
        private static List<string> Names(string directory)
        {
            try
            {
                return [.. new FileSystemEnumerable<string>(directory, static (ref entry) => entry.FileName.ToString(), s_everything)];
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                throw Unreadable(directory, failure.Message);
            }
        }

        private static FileStatus StatusOf(string path, bool followLinks)
        {
            try
            {
                return FileStatus.Of(path, followLinks);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                throw Unreadable(path, failure.Message);
            }
        }

        private static ContainerizeException Unreadable(string path, string why) =>
            new(
                DiagnosticCode.UnreadableFile,
                $"'{Printable.Clean(path)}' cannot be read: {Printable.Clean(why).TrimEnd('.')}. Check its permissions, "
                + $"or remove it from the publish directory.");
    }
}
