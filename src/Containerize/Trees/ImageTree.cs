using System.Text;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>
/// What the layers of an image hold, one upon the other: directories with their modes and owners, links, files, and the content of the
/// few files that say which users and packages there are. It is read once on a machine, from verified bytes, and remembered.
/// </summary>
internal sealed class ImageTree
{
    private readonly StringComparer _names;

    private ImageTree(bool isWindows)
    {
        IsWindows = isWindows;
        _names = isWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        Root = new TreeNode(LayerEntryType.Directory, _names);
    }

    /// <summary>Whether it is the tree of drive C:. Links of Windows are of their own kind and are not followed.</summary>
    internal bool IsWindows { get; }

    /// <summary>The root directory.</summary>
    internal TreeNode Root { get; }

    /// <summary>The image's users and groups.</summary>
    internal UserDatabase Users => UserDatabase.Parse(ReadText(UserDatabase.Users), ReadText(UserDatabase.Groups));

    /// <summary>The tree of an image without layers.</summary>
    internal static ImageTree Empty(bool isWindows) => new(isWindows);

    /// <summary>
    /// Reads the layers of an image, from memory where they were read before. Those that are not on this machine are fetched.
    /// </summary>
    /// <param name="cache">Takes layers that are fetched, and remembers the tree.</param>
    /// <param name="parts">What is asked for; the rest may be missing.</param>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.DigestMismatch"/>: bytes are not those that the image names.
    /// <see cref="DiagnosticCode.InvalidDocument"/>: a layer is damaged, or of an unknown kind.
    /// <see cref="DiagnosticCode.UnreadableLayer"/>: it is whole and cannot be read here. Or what the layers' source throws. Nothing is
    /// remembered then.
    /// </exception>
    internal static async Task<ImageTree> ReadAsync(Image image, BlobStore cache, TreeParts parts, CancellationToken cancellationToken)
    {
        var isWindows = image.Config.Platform.IsWindows;
        return new TreeMemory(cache, image.Layers, isWindows).TryRead(parts)
            ?? await ReadAsync(Empty(isWindows), image.Layers, 0, cache, cancellationToken);
    }

    /// <summary>
    /// Reads the layers of an image and more layers above them. The image's own are remembered for themselves, as they change less often.
    /// </summary>
    /// <param name="above">The layers above it, bottom first.</param>
    /// <param name="cache">Takes layers that are fetched, and remembers the trees.</param>
    /// <param name="parts">What is asked for; the rest may be missing.</param>
    /// <exception cref="ContainerizeException">As for the image alone.</exception>
    internal static async Task<ImageTree> ReadAsync(
        Image image, IReadOnlyList<Layer> above, BlobStore cache, TreeParts parts, CancellationToken cancellationToken)
    {
        IReadOnlyList<Layer> all = [.. image.Layers, .. above];
        return above.Count == 0 ? await ReadAsync(image, cache, parts, cancellationToken)
            : new TreeMemory(cache, all, image.Config.Platform.IsWindows).TryRead(parts)
            ?? await ReadAsync(
                await ReadAsync(image, cache, TreeParts.All, cancellationToken), all, image.Layers.Count, cache, cancellationToken);
    }

    /// <summary>Reads layers of an image for Linux, see above.</summary>
    /// <param name="layers">The layers, bottom first.</param>
    /// <exception cref="ContainerizeException">As for an image.</exception>
    internal static async Task<ImageTree> ReadAsync(
        IReadOnlyList<Layer> layers, BlobStore cache, TreeParts parts, CancellationToken cancellationToken) =>
        new TreeMemory(cache, layers, isWindows: false).TryRead(parts)
        ?? await ReadAsync(Empty(isWindows: false), layers, 0, cache, cancellationToken);

    /// <summary>The path from the tree's root of what a layer has under a name, without links; null for what is not on drive C:.</summary>
    internal static string? PathOf(string name, bool isWindows)
    {
        var path = UnixPath.Normalize(name);
        return !isWindows ? path.TrimStart('/')
            : path.StartsWith(WindowsTree.Drive, StringComparison.OrdinalIgnoreCase) ? path[WindowsTree.Drive.Length..].TrimStart('/')
            : null;
    }

