using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>What the cache knows of the tree of a base. Losing it costs time only.</summary>
/// <param name="cache">The cache.</param>
/// <param name="layers">The base's layers, bottom first, by the digests that their bytes were verified against.</param>
internal sealed class BaseTreeMemory(BlobStore cache, IEnumerable<Digest> layers)
{
    private const string Directory = "d";
    private const string Link = "l";

    private readonly Digest _key = Digest.Of(Encoding.UTF8.GetBytes(string.Join('\n', layers)));

    // Another number than this: the file of another version, and as good as none.
    private string Title => $"tree 1 {_key}";

    private string Name => Path.Combine("trees", _key.Hex);

    /// <summary>Reads the tree.</summary>
    /// <returns>The tree; null when it is not known, or the file is damaged.</returns>
    internal KnownTree? TryRead()
    {
        if (SealedFile.TryRead(cache, Name, Title) is not { } text)
        {
            return null;
        }

        LastUse.Note(Path.Combine(cache.Root, Name));
        var lines = text.Split('\n');
        return new KnownTree([.. lines.Skip(2).Where(line => line.Length > 0).Select(Parse)], EscapedText.Read(lines[0]), EscapedText.Read(lines[1]));
    }

    /// <summary>Remembers a tree. Failing to is no failure.</summary>
    /// <param name="tree">The tree.</param>
    internal void Write(KnownTree tree)
    {
        var text = new StringBuilder();
        text.Append(EscapedText.Write(tree.Users)).Append('\n').Append(EscapedText.Write(tree.Groups)).Append('\n');
        foreach (var node in tree.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(node.Type == LayerEntryType.Directory ? Directory : Link)}\t{(int)node.Mode}\t{node.UserId}\t{node.GroupId}\t")
                .Append(EscapedText.Write(node.Path)).Append('\t').Append(EscapedText.Write(node.LinkTarget ?? node.SecurityDescriptor ?? "")).Append('\n');
        }

        SealedFile.TryWrite(cache, Name, Title, text.ToString());
    }

    private static LayerEntry Parse(string line) => line.Split('\t') is [var type, var mode, var user, var group, var path, var target]
        ? new LayerEntry
        {
            Path = EscapedText.Read(path),
            Type = type == Directory ? LayerEntryType.Directory : LayerEntryType.SymbolicLink,
            Mode = (UnixFileMode)int.Parse(mode, CultureInfo.InvariantCulture),
            UserId = int.Parse(user, CultureInfo.InvariantCulture),
            GroupId = int.Parse(group, CultureInfo.InvariantCulture),
            LinkTarget = type == Directory ? null : EscapedText.Read(target),
            SecurityDescriptor = type == Directory && target.Length > 0 ? EscapedText.Read(target) : null,
        }
        : throw new FormatException();
}

/// <summary>The directories and links of a base, and the texts that name its users.</summary>
/// <param name="Nodes">The directories and links.</param>
/// <param name="Users">Its <c>/etc/passwd</c>.</param>
/// <param name="Groups">Its <c>/etc/group</c>.</param>
internal sealed record KnownTree(IReadOnlyList<LayerEntry> Nodes, string Users, string Groups);
