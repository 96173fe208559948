using System.Text;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Programs;
using Containerize.Trees;

namespace Containerize.Starting;

/// <summary>The files of an image as a started program finds them: the base, layers of others, and what this build puts above.</summary>
internal sealed class StartedImage
{
    private const int MostDocument = 16 * 1024 * 1024;

    // What engines take when the image names none.
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly ImageTree _tree;
    private readonly Dictionary<string, LayerEntry> _added;

    /// <param name="tree">What lies below the entries; it is added to.</param>
    /// <param name="entries">What this build puts above, bottom first.</param>
    /// <param name="config">How the image runs.</param>
    /// <exception cref="IOException">A file of the build cannot be read.</exception>
    internal StartedImage(ImageTree tree, IEnumerable<LayerEntry> entries, ImageConfig config)
    {
        _tree = tree;
        _added = new Dictionary<string, LayerEntry>(StringComparer.Ordinal);
        Config = config;
        Variables = EnvironmentInference.Merge(config, new Dictionary<string, string>());
        foreach (var entry in entries)
        {
            Add(entry);
        }

        Users = UserDatabase.Parse(ReadText(UserDatabase.Users) ?? "", ReadText(UserDatabase.Groups) ?? "");
    }

    private StartedImage(StartedImage other, IReadOnlyDictionary<string, string> variables)
    {
        (_tree, _added, Config, Users, Variables) = (other._tree, other._added, other.Config, other.Users, variables);
    }

    /// <summary>How the image runs.</summary>
    internal ImageConfig Config { get; }

    /// <summary>The image's environment variables.</summary>
    internal IReadOnlyDictionary<string, string> Variables { get; private init; }

    /// <summary>The image's users.</summary>
    internal UserDatabase Users { get; }

    /// <summary>The directory in which the process starts: absolute.</summary>
    internal string WorkingDirectory => Config.WorkingDirectory is { Length: > 0 } directory ? directory : "/";

    /// <summary>What this build puts into the image, by path.</summary>
    internal IReadOnlyDictionary<string, LayerEntry> Added => _added;

    /// <summary>The same files, as a program finds them that is started with more variables.</summary>
    internal StartedImage With(IReadOnlyDictionary<string, string> variables)
    {
        if (variables.Count == 0)
        {
            return this;
        }

        var all = new Dictionary<string, string>(Variables, StringComparer.Ordinal);
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        return new StartedImage(this, all);
    }

    /// <summary>A path from the root, with the working directory in front of one that is relative.</summary>
    internal string Absolute(string path) => path.StartsWith('/') ? path : $"{WorkingDirectory}/{path}";

    /// <summary>What lies at a path, links followed; null for nothing.</summary>
    internal TreeNode? Find(string path) => _tree.Find(Resolve(path)) is { Type: not LayerEntryType.SymbolicLink } node ? node : null;

    /// <summary>Where a path really leads, without a slash in front.</summary>
    internal string Resolve(string path) => _tree.Resolve(path, followLast: true);

    /// <summary>The directory that really has what lies at a path, absolute.</summary>
    internal string DirectoryOf(string path) =>
        Resolve(path) is var real && real.LastIndexOf('/') is > 0 and var slash ? "/" + real[..slash] : "/";

    /// <summary>The file at a path, links followed; null for a directory or nothing.</summary>
    internal TreeNode? FindFile(string path) => Find(path) is { Type: LayerEntryType.File } node ? node : null;

    /// <summary>What the file at a path says of how it is started.</summary>
    internal ProgramFile? ProgramAt(string path) => FindFile(path)?.File?.Program;

    /// <summary>The names in a directory.</summary>
    internal IEnumerable<string> NamesIn(string directory) => Find(directory)?.Children?.Keys ?? Enumerable.Empty<string>();

    /// <summary>The package that a file comes from; null for a file that comes from none.</summary>
    internal string? PackageOf(string path) => _added.GetValueOrDefault(Resolve(path))?.Package;

    /// <summary>Looks a program up in the directories of <c>PATH</c>.</summary>
    /// <returns>Its path; null when no directory has it.</returns>
    internal string? FindInPath(string name, Func<TreeNode, bool> isProgram) =>
        Variables.GetValueOrDefault("PATH", DefaultPath).Split(':')
            .Select(directory => Absolute(directory.Length == 0 ? name : $"{directory}/{name}"))
            .FirstOrDefault(path => FindFile(path) is { } file && isProgram(file));

    /// <summary>A text of this build's own files, or one of the base that is kept; null when there is none, or it is large.</summary>
    internal string? ReadText(string path)
    {
        var real = Resolve(path);
        if (!_added.TryGetValue(real, out var entry))
        {
            return _tree.Find(real)?.Content is { } kept ? Encoding.UTF8.GetString(kept) : null;
        }

        return entry.Content is { } content ? Encoding.UTF8.GetString(content.Span)
            : entry is { SourcePath: { } source, Size: <= MostDocument } ? RegularFile.ReadAllText(source, MostDocument)
            : null;
    }

    /// <summary>The <c>runtimeconfig.json</c> in a program of this build that is a single file; null for others.</summary>
    internal string? ReadBundledConfig(string path) =>
        _added.GetValueOrDefault(Resolve(path))?.SourcePath is { } source ? AppBundle.ReadConfig(source) : null;

    /// <summary>The loader's cache of libraries, and other small files that are no text.</summary>
    internal byte[] ReadBytes(string path) => _tree.Read(path) ?? [];

    /// <summary>All directories with a name, wherever they lie; absolute.</summary>
    internal IEnumerable<string> FindDirectories(string ending) =>
        Directories(_tree.Root, "").Where(path => path.EndsWith(ending, StringComparison.Ordinal));

    private static IEnumerable<string> Directories(TreeNode directory, string prefix) => directory.Children!.Values
        .Where(node => node.Children is not null)
        .SelectMany(node => Directories(node, $"{prefix}/{node.Name}").Prepend($"{prefix}/{node.Name}"));

    private void Add(LayerEntry entry)
    {
        if (entry.Path.Length == 0)
        {
            return;
        }

        _added[entry.Path] = entry;
        var file = entry.Type is LayerEntryType.File ? new FileContent(entry.Path, -1) { Program = ProgramOf(entry) }
            : entry is { Type: LayerEntryType.HardLink, LinkTarget: { } other } ? _tree.Find(other)?.File
            : null;
        _tree.Put(entry, file);
    }

    // Modes follow from content: what is no program and no library need not be opened.
    private static ProgramFile? ProgramOf(LayerEntry entry) =>
        entry.Content is { } content ? ProgramReader.Read(content)
        : entry.SourcePath is { } source && (ExecuteBit.IsIn(entry.Mode) || entry.Path.Contains(".so", StringComparison.Ordinal))
            ? ProgramReader.ReadFile(source)
        : null;
}
