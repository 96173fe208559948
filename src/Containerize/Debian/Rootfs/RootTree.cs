using Containerize.Debian.Model;
using Containerize.Debian.Packaging;
using Containerize.Files;
using Containerize.Layers.Entries;

namespace Containerize.Debian.Rootfs;

/// <summary>
/// The tree that packages are put into, as dpkg would: directories may be shared, files may not, and what lies behind a link goes to where
/// the link leads. With a merged <c>/usr</c>, <c>lib/x</c> of a package therefore becomes <c>usr/lib/x</c>; as it stands it would replace
/// the link, and nothing in the image would start any more. A directory that the base has keeps its mode and owner, also where a package
/// has a link in its place.
/// </summary>
internal sealed class RootTree
{
    private const string BaseImage = "the base image";

    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _diverted = new(StringComparer.Ordinal);

    /// <summary>What the base has; null when what matters of it is known.</summary>
    internal BaseFiles? Base { get; init; }

    /// <summary>What of the base decides what is written: what was said of it here, and what was found in it.</summary>
    internal FittedBase Fitted { get; } = FittedBase.OfNothing();

    /// <summary>Says that the base has a link to a directory.</summary>
    internal void AddBaseLink(string path, string target)
    {
        Fitted.Links[path] = target;
        _nodes[path] = new(LayerEntryType.SymbolicLink, target, BaseImage);
    }

    /// <summary>Says how the base has a directory.</summary>
    internal void AddBaseDirectory(string path, KeptDirectory kept) => Fitted.Directories[path] = kept;

    /// <summary>Says that the base puts a file of packages elsewhere.</summary>
    internal void AddBaseDiversion(string path, string target) => _diverted[path] = target;

    /// <summary>Puts an entry into the tree.</summary>
    /// <param name="entry">The entry; the target of a hard link is a path in the image, too.</param>
    /// <param name="owner">The package, for messages.</param>
    /// <param name="control">What the package says of itself; null when it is none of a package.</param>
    /// <returns>What is to be written, directories above it included; nothing when all of it is there already.</returns>
    /// <exception cref="ContainerizeException"> <see cref="DiagnosticCode.PackagePathClash"/>,
    /// <see cref="DiagnosticCode.PackageFileOverDirectory"/>, <see cref="DiagnosticCode.PackageFileOfBase"/> or
    /// <see cref="DiagnosticCode.PackageHardLink"/>.
    /// </exception>
    internal IEnumerable<LayerEntry> Add(LayerEntry entry, string owner, DebControl? control = null)
    {
        var path = Resolve(entry.Path, followLast: entry.Type == LayerEntryType.Directory, owner);
        if (path.Length == 0)
        {
            yield break;
        }

        if (_nodes.TryGetValue(path, out var existing) ? IsSame(existing, entry)
            : entry.Type == LayerEntryType.SymbolicLink && KeptAt(path, own: null) is not null)
        {
            yield break;
        }

        if (control is not null && entry.Type != LayerEntryType.Directory)
        {
            if (Base?.FindLoser(path, entry, control) is { } loser)
            {
                throw new ContainerizeException(
                    DiagnosticCode.PackageFileOfBase,
                    $"'/{path}' of {owner} is a file of {loser.Name} {loser.Version}, which the base image has. They cannot be installed " +
                    $"together, and the package does not say that it replaces the other; leave it out, or choose another base image.");
            }

            path = _diverted.TryGetValue(entry.Path, out var elsewhere) ? Resolve(elsewhere, followLast: false, owner) : path;
        }

        if (_nodes.TryGetValue(path, out existing))
        {
            throw Clash(path, existing, entry, owner);
        }

        foreach (var parent in AddParents(path, owner))
        {
            yield return parent;
        }

        var target = entry.Type == LayerEntryType.HardLink ? ResolveHardLink(path, entry.LinkTarget!, owner) : entry.LinkTarget;
        Place(path, new(entry.Type, target, owner));
        yield return Fit(entry with { Path = path, LinkTarget = target });
    }

    /// <summary>Whether something lies at a path.</summary>
    /// <param name="path">The path; links above it are followed.</param>
    internal bool Contains(string path) => _nodes.ContainsKey(Resolve(path, followLast: false, "the base"));

    private static bool IsSame(Node existing, LayerEntry entry) => (existing.Type, entry.Type) switch
    {
        (LayerEntryType.Directory, LayerEntryType.Directory) => true,
        // dpkg keeps a directory that is there, too.
        (LayerEntryType.Directory, LayerEntryType.SymbolicLink) => true,
        (LayerEntryType.SymbolicLink, LayerEntryType.SymbolicLink) => existing.Target!.TrimStart('/') == entry.LinkTarget!.TrimStart('/'),
        _ => false,
    };

