using System.Buffers;
using Containerize.Inputs;

namespace Containerize.Histories;

/// <summary>
/// Finds out which files can be put into a layer together, and when they changed: the files of each package, and of the project's own
/// directories that have one kind of change. Where a directory has several kinds, its parts are told apart.
/// </summary>
/// <param name="images">The images, oldest first.</param>
/// <param name="split">How the project's files are split.</param>
/// <param name="rules">The layers that stay as they are: their files are no units.</param>
internal sealed class UnitFinder(IReadOnlyList<PastImage> images, LayerSplit split, IReadOnlyList<LayerRule> rules)
{
    // A directory with more kinds of changes is one unit.
    private const int MostParts = 8;

    // More files are not listed in an item.
    private const int MostPatterns = 30;

    // These have a meaning in MSBuild's lists and patterns.
    private static readonly SearchValues<char> s_special = SearchValues.Create("*?;%$@\\");

    private readonly Dictionary<(string? Package, string Path), History> _files = [];

    /// <summary>Finds the units.</summary>
    internal IReadOnlyList<FileUnit> Find()
    {
        foreach (var (number, image) in images.Index())
        {
            foreach (var (layer, files) in LayerPlanner.Plan(image.Files, split, rules))
            {
                foreach (var file in files.Where(file => !rules.Any(rule => rule.Takes(file))))
                {
                    var key = (file.Origin.PackageId?.ToUpperInvariant(), file.RelativePath);
                    if (!_files.TryGetValue(key, out var history))
                    {
                        _files[key] = history = new(file.Origin.PackageId, file.RelativePath, images.Count);
                    }

                    history.Put(number, layer, file);
                }
            }
        }

        var root = new Folder();
        foreach (var file in _files.Where(file => file.Key.Package is null).Select(file => file.Value))
        {
            root.Add(file);
        }

        return
        [
            .. _files.Where(file => file.Key.Package is not null).GroupBy(file => file.Key.Package!, file => file.Value)
                .OrderBy(files => files.Key, StringComparer.Ordinal).Select(files => UnitOf([.. files], [])),
            .. PartsOf(root, "").Select(part => UnitOf(part.Files, part.Patterns)),
        ];
    }

    private List<(List<History> Files, List<string> Patterns)> PartsOf(Folder folder, string path)
    {
        var parts = folder.Folders.OrderBy(each => each.Key, StringComparer.Ordinal)
            .SelectMany(each => PartsOf(each.Value, path + each.Key + "/")).ToList();
        var all = folder.All().ToList();
        bool IsSteady(History file) => Enumerable.Range(0, images.Count)
            .All(image => file.States[image] is not null || all.TrueForAll(other => other.States[image] is null));

        // Each file at the top is a unit: an item names the ones that are worth it.
        var named = folder.Files.Where(file => IsSteady(file) && IsPattern(file.Path)).ToList();
        parts.AddRange(named.GroupBy(file => path.Length == 0 ? file.Path : ChangeKey([file]))
            .Select(files => (files.ToList(), files.Select(file => file.Path).Take(MostPatterns + 1).ToList()))
            .Select(part => (part.Item1, part.Item2.Count > MostPatterns ? [] : part.Item2)));
        if (folder.Files.Except(named).ToList() is { Count: > 0 } others)
        {
            parts.Add((others, []));
        }

        return path.Length > 0 && IsPattern(path) && (parts.Count > MostParts
                || parts.Select(part => (ChangeKey(part.Files), LayerOf(part.Files))).Distinct().Count() == 1)
            ? [(all, [path + "**"])]
            : parts;
    }

    private FileUnit UnitOf(List<History> files, List<string> patterns) => new(
        LayerOf(files),
        files[0].Package,
        patterns,
        ChangesOf(files),
        [.. Enumerable.Range(1, images.Count - 1).Select(image => files.Sum(file => file.Sizes[image]))]);

    private static string LayerOf(List<History> files) => files.MaxBy(file => (file.LastImage, file.Sizes[file.LastImage]))!.Layer;

    private string ChangeKey(List<History> files) => string.Concat(ChangesOf(files).Select(change => change ? '1' : '0'));

    private bool[] ChangesOf(List<History> files) =>
        [.. Enumerable.Range(1, images.Count - 1).Select(image => files.Exists(file => file.States[image] != file.States[image - 1]))];

    private static bool IsPattern(string path) => !path.AsSpan().ContainsAny(s_special) && path == path.Trim();

    /// <summary>What became of a file.</summary>
    private sealed class History(string? package, string path, int images)
    {
        internal string? Package => package;

        internal string Path => path;

        internal string?[] States { get; } = new string?[images];

        internal long[] Sizes { get; } = new long[images];

        internal int LastImage { get; private set; }

        internal string Layer { get; private set; } = "";

        internal void Put(int image, string layer, PastFile file) =>
            (States[image], Sizes[image], LastImage, Layer) = (file.State, file.PackedSize, image, layer);
    }

    private sealed class Folder
    {
        internal Dictionary<string, Folder> Folders { get; } = new(StringComparer.Ordinal);

        internal List<History> Files { get; } = [];

        internal IEnumerable<History> All() => Files.Concat(Folders.Values.SelectMany(folder => folder.All()));

        internal void Add(History file)
        {
            var folder = this;
            foreach (var part in file.Path.Split('/').SkipLast(1))
            {
                if (!folder.Folders.TryGetValue(part, out var next))
                {
                    folder.Folders[part] = next = new();
                }

                folder = next;
            }

            folder.Files.Add(file);
        }
    }
}
