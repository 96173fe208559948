using Containerize.Layers.Entries;
using Containerize.Trees;

namespace Containerize.Starting;

/// <summary>The user that an image runs as, and what the permissions of files let him do.</summary>
/// <param name="Id">The user and his group.</param>
/// <param name="Groups">His other groups.</param>
internal sealed record ImageUser(Owner Id, IReadOnlySet<int> Groups)
{
    private const int Execute = 1;
    private const int Write = 2;

    /// <summary>Whether he is root, who may do everything.</summary>
    internal bool IsRoot => Id.UserId == 0;

    /// <summary>Whether he may start a program. Root may when anyone may.</summary>
    internal bool MayExecute(TreeNode file) => IsRoot ? Files.ExecuteBit.IsIn(file.Mode) : May(file, Execute);

    /// <summary>Whether he may reach what is in a directory.</summary>
    internal bool MaySearch(TreeNode directory) => IsRoot || May(directory, Execute);

    /// <summary>Whether he may make files in a directory.</summary>
    internal bool MayWrite(TreeNode directory) => IsRoot || May(directory, Write | Execute);

    private bool May(TreeNode node, int wanted)
    {
        var shift = node.Owner.UserId == Id.UserId ? 6
            : node.Owner.GroupId == Id.GroupId || Groups.Contains(node.Owner.GroupId) ? 3
            : 0;
        return (((int)node.Mode >> shift) & wanted) == wanted;
    }
}
