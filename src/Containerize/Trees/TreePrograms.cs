using System.Globalization;
using System.Text;
using Containerize.Files;
using Containerize.Layers.Entries;
using Containerize.Programs;

namespace Containerize.Trees;

/// <summary>
/// The files of a tree that decide whether a program starts, as text: ELF files, what may be executed, and what tells loaders where
/// to look.
/// </summary>
internal static class TreePrograms
{
    private const string File = "file";
    private const string Content = "content";

    /// <summary>The text of a tree.</summary>
    internal static string Write(ImageTree tree)
    {
        var text = new StringBuilder();
        if (!tree.IsWindows)
        {
            // Links are remembered as links: what is kept is where they lead.
            var kept = KeptFiles.In(tree).Where(KeptFiles.IsForPrograms).ToLookup(path => tree.Resolve(path, followLast: true));
            Write(tree.Root, "", kept, text);
        }

        return text.ToString();
    }

    /// <summary>Puts into a tree what <see cref="Write(ImageTree)"/> gave.</summary>
    internal static void Put(ImageTree tree, string text)
    {
        string[]? fields = null;
        ProgramFile? program = null;
        byte[]? content = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith(File + "\t", StringComparison.Ordinal))
            {
                Put();
                (fields, program, content) = (line.Split('\t'), null, null);
            }
            else if (line.StartsWith(Content + "\t", StringComparison.Ordinal))
            {
                content = Convert.FromBase64String(line[(Content.Length + 1)..]);
            }
            else
            {
                program = ProgramText.Read(program, line);
            }
        }

        Put();

        void Put()
        {
            if (fields is [_, var mode, var user, var group, var escaped])
            {
                var path = EscapedText.Read(escaped);
                // The record of all files may have put it there, with its content.
                content ??= tree.Find(path)?.Content;
                var file = new FileContent(path, -1) { Bytes = content, Program = program };
                tree.Put(path, (name, names) => new TreeNode(LayerEntryType.File, names)
                {
                    Name = name,
                    Mode = (UnixFileMode)int.Parse(mode, CultureInfo.InvariantCulture),
                    Owner = new Owner(int.Parse(user, CultureInfo.InvariantCulture), int.Parse(group, CultureInfo.InvariantCulture)),
                    File = file,
                });
            }
        }
    }

    private static void Write(TreeNode directory, string prefix, ILookup<string, string> kept, StringBuilder text)
    {
        foreach (var node in directory.Children!.Values.OrderBy(node => node.Name, StringComparer.Ordinal))
        {
            var path = prefix + node.Name;
            if (node.Children is not null)
            {
                Write(node, path + "/", kept, text);
            }
            else if (node.Type == LayerEntryType.File)
            {
                if (kept.Contains(path)
                    || (node.File?.Program is { } program && (program is not OtherFile || ExecuteBit.IsIn(node.Mode))))
                {
                    Write(node, path, kept[path].Any(name => !KeptFiles.IsForCertificates(name)), text);
                }
            }
        }
    }

    private static void Write(TreeNode node, string path, bool withContent, StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{File}\t{(int)node.Mode}\t{node.Owner.UserId}\t{node.Owner.GroupId}\t")
            .Append(EscapedText.Write(path)).Append('\n');
        ProgramText.Write(text, node.File?.Program);
        if (withContent && node.Content is { } content)
        {
            text.Append(Content).Append('\t').Append(Convert.ToBase64String(content)).Append('\n');
        }
    }
}
