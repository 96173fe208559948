using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;

namespace Containerize.Layers;

/// <summary>
/// Puts entries into the one order in which they are written, completes their directories and refuses what cannot be one tree.
/// </summary>
internal static class EntryOrder
{
    // In bytes, what Linux takes (NAME_MAX, and PATH_MAX with the zero at the end). Windows counts characters, and takes longer paths.
    private const int LongestName = 255;
    private const int LongestPath = 4095;

    /// <summary>The entries as a layer has them: for Windows in their own place, then sorted.</summary>
    internal static IReadOnlyList<LayerEntry> Arrange(IEnumerable<LayerEntry> entries, LayerOptions options) =>
        Arrange(options.IsWindows ? WindowsTree.Of(entries) : entries, options.IsWindows);

    /// <summary>Sorts by ordinal path, which puts every directory before what it holds.</summary>
    /// <param name="entries">The entries.</param>
    /// <param name="isWindows">Whether Windows unpacks them, and not Linux.</param>
    internal static IReadOnlyList<LayerEntry> Arrange(IEnumerable<LayerEntry> entries, bool isWindows)
    {
        var tree = new Dictionary<string, LayerEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            CheckPath(entry, isWindows);
            CheckContent(entry);
            if (!tree.TryAdd(entry.Path, entry) && !IsSameDirectory(tree[entry.Path], entry))
            {
                throw Duplicate(entry.Path, tree[entry.Path], entry);
            }
        }

        foreach (var entry in tree.Values.ToArray())
        {
            AddParents(tree, entry);
        }

        var ordered = tree.Values.ToArray();
        Array.Sort(ordered, static (x, y) => string.CompareOrdinal(x.Path, y.Path));
        return ordered;
    }

    private static void AddParents(Dictionary<string, LayerEntry> tree, LayerEntry entry)
    {
        for (var slash = entry.Path.LastIndexOf('/'); slash > 0; slash = entry.Path.LastIndexOf('/', slash - 1))
        {
            var path = entry.Path[..slash];
            if (tree.TryGetValue(path, out var parent))
            {
                if (parent.Type != LayerEntryType.Directory)
                {
                    throw new ContainerizeException(
                        DiagnosticCode.DuplicatePath,
                        $"'/{path}' would be both {parent.Origin} and the directory of '/{entry.Path}' ({entry.Origin}). Give one of " +
                        $"them another path in the image.");
                }

                // The entry before has completed the directories above.
                return;
            }

            tree.Add(path, new LayerEntry { Path = path, Type = LayerEntryType.Directory, Mode = FileModes.Executable });
        }
    }

    private static bool IsSameDirectory(LayerEntry x, LayerEntry y) =>
        x.Type == LayerEntryType.Directory && y.Type == LayerEntryType.Directory && x.Mode == y.Mode && x.UserId == y.UserId
            && x.GroupId == y.GroupId;

    private static void CheckPath(LayerEntry entry, bool isWindows)
    {
        foreach (var part in entry.Path.AsSpan().Split('/'))
        {
            if (entry.Path.AsSpan(part) is "" or "." or "..")
            {
                throw InvalidPath(entry, "parts must not be empty, '.' or '..'");
            }
        }

        Whiteout.Refuse(entry);
        if (entry.Path.Contains('\0', StringComparison.Ordinal))
        {
            throw InvalidPath(entry, "it has a NUL character");
        }

        if (!isWindows)
        {
            CheckLength(entry);
        }

        for (var i = 0; i < entry.Path.Length; i++)
        {
            if (char.IsSurrogate(entry.Path[i]) && !(i + 1 < entry.Path.Length && char.IsSurrogatePair(entry.Path[i], entry.Path[++i])))
            {
                throw InvalidPath(entry, "it is not valid Unicode");
            }
        }
    }

    private static void CheckLength(LayerEntry entry)
    {
        var length = Encoding.UTF8.GetByteCount(entry.Path);
        if (length <= LongestName)
        {
            return;
        }

        if (length > LongestPath)
        {
            throw InvalidPath(entry, $"it has {length} bytes, and Linux takes {LongestPath}");
        }

        foreach (var part in entry.Path.AsSpan().Split('/'))
        {
            if (Encoding.UTF8.GetByteCount(entry.Path.AsSpan(part)) is > LongestName and var name)
            {
                throw InvalidPath(entry, $"a name in it has {name} bytes, and Linux takes {LongestName}");
            }
        }
    }

    private static void CheckContent(LayerEntry entry)
    {
        var valid = entry.Type switch
        {
            LayerEntryType.File => entry.SourcePath is null != entry.Content is null && entry.Size >= 0,
            LayerEntryType.SymbolicLink =>
                !string.IsNullOrEmpty(entry.LinkTarget) && !entry.LinkTarget.Contains('\0', StringComparison.Ordinal),
            _ => true,
        };
        if (!valid)
        {
            throw new ArgumentException(
                $"The entry '{entry.Path}' needs either a source or content if it is a file, and a target if it is a link.", nameof(entry));
        }
    }

    private static ContainerizeException InvalidPath(LayerEntry entry, string why) => new(
        DiagnosticCode.InvalidPath,
        $"'{Printable.Clean(entry.Path)}' ({entry.Origin}) cannot be a path in the image: {why}. Paths are relative to the root of the " +
        $"image, with '/' between their parts.");

    private static ContainerizeException Duplicate(string path, LayerEntry first, LayerEntry second) => new(
        DiagnosticCode.DuplicatePath,
        $"Two entries want the path '/{Printable.Clean(path)}' in the image: {first.Origin} and {second.Origin}. Leave one out, or give " +
        $"it another path.");
}
