using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Storage;

namespace Containerize.Trees;

/// <summary>
/// What the cache knows of the tree of an image. Losing it costs time only. It has three records: directories, links and users are read in
/// every build; programs and libraries when an image is new; files, which are many times as many, only for packages.
/// </summary>
internal sealed class TreeMemory
{
    private const string Directory = "d";
    private const string Link = "l";

    private readonly bool _isWindows;
    private readonly Record _directories;
    private readonly Record _programs;
    private readonly Record _files;

    /// <summary>Names the memory of a tree.</summary>
    /// <param name="layers">The layers, bottom first. Blobs and diffIDs were verified before anything was written.</param>
    internal TreeMemory(BlobStore cache, IEnumerable<Layer> layers, bool isWindows)
    {
        _isWindows = isWindows;
        var text =
            string.Concat(layers.Select(layer => $"{layer.Blob.Descriptor.Digest} {layer.DiffId} {layer.Blob.Descriptor.MediaType}\n"));
        var key = (isWindows ? "windows\n" : "") + text;
        _directories = new Record(cache, RecordKind.Tree, key);
        _programs = new Record(cache, RecordKind.TreePrograms, key);
        _files = new Record(cache, RecordKind.TreeFiles, key);
    }

    /// <summary>Reads the tree.</summary>
    /// <returns>The tree; null when it is not known, or a file is damaged.</returns>
    internal ImageTree? TryRead(TreeParts parts)
    {
        if (_directories.Read() is not { } directories)
        {
            return null;
        }

        var files = parts == TreeParts.All ? _files.Read() : "";
        var programs = parts != TreeParts.Directories ? _programs.Read() : "";
        if (files is null || programs is null)
        {
            return null;
        }

        var tree = ImageTree.Empty(_isWindows);
        foreach (var line in Lines(directories))
        {
            Put(tree, line.Split('\t'));
        }

        foreach (var line in Lines(files))
        {
            PutFile(tree, line.Split('\t'));
        }

        TreePrograms.Put(tree, programs);
        return tree;
    }

    /// <summary>Remembers a tree. Failing to is no failure.</summary>
    internal void Write(ImageTree tree)
    {
        var directories = new StringBuilder();
        var files = new StringBuilder();
        Write(tree.Root, "", directories, files);
        // The users belong to what every build reads.
        foreach (var path in new[] { UserDatabase.Users, UserDatabase.Groups }.Select(path => tree.Resolve(path, followLast: true))
            .Distinct(StringComparer.Ordinal))
        {
            if (tree.Find(path) is { Type: LayerEntryType.File, Content: { } content })
            {
                AppendFile(directories, path, content);
            }
        }

        _files.Write(files.ToString());
        _programs.Write(TreePrograms.Write(tree));
        _directories.Write(directories.ToString());
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Where(line => line.Length > 0);

    private static void Write(TreeNode directory, string prefix, StringBuilder directories, StringBuilder files)
    {
        foreach (var node in directory.Children!.Values.OrderBy(node => node.Name, StringComparer.Ordinal))
        {
            var path = prefix + node.Name;
            var kind = node.Type == LayerEntryType.Directory ? Directory : Link;
            if (node.Type is LayerEntryType.Directory or LayerEntryType.SymbolicLink)
            {
                directories
                    .Append(
                        CultureInfo.InvariantCulture, $"{kind}\t{(int)node.Mode}\t{node.Owner.UserId}\t{node.Owner.GroupId}\t")
                    .Append(EscapedText.Write(path)).Append('\t')
                    .Append(EscapedText.Write(node.LinkTarget ?? node.SecurityDescriptor ?? "")).Append('\n');
            }
            else
            {
                AppendFile(files, path, node.Content);
            }

            if (node.Children is not null)
            {
                Write(node, path + "/", directories, files);
            }
        }
    }

    private static void AppendFile(StringBuilder text, string path, byte[]? content)
    {
        text.Append(EscapedText.Write(path));
        if (content is not null)
        {
            text.Append('\t').Append(Convert.ToBase64String(content));
        }

        text.Append('\n');
    }

    private static void Put(ImageTree tree, string[] fields)
    {
        if (fields is not [var type, var mode, var user, var group, var path, var target])
        {
            PutFile(tree, fields);
            return;
        }

        tree.Put(
            EscapedText.Read(path),
            (name, names) => new TreeNode(type == Directory ? LayerEntryType.Directory : LayerEntryType.SymbolicLink, names)
        {
            Name = name,
            Mode = (UnixFileMode)int.Parse(mode, CultureInfo.InvariantCulture),
            Owner = new Owner(int.Parse(user, CultureInfo.InvariantCulture), int.Parse(group, CultureInfo.InvariantCulture)),
            LinkTarget = type == Link ? EscapedText.Read(target) : null,
            SecurityDescriptor = type == Directory && target.Length > 0 ? EscapedText.Read(target) : null,
        });
    }

    private static void PutFile(ImageTree tree, string[] fields) =>
        tree.Put(EscapedText.Read(fields[0]), (name, names) => new TreeNode(LayerEntryType.File, names)
    {
        Name = name,
        File = fields.Length > 1 ? new FileContent(fields[0], -1) { Bytes = Convert.FromBase64String(fields[1]) } : null,
    });
}
