using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers.Entries;

namespace Containerize.Trees;

/// <summary>
/// Fits entries to the base that they will lie on: directories that the base has keep its mode and owner, its links are followed, and
/// writable directories, with what is in them, belong to the user that the image runs as. On Windows all may write to what this project
/// makes.
/// </summary>
/// <param name="directories">The directories that the app may write to.</param>
/// <param name="user">The user that the project chose; null for the base's.</param>
/// <param name="environment">The variables that the project sets.</param>
internal sealed class Placement(IReadOnlyList<WritableDirectory> directories, string? user, IReadOnlyDictionary<string, string> environment)
{
    private readonly Lock _lock = new();
    private Task<Ground>? _ground;

    /// <summary>
    /// Directories that the project adds with an owner: what layer one is in, that is its owner, but where the base has it, or published
    /// files are in it. Of several the first counts.
    /// </summary>
    internal IReadOnlyList<AddedFile> Owned { get; init; } = [];

    /// <summary>The directories that published files are in.</summary>
    internal IReadOnlyList<string> App { get; init; } = [];

    /// <summary>The owner that the project chose for them, which counts more than the base's; null where it chose none.</summary>
    internal Owner? AppOwner { get; init; }

    /// <summary>Whether most bases leave entries as they are, so that it is worth making a layer before the base is known.</summary>
    internal bool IsMostlyIdle => directories.Count + Owned.Count == 0;

    /// <summary>
    /// Begins to read the base, once for all layers. The first layer decides what is read: what follows it is the project's own.
    /// </summary>
    /// <param name="read">Reads the base's config, and the tree of the base with the layers of others on it.</param>
    internal void Begin(Func<Task<(ImageConfig Config, ImageTree Tree)>> read) => _ = GroundAsync(read);

    /// <summary>Fits entries to the base.</summary>
    /// <param name="owned">Paths of entries whose owner the user chose.</param>
    /// <param name="read">Reads the base, see <see cref="Begin"/>.</param>
    /// <returns> The entries as they are to be written, with the directories above them where those have a mode or owner of their own. The
    /// same list when the layer would have the same bytes.
    /// </returns>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.UnknownUser"/>, <see cref="DiagnosticCode.DuplicatePath"/>, or
    /// what the base's source says.
    /// </exception>
    internal async Task<IReadOnlyList<LayerEntry>> PlaceAsync(
        IReadOnlyList<LayerEntry> entries, IReadOnlySet<string> owned, Func<Task<(ImageConfig Config, ImageTree Tree)>> read)
    {
        var ground = await GroundAsync(read);
        var placed = new List<LayerEntry>();
        var above = new Dictionary<string, LayerEntry>(StringComparer.Ordinal);
        var isChanged = false;
        foreach (var entry in entries.Where(entry => entry.Type == LayerEntryType.Directory))
        {
            var path = ground.Resolve(entry.Path, followLast: true);
            above[path] = ground.DirectoryAt(path) ?? entry with { Path = path };
            isChanged |= above[path] != entry;
        }

        foreach (var entry in entries)
        {
            var path = ground.Resolve(entry.Path, followLast: entry.Type == LayerEntryType.Directory);
            if (entry.Type == LayerEntryType.Directory)
            {
                // It is there, but not yet those above it.
            }
            else if (ground.Tree.Find(path) is { Type: LayerEntryType.Directory })
            {
                throw new ContainerizeException(
                    DiagnosticCode.DuplicatePath,
                    $"{entry.Origin} would take the place of the directory '/{path}' of the base image. To put a ContainerizeFile into " +
                    $"the directory, "
                    + $"end its TargetPath with '/'; publish a file under another name, or choose another ContainerWorkingDirectory.");
            }
            else
            {
                var owner = ground.OwnerBelow(path) is { } below && !owned.Contains(entry.Path)
                    ? below
                    : new Owner(entry.UserId, entry.GroupId);
                placed.Add(entry with { Path = path, UserId = owner.UserId, GroupId = owner.GroupId });
                isChanged |= path != entry.Path || owner != new Owner(entry.UserId, entry.GroupId);
            }

            for (var slash = path.LastIndexOf('/'); slash > 0
                && !above.ContainsKey(path[..slash]); slash = path.LastIndexOf('/', slash - 1))
            {
                if (ground.DirectoryAt(path[..slash]) is { } directory)
                {
                    above[directory.Path] = directory;
                    // Those without a name are written like this.
                    isChanged |= directory is not { Mode: FileModes.Executable, UserId: 0, GroupId: 0, SecurityDescriptor: null };
                }
            }
        }

        return isChanged ? [.. placed, .. above.Values] : entries;
    }