    /// <summary>What lies at a path; null when nothing does.</summary>
    /// <param name="path">The path, without links.</param>
    internal TreeNode? Find(string path)
    {
        var node = Root;
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (node.Children is null || !node.Children.TryGetValue(part, out node))
            {
                return null;
            }
        }

        return node;
    }

    /// <summary>Follows the image's links. Links that form a loop are left as they are.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLast">Whether a link at the path itself is followed, too: it is meant as a directory, or its content is.</param>
    /// <returns>Where it really lies, in the image's own spelling.</returns>
    internal string Resolve(string path, bool followLast) =>
        IsWindows
            ? Respell(UnixPath.Normalize(path))
            : UnixPath.Resolve(path, followLast, at => Find(at)?.LinkTarget) ?? UnixPath.Normalize(path);

    /// <summary>The content of a file that is kept (<see cref="KeptFiles"/>), links followed; null when there is none.</summary>
    /// <param name="path">The path.</param>
    internal byte[]? Read(string path) => Find(Resolve(path, followLast: true))?.Content;

    /// <summary>The content of a file that is kept, as text; empty when there is none.</summary>
    /// <param name="path">The path.</param>
    internal string ReadText(string path) => Encoding.UTF8.GetString(Read(path) ?? []);

    /// <summary>Puts an entry of a layer into the tree.</summary>
    /// <param name="entry">The entry, as its layer has it.</param>
    /// <param name="file">What is known of its content.</param>
    internal void Put(LayerEntry entry, FileContent? file)
    {
        if (PathOf(entry.Path, IsWindows) is { Length: > 0 } path)
        {
            Put(path, (name, names) => new TreeNode(entry.Type == LayerEntryType.HardLink ? LayerEntryType.File : entry.Type, names)
            {
                Name = name,
                Mode = entry.Mode,
                Owner = new Owner(entry.UserId, entry.GroupId),
                LinkTarget = entry.Type == LayerEntryType.SymbolicLink ? entry.LinkTarget : null,
                SecurityDescriptor = entry.SecurityDescriptor,
                File = file,
            });
        }
    }

    /// <summary>Puts something at a path, in the place of what is there; directories are joined.</summary>
    /// <param name="path">The path, without links above it.</param>
    /// <param name="create">Makes it, under its name. It is told how names are compared.</param>
    internal void Put(string path, Func<string, StringComparer, TreeNode> create)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        var above = Root;
        foreach (var part in parts.AsSpan(..^1))
        {
            // Some builders leave out the directories above their files.
            if (!above.Children!.TryGetValue(part, out var next) || next.Type != LayerEntryType.Directory)
            {
                above.Children[part] = next = new TreeNode(LayerEntryType.Directory, _names) { Name = part };
            }

            above = next;
        }

        var node = create(parts[^1], _names);
        if (above.Children!.TryGetValue(parts[^1], out var old)
            && (old.Type, node.Type) is (LayerEntryType.Directory, LayerEntryType.Directory))
        {
            node.Join(old);
        }

        above.Children[parts[^1]] = node;
    }

    private static async Task<ImageTree> ReadAsync(
        ImageTree tree, IReadOnlyList<Layer> layers, int first, BlobStore cache, CancellationToken cancellationToken)
    {
        await new TreeReader(tree, cache).ReadAsync(layers, first, cancellationToken);
        new TreeMemory(cache, layers, tree.IsWindows).Write(tree);
        return tree;
    }

    private string Respell(string path)
    {
        var parts = path.Split('/');
        var node = Root;
        for (var index = 0; index < parts.Length && node.Children is not null
            && node.Children.TryGetValue(parts[index], out var next); index++)
        {
            (parts[index], node) = (next.Name, next);
        }

        return string.Join('/', parts);
    }
}

/// <summary>How much of a tree is asked for.</summary>
internal enum TreeParts
{
    /// <summary>Directories, links and users: what entries of a layer are fitted to.</summary>
    Directories,

    /// <summary>What decides whether a program starts as well: programs and libraries with their modes, and where loaders look.</summary>
    Programs,

    /// <summary>Files and the content of those that are kept as well.</summary>
    All,
}
