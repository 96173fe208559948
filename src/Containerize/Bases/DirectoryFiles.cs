using Containerize.Files;

namespace Containerize.Bases;

/// <summary>
/// The files of a layout directory. Symbolic links in it are refused: a foreign layout must not lead to files outside of it.
/// </summary>
internal sealed class DirectoryFiles : ImageFiles
{
    private readonly string _root;

    internal DirectoryFiles(string root)
        : base($"'{Printable.Clean(root)}'") => _root = root;

    /// <inheritdoc/>
    internal override FilePart? Find(string name)
    {
        var path = _root;
        foreach (var part in name.Split('/'))
        {
            path = Path.Combine(path, part);
            if (new FileInfo(path).LinkTarget is not null)
            {
                throw new ContainerizeException(
                    DiagnosticCode.InvalidArchive,
                    $"{Origin} holds the symbolic link '{name}', which is not followed. Copy the layout with its links resolved (cp -RL).");
            }
        }

        return FileStatus.TryOf(path, followLinks: false) switch
        {
            { Kind: FileKind.File } file => new FilePart(path, 0, file.Stamp.Size),
            null => null,
            _ => throw Damaged($"'{name}' is not a file"),
        };
    }
}
