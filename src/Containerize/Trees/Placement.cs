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

    /// <summary>Fits entries to the base.</summary>
    /// <param name="owned">Paths of entries whose owner the user chose.</param>
    /// <param name="read">Reads the base's config, and the tree of the base with the layers of others on it. It is read for the first layer
    /// that is placed: what follows is the project's own.</param>
    /// <returns>The entries as they are to be written, with the directories above them where those have a mode or owner of their
    /// own.</returns>
    /// <exception cref="ContainerizeException">
    /// <see cref="DiagnosticCode.UnknownUser"/>, <see cref="DiagnosticCode.DuplicatePath"/>, or what the base's source says.
    /// </exception>
    internal async Task<IReadOnlyList<LayerEntry>> PlaceAsync(
        IReadOnlyList<LayerEntry> entries, IReadOnlySet<string> owned, Func<Task<(ImageConfig Config, ImageTree Tree)>> read)
    {
        Task<Ground> preparing;
        lock (_lock)
        {
            preparing = _ground ??= PrepareAsync(read);
        }

        var ground = await preparing;
        var placed = new List<LayerEntry>();
        var above = new Dictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            var path = ground.Tree.Resolve(entry.Path, followLast: entry.Type == LayerEntryType.Directory);
            if (entry.Type == LayerEntryType.Directory)
            {
                above[path] = ground.DirectoryAt(path) ?? entry with { Path = path };
            }
            else if (ground.Tree.Find(path) is { Type: LayerEntryType.Directory })
            {
                throw new ContainerizeException(
                    DiagnosticCode.DuplicatePath,
                    $"{entry.Origin} would take the place of the directory '/{path}' of the base image. To put it into the directory, " +
                    $"end its path with '/'.");
            }
            else
            {
                placed.Add(ground.OwnerBelow(path) is { } owner
                    && !owned.Contains(entry.Path)
                    ? entry with { Path = path, UserId = owner.UserId, GroupId = owner.GroupId }
                    : entry with { Path = path });
            }

            for (var slash = path.LastIndexOf('/'); slash > 0
                && !above.ContainsKey(path[..slash]); slash = path.LastIndexOf('/', slash - 1))
            {
                if (ground.DirectoryAt(path[..slash]) is { } directory)
                {
                    above[directory.Path] = directory;
                }
            }
        }

        return [.. placed, .. above.Values];
    }

    private async Task<Ground> PrepareAsync(Func<Task<(ImageConfig Config, ImageTree Tree)>> read)
    {
        var (config, tree) = await read();
        var runsAs = EnvironmentInference.User(EnvironmentInference.Merge(config, environment), user) ?? config.User;
        var declared = new Dictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var directory in directories)
        {
            var owner = tree.IsWindows ? Owner.Root : directory.Owner ?? tree.Users.Find(runsAs) ?? throw new ContainerizeException(
                DiagnosticCode.UnknownUser,
                $"The image runs as '{runsAs}', whom its /etc/passwd and /etc/group do not know, so '/{directory.Path}' has no owner. " +
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

        return new Ground(tree, declared);
    }

    private sealed record Ground(ImageTree Tree, Dictionary<string, LayerEntry> Declared)
    {
        internal LayerEntry? DirectoryAt(string path) => Declared.GetValueOrDefault(path)
            ?? (OwnerBelow(path) is { } owner
                ? new LayerEntry
                {
                    Path = path,
                    Type = LayerEntryType.Directory,
                    Mode = FileModes.Executable,
                    UserId = owner.UserId,
                    GroupId = owner.GroupId,
                }
                : OfTree(path));

        private LayerEntry? OfTree(string path) => Tree.Find(path) is { Type: LayerEntryType.Directory } directory
            ? new LayerEntry
            {
                Path = path,
                Type = LayerEntryType.Directory,
                Mode = directory.Mode,
                UserId = directory.Owner.UserId,
                GroupId = directory.Owner.GroupId,
                SecurityDescriptor = directory.SecurityDescriptor,
            }
            : null;

        internal Owner? OwnerBelow(string path)
        {
            for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
            {
                if (Declared.TryGetValue(path[..slash], out var directory))
                {
                    return new Owner(directory.UserId, directory.GroupId);
                }
            }

            return null;
        }
    }
}