    private Task<Ground> GroundAsync(Func<Task<(ImageConfig Config, ImageTree Tree)>> read)
    {
        lock (_lock)
        {
            return _ground ??= PrepareAsync(read);
        }
    }

    private async Task<Ground> PrepareAsync(Func<Task<(ImageConfig Config, ImageTree Tree)>> read)
    {
        var (config, tree) = await read();
        var runsAs = EnvironmentInference.User(EnvironmentInference.Merge(config, environment), user) ?? config.User;
        var declared = new Dictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            var owner = tree.IsWindows ? Owner.Root : directory.Owner ?? tree.Users.OwnerFor(runsAs) ?? throw new ContainerizeException(
                DiagnosticCode.UnknownUser,
                $"The image runs as '{runsAs}', which is not in its /etc/passwd and /etc/group, so '/{directory.Path}' has no owner. " +
                $"Give ContainerizeWritableDirectory an Owner, like \"1654:1654\".");
            var path = tree.Resolve(directory.Path, followLast: true);
            declared[path] = new LayerEntry
            {
                Path = path,
                Type = LayerEntryType.Directory,
                Mode = directory.Mode,
                UserId = owner.UserId,
                GroupId = owner.GroupId,
            };
        }

        var app = App.Select(path => tree.Resolve(path, followLast: true)).ToHashSet(StringComparer.Ordinal);
        var owners = new Dictionary<string, Owner>(StringComparer.Ordinal);
        foreach (var directory in Owned)
        {
            var path = tree.Resolve(directory.Path, followLast: true);
            // What the base or the app has is not the item's to give away.
            if (!app.Contains(path) && tree.Find(path) is null)
            {
                owners.TryAdd(path, directory.Owner!.Value);
            }
        }

        return new Ground(tree, declared, owners, AppOwner is { } chosen ? app.ToDictionary(path => path, _ => chosen) : []);
    }

    /// <summary>What entries lie on.</summary>
    /// <param name="tree">The base.</param>
    /// <param name="declared">The directories that the app may write to.</param>
    /// <param name="items">The owners of directories that items make.</param>
    /// <param name="app">The owners of the app's directories where the project chose one.</param>
    private sealed class Ground(
        ImageTree tree, Dictionary<string, LayerEntry> declared, Dictionary<string, Owner> items, Dictionary<string, Owner> app)
    {
        // Many files lie in few directories. Layers are placed one after the other.
        private readonly Dictionary<string, string> _resolved = new(StringComparer.Ordinal);

        internal ImageTree Tree => tree;

        internal string Resolve(string path, bool followLast)
        {
            if (followLast || path.LastIndexOf('/') is not (> 0 and var slash))
            {
                return tree.Resolve(path, followLast);
            }

            if (!_resolved.TryGetValue(path[..slash], out var directory))
            {
                _resolved[path[..slash]] = directory = tree.Resolve(path[..slash], followLast: true);
            }

            return tree.Resolve($"{directory}{path[slash..]}", followLast: false);
        }

        internal LayerEntry? DirectoryAt(string path)
        {
            if (declared.TryGetValue(path, out var chosen))
            {
                return chosen;
            }

            if ((items.TryGetValue(path, out var made) ? made : OwnerBelow(path)) is { } owner)
            {
                return Directory(path, FileModes.Executable, owner);
            }

            // An owner that the project chose (ContainerizeFileOwner) counts more than the base's.
            var old = DirectoryOfBase(path);
            return (app.TryGetValue(path, out var own) ? own : old?.Owner) is { } its
                ? Directory(path, old?.Mode ?? FileModes.Executable, its) with { SecurityDescriptor = old?.SecurityDescriptor }
                : null;
        }

        private TreeNode? DirectoryOfBase(string path) =>
            tree.Find(path) is { Type: LayerEntryType.Directory } directory ? directory : null;

        private static LayerEntry Directory(string path, UnixFileMode mode, Owner owner) => new()
        {
            Path = path,
            Type = LayerEntryType.Directory,
            Mode = mode,
            UserId = owner.UserId,
            GroupId = owner.GroupId,
        };

        internal Owner? OwnerBelow(string path)
        {
            for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                if (declared.TryGetValue(path[..slash], out var directory))
                {
                    return new Owner(directory.UserId, directory.GroupId);
                }
            }

            return null;
        }
    }
}
