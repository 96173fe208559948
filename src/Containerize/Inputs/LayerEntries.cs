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
                rules) with { UserId = rules.Owner?.UserId ?? 0, GroupId = rules.Owner?.GroupId ?? 0 })];
        if (rules.Owner is { } owner)
        {
            // The writer adds directories as root's.
            entries.AddRange(DirectoriesOf(entries, rules).Except(entries.Select(entry => entry.Path)).ToList()
                .Select(
                    path => new LayerEntry
                    {
                        Path = path,
                        Type = LayerEntryType.Directory,
                        Mode = FileModes.Executable,
                        UserId = owner.UserId,
                        GroupId = owner.GroupId,
                    }));
        }

        return entries;
    }

    /// <summary>The directories of the app: that which its files go to, and those below it that they are in.</summary>
    /// <param name="entries">The entries of its files.</param>
    internal static IEnumerable<string> DirectoriesOf(IEnumerable<LayerEntry> entries, EntryRules rules)
    {
        var stop = rules.Directory.Trim('/').Length;
        return entries.SelectMany(entry => entry.Type == LayerEntryType.Directory
            ? Above(entry.Path, stop).Prepend(entry.Path) : Above(entry.Path, stop)).Distinct();
    }

    /// <summary>The entries of files that are added to the published ones.</summary>
    /// <param name="bits">Knows files of the project; learns from these.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.UnreadableFile"/>.</exception>
    public static IReadOnlyList<LayerEntry> Of(IReadOnlyList<AddedFile> files, ExecuteBits bits)
    {
        var found = files.Select(file => file.Type == LayerEntryType.File ? Look(file) : default).ToList();
        foreach (var (_, status) in found.Where(one => one.Path is not null))
        {
            bits.See(status);
        }

        return [.. files.Zip(found, (file, one) => file.Type == LayerEntryType.File ? Of(file, one.Path, one.Status, bits) : Of(file))];
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
                    : entry),
            isWindows);
    }

    // Of a link the content counts.
    private static (string Path, FileStatus Status) Look(AddedFile file)
    {
        try
        {
            var path = file.Status is null
                ? new FileInfo(file.SourcePath).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.SourcePath : file.SourcePath;
            return (path, file.Status ?? RegularFile.StatusOf(path));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{file.SourcePath}' cannot be read: {failure.Message}. Check its permissions.", failure);
        }
    }

    private static LayerEntry Of(AddedFile file, string path, FileStatus status, ExecuteBits bits) => new()
    {
        Path = file.Path,
        Type = LayerEntryType.File,
        Mode = file.Mode ?? (ExecuteBit.OfContent(path) ?? bits.IsIn(status) ? FileModes.Executable : FileModes.Data),
        UserId = file.Owner?.UserId ?? 0,
        GroupId = file.Owner?.GroupId ?? 0,
        SourcePath = path,
        Size = status.Stamp.Size,
        Stamp = status.Stamp,
    };

    // The owner of a directory is for what all layers are fitted with: the base's own, or another layer's, must not get another one.
    private static LayerEntry Of(AddedFile other) => other.Type == LayerEntryType.Directory
        ? new LayerEntry { Path = other.Path, Type = LayerEntryType.Directory, Mode = FileModes.Executable }
        : new LayerEntry
        {
            Path = other.Path,
            Type = other.Type,
            Mode = FileModes.Link,
            UserId = other.Owner?.UserId ?? 0,
            GroupId = other.Owner?.GroupId ?? 0,
            LinkTarget = other.LinkTarget,
        };

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
