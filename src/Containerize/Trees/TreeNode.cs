using Containerize.Layers.Entries;
using Containerize.Programs;

namespace Containerize.Trees;

/// <summary>A file, directory or link of an image. A directory has its children in it.</summary>
internal sealed class TreeNode
{
    private readonly StringComparer _names;

    /// <summary>Creates a node.</summary>
    /// <param name="type">What it is. Devices, pipes and hard links count as files.</param>
    /// <param name="names">How names are compared: Windows does not tell upper from lower case.</param>
    internal TreeNode(LayerEntryType type, StringComparer names)
    {
        _names = names;
        Type = type;
        Children = type == LayerEntryType.Directory ? new Dictionary<string, TreeNode>(names) : null;
    }

    /// <summary>The mode of a directory that no layer names, though it has something in it.</summary>
    internal static UnixFileMode ImpliedMode { get; } = (UnixFileMode)0b111_101_101;

    /// <summary>What it is.</summary>
    internal LayerEntryType Type { get; }

    /// <summary>What is in the directory, by name; null for what is none.</summary>
    internal Dictionary<string, TreeNode>? Children { get; private set; }

    /// <summary>Its name in the spelling of the image.</summary>
    internal string Name { get; init; } = "";

    /// <summary>Its permissions. Those of a file are known where programs were asked for, and it is one.</summary>
    internal UnixFileMode Mode { get; init; } = ImpliedMode;

    /// <summary>Who owns it.</summary>
    internal Owner Owner { get; init; } = Owner.Root;

    /// <summary>Where a link leads.</summary>
    internal string? LinkTarget { get; init; }

    /// <summary>The security descriptor of a directory on Windows.</summary>
    internal string? SecurityDescriptor { get; init; }

    /// <summary>The content of a file, which all hard links to it share.</summary>
    internal FileContent? File { get; init; }

    /// <summary>The content of the few files that are asked for; null for the rest.</summary>
    internal byte[]? Content => File?.Bytes;

    /// <summary>The number of the layer that has it, from the bottom; -1 when that is not known any more.</summary>
    internal int Layer { get; init; } = -1;

    /// <summary>Takes over what is in a directory that this one replaces.</summary>
    internal void Join(TreeNode old) => Children = old.Children;

    /// <summary>Removes what lower layers have in this directory.</summary>
    /// <param name="layer">The layer whose own entries stay, and the directories above them.</param>
    internal void RemoveOlder(int layer)
    {
        foreach (var name in Children?.Keys.ToList() ?? [])
        {
            RemoveOlder(name, layer);
        }
    }

    /// <summary>Removes what lower layers have at a name in this directory.</summary>
    /// <param name="layer">The layer whose own entries stay, and the directories above them.</param>
    internal void RemoveOlder(string name, int layer)
    {
        if (Children is not null && Children.TryGetValue(name, out var child))
        {
            child.RemoveOlder(layer);
            if (child.Layer != layer && child.Children is not { Count: > 0 })
            {
                Children.Remove(name);
            }
        }
    }

    /// <summary>A second name for this file or link.</summary>
    internal TreeNode Link(string name, int layer) => new(Type, _names)
    {
        Name = name,
        Mode = Mode,
        Owner = Owner,
        LinkTarget = LinkTarget,
        File = File,
        Layer = layer,
    };
}

/// <summary>The content of a file in a tree.</summary>
/// <param name="path">Where its layer has it.</param>
/// <param name="layer">The number of that layer; -1 when that is not known any more.</param>
internal sealed class FileContent(string path, int layer)
{
    /// <summary>Where its layer has it.</summary>
    internal string Path => path;

    /// <summary>The number of that layer, from the bottom; -1 when that is not known any more.</summary>
    internal int Layer => layer;

    /// <summary>The bytes; null when they are not kept.</summary>
    internal byte[]? Bytes { get; set; }

    /// <summary>What it says of how it is started; null for what is no regular file, or was not looked into.</summary>
    internal ProgramFile? Program { get; init; }
}
