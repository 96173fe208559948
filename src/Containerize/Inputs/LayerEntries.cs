using Containerize.Files;
using Containerize.Layers;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;

namespace Containerize.Inputs;

/// <summary>Turns published files into entries of a layer.</summary>
internal static class LayerEntries
{
    /// <summary>
    /// The entries of files below a directory of the image, with normalised modes: 0755 for programs, else 0644.
    /// </summary>
    /// <param name="rules">How they become entries.</param>
    /// <returns>One entry per file.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static IReadOnlyList<LayerEntry> Of(IEnumerable<PublishedFile> files, EntryRules rules)
    {
        var prefix = rules.Directory.Trim('/');
        List<LayerEntry> entries = [.. files.Select(
            file => Of(
                file,
                prefix.Length == 0 ? file.RelativePath : $"{prefix}/{file.RelativePath}",
                rules) with { UserId = rules.Owner.UserId, GroupId = rules.Owner.GroupId })];
        if (rules.Owner != Owner.Root)
        {
            // The writer adds directories as root's.
            entries.AddRange(entries.SelectMany(entry => Above(entry.Path, prefix.Length)).Distinct()
                .Except(entries.Select(entry => entry.Path)).ToList()
                .Select(
                    path => new LayerEntry
                    {
                        Path = path,
                        Type = LayerEntryType.Directory,
                        Mode = FileModes.Executable,
                        UserId = rules.Owner.UserId,
                        GroupId = rules.Owner.GroupId,
                    }));
        }

        return entries;
    }

    /// <summary>The entry of a file that is added to the published ones.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static LayerEntry Of(AddedFile file)
    {
        if (file.Type == LayerEntryType.Directory)
        {
            // Its owner is for what all layers are fitted with: the base's own, or another layer's, must not get another one.
            return new LayerEntry { Path = file.Path, Type = LayerEntryType.Directory, Mode = FileModes.Executable };
        }

        if (file.Type != LayerEntryType.File)
        {
            return new LayerEntry
            {
                Path = file.Path,
                Type = file.Type,
                Mode = FileModes.Link,
                UserId = file.Owner?.UserId ?? 0,
                GroupId = file.Owner?.GroupId ?? 0,
                LinkTarget = file.LinkTarget,
            };
        }

        try
        {
            var (path, status) = file.Status is { } listed ? (file.SourcePath, listed) : Look(file.SourcePath);
            return new LayerEntry
            {
                Path = file.Path,
                Type = LayerEntryType.File,
                Mode = file.Mode ?? (ExecuteBit.OfContent(path) ?? ExecuteBit.IsIn(status.Mode) ? FileModes.Executable : FileModes.Data),
                UserId = file.Owner?.UserId ?? 0,
                GroupId = file.Owner?.GroupId ?? 0,
                SourcePath = path,
                Size = status.Stamp.Size,
                Stamp = status.Stamp,
            };
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{file.SourcePath}' cannot be read: {failure.Message}. Check its permissions.", failure);
        }
    }

    /// <summary>Makes sure that no two layers want the same path for different things: the upper one would silently win.</summary>
    /// <param name="isWindows">Whether they are for Windows, which does not tell upper from lower case.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DuplicatePath"/> or
    /// <see cref="DiagnosticCode.InvalidPath"/>.</exception>
    public static void CheckConflicts(IReadOnlyList<LayerEntry> entries, bool isWindows)
    {
        if (isWindows)
        {
            WindowsTree.Check(entries);
        }

        EntryOrder.Arrange(
            entries.Select(
                entry => entry.Type == LayerEntryType.Directory
                    ? entry with { Mode = FileModes.Executable, UserId = 0, GroupId = 0 }
                    : entry));
    }

    // Of a link the content counts.
    private static (string Path, FileStatus Status) Look(string file)
    {
        var path = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
        return (path, RegularFile.StatusOf(path));
    }

    /// <summary>The directories above a path, the nearest first.</summary>
    /// <param name="path">The path.</param>
    /// <param name="stop">How long the last one is; 0 for all but the root.</param>
    internal static IEnumerable<string> Above(string path, int stop)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0 && slash >= stop; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }

    private static LayerEntry Of(PublishedFile file, string path, EntryRules rules) => file.Type switch
    {
        LayerEntryType.Directory => new LayerEntry { Path = path, Type = LayerEntryType.Directory, Mode = FileModes.Executable },
        LayerEntryType.SymbolicLink =>
            new LayerEntry { Path = path, Type = LayerEntryType.SymbolicLink, Mode = FileModes.Link, LinkTarget = file.LinkTarget },
        _ when StaticAssetEndpoints.IsManifest(file) && StaticAssetEndpoints.ForImage(file.SourcePath, rules) is { } content =>
            new LayerEntry { Path = path, Type = LayerEntryType.File, Mode = FileModes.Data, Content = content },
        _ => new LayerEntry
        {
            Path = path,
            Type = LayerEntryType.File,
            Mode = file.IsExecutable ? FileModes.Executable : FileModes.Data,
            SourcePath = file.SourcePath,
            Size = file.Size,
            Stamp = file.Stamp,
            Package = file.Origin.Package,
        },
    };
}
