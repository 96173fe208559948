using System.Formats.Tar;
using System.Text;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>
/// The directories and links of a base image, and its users. Layers on top repeat the directories above their files; with another owner or
/// mode they would change the base's, and in the place of a link (<c>/bin</c> of a merged <c>/usr</c>) they would hide what is behind it.
/// </summary>
internal sealed class BaseTree : IBaseReader
{
    private const int MaxLinks = 40;
    private const int MaxUserFile = 1024 * 1024;
    private static readonly HashSet<string> s_none = [];

    private readonly Dictionary<string, LayerEntry> _nodes;
    private readonly bool _isWindows;
    private readonly Dictionary<string, string> _userFiles = new(StringComparer.Ordinal);

    private BaseTree(IEnumerable<LayerEntry> nodes, string users, string groups, bool isWindows)
    {
        _isWindows = isWindows;
        _nodes = nodes.ToDictionary(node => node.Path, isWindows ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        Users = UserDatabase.Parse(users, groups);
    }

    /// <summary>The tree of an image without files.</summary>
    internal static BaseTree Empty { get; } = new([], "", "", isWindows: false);

    /// <summary>The base's users and groups.</summary>
    internal UserDatabase Users { get; private set; }

    /// <summary>Reads all layers of a base. Those that are not on this machine are fetched.</summary>
    /// <param name="image">The base.</param>
    /// <param name="cache">May have layers that the image knows in a registry.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The tree.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>: a layer cannot be read; or what its source says.</exception>
    internal static async Task<BaseTree> ReadAsync(Image image, BlobStore cache, CancellationToken cancellationToken)
    {
        // The same layers have the same tree, which is found out once: unpacking them takes longer than all else in a build that changes nothing.
        var isWindows = image.Config.Platform.IsWindows;
        var memory = new BaseTreeMemory(cache, image.Layers.Select(layer => layer.Blob.Descriptor.Digest));
        if (memory.TryRead() is { } known)
        {
            return new BaseTree(known.Nodes, known.Users, known.Groups, isWindows);
        }

        var tree = new BaseTree([], "", "", isWindows);
        await BaseLayers.ReadAsync(image, cache, tree, cancellationToken);
        var (users, groups) = (tree._userFiles.GetValueOrDefault(UserDatabase.Users, ""), tree._userFiles.GetValueOrDefault(UserDatabase.Groups, ""));
        memory.Write(new KnownTree([.. tree._nodes.Values], users, groups));
        tree.Users = UserDatabase.Parse(users, groups);
        return tree;
    }

    /// <summary>The directory that the base has at a path; null when it has none.</summary>
    /// <param name="path">The path, resolved.</param>
    /// <returns>The directory with its mode and owner.</returns>
    internal LayerEntry? FindDirectory(string path) => _nodes.GetValueOrDefault(path) is { Type: LayerEntryType.Directory } directory ? directory : null;

    /// <summary>Follows the base's links among the directories of a path.</summary>
    /// <param name="path">Where something is to lie.</param>
    /// <param name="isDirectory">Whether it is a directory, whose own link is followed too.</param>
    /// <returns>Where it really lies.</returns>
    internal string Resolve(string path, bool isDirectory = false)
    {
        var rest = new Stack<string>(path.Split('/').Reverse());
        var done = new List<string>();
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part is "" or ".")
            {
                continue;
            }

            if (part == "..")
            {
                done.RemoveRange(Math.Max(0, done.Count - 1), Math.Min(1, done.Count));
                continue;
            }

            done.Add(part);
            var node = _nodes.GetValueOrDefault(string.Join('/', done));
            if (node is not null)
            {
                // On Windows it may be spelled in another way.
                done[^1] = node.Path[(node.Path.LastIndexOf('/') + 1)..];
            }

            if ((rest.Count == 0 && !isDirectory) || node is not { Type: LayerEntryType.SymbolicLink } link || ++links > MaxLinks)
            {
                continue;
            }

            done = link.LinkTarget!.StartsWith('/') ? [] : done[..^1];
            foreach (var target in link.LinkTarget.Split('/').Reverse())
            {
                rest.Push(target);
            }
        }

        return string.Join('/', done);
    }

    /// <inheritdoc/>
    public async ValueTask AddAsync(string path, TarEntry entry, CancellationToken cancellationToken)
    {
        Add(path, entry);
        if (path is UserDatabase.Users or UserDatabase.Groups && entry.DataStream is { Length: < MaxUserFile } content)
        {
            using var text = new StreamReader(content, Encoding.UTF8, leaveOpen: true);
            _userFiles[path] = await text.ReadToEndAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Remove(string path, IReadOnlySet<string> except)
    {
        if (_nodes.Remove(path, out var node) && node.Type == LayerEntryType.Directory)
        {
            RemoveBelow(path + "/", except);
        }
    }

    /// <inheritdoc/>
    public void RemoveBelow(string directory, IReadOnlySet<string> except)
    {
        foreach (var path in _nodes.Keys.Where(path => path.StartsWith(directory, StringComparison.Ordinal) && !except.Contains(path)).ToList())
        {
            _nodes.Remove(path);
        }
    }

    private void Add(string path, TarEntry entry)
    {
        switch (entry.EntryType)
        {
            case TarEntryType.Directory:
                _nodes[path] = new LayerEntry { Path = path, Type = LayerEntryType.Directory, Mode = entry.Mode, UserId = entry.Uid, GroupId = entry.Gid, SecurityDescriptor = DescriptorOf(entry) };
                break;
            // Links of Windows have targets of their own kind; nothing is put behind them.
            case TarEntryType.SymbolicLink when !_isWindows:
                Remove(path, s_none);
                _nodes[path] = new LayerEntry { Path = path, Type = LayerEntryType.SymbolicLink, Mode = entry.Mode, LinkTarget = entry.LinkName };
                break;
            default:
                Remove(path, s_none);
                break;
        }
    }

    private static string? DescriptorOf(TarEntry entry) => (entry as PaxTarEntry)?.ExtendedAttributes.GetValueOrDefault(WindowsEntries.DescriptorKey);
}
