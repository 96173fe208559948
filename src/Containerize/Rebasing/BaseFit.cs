using Containerize.Files;
using Containerize.Images;
using Containerize.Inputs;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Trees;

namespace Containerize.Rebasing;

/// <summary>
/// Whether layers that were made for one base are those that would be made for another one: what they took from it has to be the same
/// there.
/// </summary>
/// <param name="before">The tree of the base that the layers were made for.</param>
/// <param name="onto">The tree of the other base.</param>
/// <param name="names">What both are called.</param>
internal sealed class BaseFit(ImageTree before, ImageTree onto, BaseNames names)
{
    private const string Packages = "packages of the system, which were chosen for";

    /// <summary>Where layers have what was made from the base's own; a directory ends with a slash.</summary>
    private static readonly (string Path, string What)[] s_fitted =
    [
        ("var/lib/dpkg/", Packages),
        ("lib/apk/", Packages),
        ("usr/lib/apk/", Packages),
        ("var/lib/rpm/", Packages),
        ("usr/lib/sysimage/rpm/", Packages),
        .. KeptFiles.MoreCertificates.Append(KeptFiles.CertificateBundle)
            .Select(path => (path, "a list of certificate authorities, which holds those of")),
    ];

    /// <summary>Files that commands of a Dockerfile change; a build puts there what the project has.</summary>
    private static readonly (string Path, string What)[] s_changed =
    [
        (UserDatabase.Users, "a list of users, which was made from that of"),
        (UserDatabase.Groups, "a list of groups, which was made from that of"),
        ("etc/shadow", "a list of users, which was made from that of"),
        (KeptFiles.LoaderCache, "the loader's list of libraries, which names those of"),
    ];

    private readonly Dictionary<string, string> _movedLinks = MovedLinks(before, onto);

    /// <summary>Refuses layers that would be others on the new base.</summary>
    /// <param name="part">The layers.</param>
    /// <param name="files">Their entries.</param>
    /// <param name="users">The users that the image runs as, on each base.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.LayerFittedToBase"/> or
    /// <see cref="DiagnosticCode.OtherOwner"/>.</exception>
    internal void Require(OwnPart part, OwnFiles files, (string Before, string Onto) users)
    {
        var fitted = part.IsOfBuild ? s_fitted : [.. s_fitted, .. s_changed];
        foreach (var (layer, entry) in files.Entries)
        {
            var found = entry.Type == LayerEntryType.Directory ? default : fitted.FirstOrDefault(known => known.Path.EndsWith('/')
                ? entry.Path.StartsWith(known.Path, StringComparison.Ordinal) : entry.Path == known.Path);
            if (found.What is { } what)
            {
                throw Fitted(part.Layers[layer], $"has '/{entry.Path}': {what} {names.Before}");
            }

            if ((ChangeAt(entry) ?? NewOwnerAt(entry, part.Layers[layer])) is { } change)
            {
                throw Fitted(part.Layers[layer], change);
            }
        }

        RequireOwners(files, users);
    }

    /// <summary>Refuses layers for Windows, unless nothing in them can come from the base: its trees are not compared.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.LayerFittedToBase"/>.</exception>
    internal static void RequireIndependent(OwnPart part, BaseNames names)
    {
        var fitted = part.Layers.FirstOrDefault(layer =>
            NameOf(layer) is not { } name || name.Split('+').Any(one => one is not ("runtime" or "dependencies" or "content" or "app")));
        if (fitted is not null)
        {
            throw Fitted(fitted, $"may have been fitted to {names.Before}, which cannot be told for Windows");
        }
    }

    // The root is every image's own.
    private Message? ChangeAt(LayerEntry entry)
    {
        var isDirectory = entry.Type == LayerEntryType.Directory;
        var (was, now) = (before.Resolve(entry.Path, isDirectory), onto.Resolve(entry.Path, isDirectory));
        if (was != now)
        {
            return (Message)$"has '/{entry.Path}', which is '/{was}' on {names.Before} and '/{now}' on {names.Onto}";
        }

        for (var slash = entry.Path.LastIndexOf('/'); slash > 0; slash = entry.Path.LastIndexOf('/', slash - 1))
        {
            if (_movedLinks.TryGetValue(entry.Path[..slash], out var link))
            {
                return (Message)$"has '/{entry.Path}', to which '/{link}' leads on {names.Before} and not on {names.Onto}";
            }
        }

        var (old, other) = (before.Find(was), onto.Find(now));
        if (!isDirectory)
        {
            if (other?.Type == LayerEntryType.Directory && old?.Type != LayerEntryType.Directory)
            {
                return (Message)$"has '/{entry.Path}', which is a directory on {names.Onto}";
            }

            return null;
        }

        var (ownOld, ownNew) = (PermissionsOf(old), PermissionsOf(other));
        if (ownOld != ownNew)
        {
            return (Message)
                $"has the directory '/{entry.Path}', which has {Describe(ownOld)} on {names.Before} and {Describe(ownNew)} on {names.Onto}";
        }

        // Not in one expression with the sentences: a null would become an empty one.
        return null;
    }

