using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Inputs;

/// <summary>
/// A directory whose content goes into the image besides the published files: files, links, and directories that are empty or get an owner.
/// Links stay links.
/// One that leaves the directory would bring along, or point to, something of the machine that builds, so it is refused unless the project
/// asks for what it leads to.
/// </summary>
/// <param name="source">The directory on this machine, a full path without a separator at its end.</param>
/// <param name="followLinks">Whether links are replaced by what they lead to, wherever that is.</param>
internal sealed class AddedDirectory(string source, bool followLinks)
{
    private const int MaxDepth = 200;

    private readonly string _realSource = new DirectoryInfo(source).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? source;
    private readonly List<AddedFile> _files = [];
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);

    /// <summary>Permissions of the files; null for what each has here.</summary>
    internal UnixFileMode? Mode { get; init; }

    /// <summary>Who owns all of it, the directory itself too; null for root.</summary>
    internal Owner? Owner { get; init; }

    /// <summary>
    /// Lists the directory, in ordinal order. The paths are relative to it; an empty path is the directory itself, when there is nothing in
    /// it or it gets an owner.
    /// </summary>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.LinkLeavesDirectory"/> or
    /// <see cref="DiagnosticCode.UnreadableFile"/>.
    /// </exception>
    internal IReadOnlyList<AddedFile> List()
    {
        try
        {
            Visit(source, "", depth: 0);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(DiagnosticCode.UnreadableFile, $"'{source}' cannot be read: {failure.Message}", failure);
        }

        _files.Sort((left, right) => string.CompareOrdinal(left.Path, right.Path));
        return _files;
    }

    private void Visit(string directory, string prefix, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new ContainerizeException(
                DiagnosticCode.UnreadableFile, $"'{directory}' cannot be read: its directories are nested too deeply.");
        }

        var isEmpty = true;
        foreach (var item in Directory.EnumerateFileSystemEntries(directory))
        {
            isEmpty = false;
            VisitItem(item, prefix + Path.GetFileName(item), depth);
        }

        if (isEmpty || Owner is not null)
        {
            Add(directory, prefix, LayerEntryType.Directory, linkTarget: null);
        }
    }

    private void VisitItem(string item, string path, int depth)
    {
        var status = FileStatus.Of(item, followLinks: false);
        switch (status.Kind)
        {
            case FileKind.Link when followLinks:
                Follow(item, path, depth);
                break;
            case FileKind.Link:
                Add(item, path, LayerEntryType.SymbolicLink, TargetOf(item, depth));
                break;
            case FileKind.Directory:
                Visit(item, path + "/", depth + 1);
                break;
            case FileKind.File:
                Add(item, path, status);
                break;
            default:
                throw new ContainerizeException(
                    DiagnosticCode.UnreadableFile,
                    $"'{item}' is a socket, a pipe or a device, which cannot be put into an image. Remove it from the directory.");
        }
    }

    private void Follow(string link, string path, int depth)
    {
        if (new FileInfo(link).ResolveLinkTarget(returnFinalTarget: true) is not { } target || !Path.Exists(target.FullName))
        {
            throw Leaves(link, "which does not exist");
        }

        var status = FileStatus.Of(target.FullName, followLinks: true);
        switch (status.Kind)
        {
            case FileKind.File:
                Add(target.FullName, path, status);
                break;
            case FileKind.Directory when _followed.Add(target.FullName):
                Visit(target.FullName, path + "/", depth + 1);
                _followed.Remove(target.FullName);
                break;
            case FileKind.Directory:
                throw new ContainerizeException(
                    DiagnosticCode.UnreadableFile, $"'{link}' cannot be read: links lead in a circle. Remove one of them.");
            default:
                throw Leaves(link, "which is a socket, a pipe or a device");
        }
    }

    // Relative, so that it holds wherever the directory goes in the image. It need not exist: its text says where it leads.
    private string TargetOf(string link, int depth)
    {
        var text = new FileInfo(link).LinkTarget!;
        if (!OperatingSystem.IsWindows() && UnixPath.StaysInside(text, depth))
        {
            return text;
        }

        var parent = Path.GetDirectoryName(link)!;
        var full = Path.GetFullPath(text, parent);
        var inside = Below(source, full) ?? Below(_realSource, full) ?? throw Leaves(link, "which is outside of it");
        var target = Path.GetRelativePath(parent, Path.Combine(source, inside));
        return UnixPath.FromSystem(target);
    }

    private static string? Below(string directory, string path) =>
        path == directory
            ? "."
            : path.StartsWith(directory + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? path[(directory.Length + 1)..]
            : null;

    private void Add(string file, string path, FileStatus status) => _files.Add(new AddedFile(file, path, Mode, Owner) { Status = status });

    private void Add(string item, string path, LayerEntryType type, string? linkTarget) =>
        _files.Add(new AddedFile(item, path.TrimEnd('/'), Mode: null, Owner) { Type = type, LinkTarget = linkTarget });

    private ContainerizeException Leaves(string link, string why) => new(
        DiagnosticCode.LinkLeavesDirectory,
        $"The link '{link}' in the directory '{source}' of a ContainerizeFile leads to '{new FileInfo(link).LinkTarget}', {why}. "
        + $"Let it lead to something in the directory, remove it, or set FollowLinks=\"true\" on the item to put into the image what its " +
            $"links lead to.");
}
