using System.Text;
using Containerize.Debian.Model;
using Containerize.Debian.Packaging;
using Containerize.Layers.Entries;
using Containerize.Trees;

namespace Containerize.Debian.Rootfs;

/// <summary>The files of a base image: what lies where, and of which package it is. Packages on top must take the place of none.</summary>
internal sealed class BaseFiles
{
    private const string List = ".list";
    private const string Md5Sums = ".md5sums";

    // Two packages may have the same file: one of them diverts it.
    private readonly Dictionary<string, List<InstalledPackage>> _owners = new(StringComparer.Ordinal);

    /// <summary>What lies where.</summary>
    internal required ImageTree Tree { get; init; }

    /// <summary>The files that packages of the base divert.</summary>
    internal IReadOnlyList<Diversion> Diversions { get; init; } = [];

    /// <summary>Adds what a package of the base has.</summary>
    /// <param name="paths">Its files, links above them followed; directories may be among them.</param>
    internal void Add(InstalledPackage package, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            if (!_owners.TryGetValue(path, out var owners))
            {
                _owners[path] = owners = [];
            }

            owners.Add(package);
        }
    }

    /// <summary>Finds the package of the base that would lose a file to another package, as dpkg does.</summary>
    /// <param name="path">The file, links above it followed.</param>
    /// <param name="brought">The file as the package has it; diversions go by its path, and not by where links lead.</param>
    /// <param name="control">What the package that brings it says of itself.</param>
    /// <returns>The package; null when there is none, when one of the two diverts the file, or when the new one says that it replaces
    /// it.</returns>
    internal InstalledPackage? FindLoser(string path, LayerEntry brought, DebControl control)
    {
        if (!_owners.TryGetValue(path, out var owners) || Tree.Find(path) is { Type: LayerEntryType.Directory }
            || IsSameLink(path, brought))
        {
            return null;
        }

        var name = control.Field("Package");
        var replaced = Relation.Parse(control.Field("Replaces")).SelectMany(alternatives => alternatives).ToList();
        // The same package for another architecture has the same files.
        return owners.Find(owner => owner.Name != name
            && !Diversions.Any(diversion => diversion.Path == brought.Path
                && (diversion.Package == owner.Name || diversion.Package == name))
            && !replaced.Exists(relation => relation.Name == owner.Name && relation.Accepts(owner.Version)));
    }

    // Packages may share a link to a directory as they share the directory.
    private bool IsSameLink(string path, LayerEntry brought) => brought.Type == LayerEntryType.SymbolicLink
        && Tree.Find(path)?.LinkTarget == brought.LinkTarget
        && Tree.Find(Tree.Resolve(path, followLast: true)) is { Type: LayerEntryType.Directory };

    /// <summary>
    /// Reads which files a package has from what dpkg notes of it: its list, or the sums that are kept where there are no lists.
    /// </summary>
    /// <param name="file">The name of dpkg's file: <c>libc6:amd64.list</c>, <c>libc6.md5sums</c>.</param>
    /// <returns>The package's name, and its files, relative to the root; null when the file is none of these.</returns>
    internal static (string Package, IEnumerable<string> Paths)? ReadNotes(string file, byte[] content)
    {
        var name = Path.GetFileName(file);
        var lines = Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return name.EndsWith(List, StringComparison.Ordinal) ? (name[..^List.Length]
            .Split(':')[0], lines.Select(line => line.TrimStart('/')))
            : name.EndsWith(Md5Sums, StringComparison.Ordinal)
                ? (name[..^Md5Sums.Length], lines.Select(line => line.Split("  ", 2)).Where(parts => parts.Length == 2)
                    .Select(parts => parts[1]))
            : null;
    }
}

/// <summary>A file that dpkg puts elsewhere, unless it is of the package that wants it so.</summary>
/// <param name="Path">Where packages have it.</param>
/// <param name="Target">Where it goes.</param>
/// <param name="Package">The package that has its own in its place; <c>:</c> for none.</param>
/// <remarks>The manual page <i>dpkg-divert(1)</i>.</remarks>
internal sealed record Diversion(string Path, string Target, string Package)
{
    /// <summary>Reads dpkg's file <c>diversions</c>: three lines for each.</summary>
    internal static IReadOnlyList<Diversion> ReadAll(string text) =>
        [.. text.Split('\n').Chunk(3).Where(lines => lines.Length == 3)
            .Select(lines => new Diversion(lines[0].TrimStart('/'), lines[1].TrimStart('/'), lines[2]))];
}