    // The owner of an item is that of the directories that it makes, and not of those that a base has.
    private Message? NewOwnerAt(LayerEntry entry, Layer layer)
    {
        if (entry.Type != LayerEntryType.Directory || new Owner(entry.UserId, entry.GroupId) == Owner.Root
            || NameOf(layer)?.Split('+').Contains(LayerOrder.Files) != true
            || Has(before, entry.Path) || !Has(onto, entry.Path))
        {
            return null;
        }

        return (Message)$"has the directory '/{entry.Path}' with the owner {entry.UserId}:{entry.GroupId}, and {names.Onto} has its own";

        static bool Has(ImageTree tree, string path) => tree.Find(tree.Resolve(path, followLast: true)) is not null;
    }

    private void RequireOwners(OwnFiles files, (string Before, string Onto) users)
    {
        var (was, now) = (before.Users.OwnerFor(users.Before), onto.Users.OwnerFor(users.Onto));
        foreach (var (_, entry) in files.Entries.DistinctBy(each => (each.Entry.UserId, each.Entry.GroupId)))
        {
            var isUsers = was is { } owner && ((entry.UserId != 0 && entry.UserId == owner.UserId)
                || (entry.GroupId != 0 && entry.GroupId == owner.GroupId));
            if (isUsers && was != now)
            {
                throw new ContainerizeException(
                    DiagnosticCode.OtherOwner,
                    $"'/{entry.Path}' belongs to {entry.UserId}:{entry.GroupId}, the user of the image ('{users.Before}' on "
                    + $"{names.Before}). On {names.Onto} the image would run as '{users.Onto}', "
                    + $"{(now is { } known ? $"which is {known.UserId}:{known.GroupId}" : "whom it does not know")}. "
                    + $"Build the image on that base, or set ContainerUser to a number.");
            }

            if (before.Users.NameOf(entry.UserId) is { } name && onto.Users.Find(name) is { } other && other.UserId != entry.UserId)
            {
                throw new ContainerizeException(
                    DiagnosticCode.OtherOwner,
                    $"'/{entry.Path}' belongs to {entry.UserId}, which is '{name}' on {names.Before}. On {names.Onto} '{name}' is "
                    + $"{other.UserId}. Build the image on that base.");
            }
        }
    }

    private static ContainerizeException Fitted(Layer layer, Message why) => new(
        DiagnosticCode.LayerFittedToBase,
        $"The layer {(NameOf(layer) is { } name ? $"'{name}'" : $"{layer.Blob.Descriptor.Digest}")} of the image {why}. Under another base "
        + $"it would not be what a build makes. Build the image on that base.");

    private static string? NameOf(Layer layer) => layer.Annotations?.GetValueOrDefault(LayerAnnotations.Name);

    private static (UnixFileMode Mode, Owner Owner) PermissionsOf(TreeNode? node) =>
        node is { Type: LayerEntryType.Directory } ? (node.Mode, node.Owner) : (FileModes.Executable, Owner.Root);

    private static string Describe((UnixFileMode Mode, Owner Owner) own) =>
        $"the mode {Convert.ToString((int)own.Mode, 8)} and the owner {own.Owner.UserId}:{own.Owner.GroupId}";

    private static Dictionary<string, string> MovedLinks(ImageTree before, ImageTree onto)
    {
        var moved = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var link in LinksIn(before.Root, ""))
        {
            var target = before.Resolve(link, followLast: true);
            if (onto.Resolve(link, followLast: true) != target)
            {
                moved[target] = link;
            }
        }

        return moved;
    }

    private static IEnumerable<string> LinksIn(TreeNode directory, string prefix) => directory.Children!.Values.SelectMany(node =>
        node.Children is not null ? LinksIn(node, $"{prefix}{node.Name}/")
        : node.Type == LayerEntryType.SymbolicLink ? [$"{prefix}{node.Name}"]
        : Enumerable.Empty<string>());
}