    private IEnumerable<LayerEntry> AddParents(string path, string owner)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            var parent = path[..slash];
            if (!_nodes.TryGetValue(parent, out var node))
            {
                Place(parent, new(LayerEntryType.Directory, null, owner));
                yield return Fit(new LayerEntry { Path = parent, Type = LayerEntryType.Directory, Mode = FileModes.Executable });
            }
            else if (node.Type != LayerEntryType.Directory)
            {
                throw new ContainerizeException(
                    DiagnosticCode.PackageFileOverDirectory,
                    $"'/{parent}' is a file of {node.Owner} and a directory of {owner} ('/{path}'). Leave one of the packages out.");
            }
        }
    }

    /// <summary>The entry as the base has it, if it is one of its directories.</summary>
    private LayerEntry Fit(LayerEntry entry) => entry.Type == LayerEntryType.Directory
        && KeptAt(entry.Path, new(entry.Mode, entry.UserId, entry.GroupId)) is { } kept
            ? entry with { Mode = kept.Mode, UserId = kept.UserId, GroupId = kept.GroupId } : entry;

    /// <summary>The directory that the base has at a path, and that is not as the packages have it.</summary>
    /// <param name="own">How they have it; null for what is no directory.</param>
    private KeptDirectory? KeptAt(string path, KeptDirectory? own)
    {
        if (Base?.Tree.Find(path) is { Type: LayerEntryType.Directory } there
            && new KeptDirectory(there.Mode, there.Owner.UserId, there.Owner.GroupId) is var kept && kept != own)
        {
            AddBaseDirectory(path, kept);
        }

        return Fitted.Directories.GetValueOrDefault(path);
    }

    private void Place(string path, Node node)
    {
        if (Base?.Tree.Find(path) is { Type: var there } && there != node.Type
            && (there == LayerEntryType.Directory || node.Type == LayerEntryType.Directory))
        {
            throw Replaces(path, new(there, null, BaseImage), node.Owner);
        }

        _nodes.Add(path, node);
    }

    /// <summary>Follows links as the kernel would.</summary>
    private string Resolve(string path, bool followLast, string owner) =>
        UnixPath.Resolve(path, followLast, LinkAt)
        ?? throw new ContainerizeException(
            DiagnosticCode.PackagePath,
            $"'/{path}' of {owner} lies behind links that lead in a circle. Leave the package out.");

    private string? LinkAt(string path)
    {
        if (!_nodes.ContainsKey(path) && Base?.Tree.Find(path)?.LinkTarget is { } target)
        {
            AddBaseLink(path, target);
        }

        return _nodes.TryGetValue(path, out var node) && node.Type == LayerEntryType.SymbolicLink ? node.Target : null;
    }

    private string ResolveHardLink(string path, string target, string owner)
    {
        var resolved = Resolve(_diverted.GetValueOrDefault(target, target), followLast: false, owner);
        return _nodes.TryGetValue(resolved, out var node) && node.Type is LayerEntryType.File or LayerEntryType.HardLink
            && node.Owner == owner
            ? node.Target ?? resolved
            : throw new ContainerizeException(
                DiagnosticCode.PackageHardLink,
                $"'/{path}' of {owner} is a hard link to '{target}', which is no file that the package brought before it. Nothing was " +
                $"made from it; leave the package out, or ask its maintainer.");
    }

    private static ContainerizeException Clash(string path, Node existing, LayerEntry entry, string owner)
    {
        return existing.Type == LayerEntryType.Directory || entry.Type == LayerEntryType.Directory
            ? Replaces(path, existing, owner)
            : new(
            DiagnosticCode.PackagePathClash,
            $"'/{path}' is a file of two packages: {existing.Owner} and {owner}. They cannot be installed together, and neither says " +
            $"that it replaces the other; leave one of them out.");
    }

    private static ContainerizeException Replaces(string path, Node existing, string owner)
    {
        var (directory, other) = existing.Type == LayerEntryType.Directory ? (existing.Owner, owner) : (owner, existing.Owner);
        return new(
            DiagnosticCode.PackageFileOverDirectory,
            $"'/{path}' is a directory of {directory} and a file of {other}; one would take the place of the other. Leave " +
            $"{(existing.Owner == BaseImage ? "the package out, or choose another base image" : "one of the packages out")}.");
    }

    private readonly record struct Node(LayerEntryType Type, string? Target, string Owner);
}
