using System.Text;
using Containerize.Debian.Model;
using Containerize.Trees;

namespace Containerize.SupplyChain.Sbom;

/// <summary>The packages of Debian, or a distribution like it, that an image's own notes list.</summary>
internal sealed class DebianComponents
{
    private const string ListEnding = ".list";
    private const string SumsEnding = ".md5sums";

    private readonly List<(Component Component, Stanza Notes)> _all = [];
    private readonly Component? _system;

    /// <summary>Reads the notes of an image.</summary>
    /// <param name="tree">All parts of its tree.</param>
    /// <param name="digests">The SHA-256 of packages that this build chose, by name, version and architecture.</param>
    internal DebianComponents(
        ImageTree tree, IReadOnlyDictionary<(string Name, string Version, string Architecture), string> digests)
    {
        var release = Fields(KeptFiles.Releases.Select(tree.ReadText).FirstOrDefault(text => text.Length > 0) ?? "");
        var vendor = release.GetValueOrDefault("ID", "debian");
        var number = release.GetValueOrDefault("VERSION_ID");
        var distribution = number is null ? null : $"{vendor}-{number}";
        foreach (var stanza in Notes(tree).SelectMany(Stanza.ParseAll))
        {
            if (stanza["Package"] is { Length: > 0 } name && stanza["Version"] is { Length: > 0 } version
                && InstalledSet.IsThere(stanza))
            {
                var architecture = stanza["Architecture"] ?? "all";
                var source = SourceOf(stanza, name, version);
                var component = new Component(ComponentKind.Debian, name, version)
                {
                    PackageUrl = PackageUrl.Debian(vendor, name, version, architecture, source, distribution),
                    Source = source,
                    Sha256 = digests.GetValueOrDefault((name, version, architecture)),
                };
                _all.Add((component, stanza));
            }
        }

        // Where no packages are known, scanners would find a distribution without faults.
        _system = _all.Count > 0 && release.ContainsKey("ID") ? new(ComponentKind.OperatingSystem, vendor, number) : null;
    }

    /// <summary>The packages, and the distribution that they are of.</summary>
    internal IEnumerable<Component> All => _all.Select(package => package.Component).Concat(_system is null ? [] : [_system]);

    /// <summary>Which packages need which others of the image, and that the distribution has them all, by reference.</summary>
    internal IEnumerable<(string From, string To)> Needs()
    {
        foreach (var (component, _) in _system is null ? [] : _all)
        {
            yield return (_system!.Reference, component.Reference);
        }

        var names = _all.GroupBy(package => package.Component.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Component.Reference, StringComparer.Ordinal);
        foreach (var (component, notes) in _all)
        {
            foreach (var alternatives in Relation.Parse(notes["Pre-Depends"]).Concat(Relation.Parse(notes["Depends"])))
            {
                if (alternatives.Select(relation => names.GetValueOrDefault(relation.Name)).FirstOrDefault(name => name is not null)
                    is { } needed && needed != component.Reference)
                {
                    yield return (component.Reference, needed);
                }
            }
        }
    }

    /// <summary>Whether a file lists the files of a package: one of dpkg, or of an image without dpkg, whose lists have hashes.</summary>
    internal static bool IsFileList(string path) =>
        (path.StartsWith(KeptFiles.FileLists + "/", StringComparison.Ordinal) && path.EndsWith(ListEnding, StringComparison.Ordinal))
        || (path.StartsWith(KeptFiles.StatusDirectory + "/", StringComparison.Ordinal)
            && path.EndsWith(SumsEnding, StringComparison.Ordinal));

    /// <summary>Which of an image's own files belong to which package, by the lists that dpkg keeps.</summary>
    /// <param name="files">The files.</param>
    /// <returns>References of packages, by path.</returns>
    internal Dictionary<string, string> Owners(IReadOnlyDictionary<string, LayerFile> files)
    {
        var names = _all.GroupBy(package => package.Component.Name, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First().Component.Reference, StringComparer.Ordinal);
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (path, list) in files)
        {
            if (list.Content is { } content && IsFileList(path)
                && names.TryGetValue(Path.GetFileNameWithoutExtension(path).Split(':')[0], out var owner))
            {
                var hasSums = path.EndsWith(SumsEnding, StringComparison.Ordinal);
                foreach (var line in Encoding.UTF8.GetString(content).Split('\n'))
                {
                    var file = (hasSums ? line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..].TrimStart(' ') : line).Trim('/');
                    // Packages may have their files where a link of the release leads to /usr.
                    owners.TryAdd(files.ContainsKey(file) ? file : $"usr/{file}", owner);
                }

                owners.TryAdd(path, owner);
                if (hasSums)
                {
                    // The package's own notes lie beside them.
                    owners.TryAdd(path[..^SumsEnding.Length], owner);
                }
            }
        }

        return owners;
    }

    // deb-control(5): NAME, or NAME (VERSION) where that is not the package's; no field where both are.
    private static SourcePackage SourceOf(Stanza notes, string name, string version) =>
        (notes["Source"] ?? "").Split([' ', '(', ')', '\n'], StringSplitOptions.RemoveEmptyEntries) switch
        {
            [var source] => new(source, version),
            [var source, var number, ..] => new(source, number),
            _ => new(name, version),
        };

    private static IEnumerable<string> Notes(ImageTree tree)
    {
        yield return tree.ReadText(KeptFiles.Status);
        var directory = tree.Find(tree.Resolve(KeptFiles.StatusDirectory, followLast: true));
        foreach (var name in (directory?.Children?.Keys ?? Enumerable.Empty<string>()).Order(StringComparer.Ordinal))
        {
            if (!name.EndsWith(SumsEnding, StringComparison.Ordinal))
            {
                yield return tree.ReadText($"{KeptFiles.StatusDirectory}/{name}");
            }
        }
    }

    private static Dictionary<string, string> Fields(string text) => text.Split('\n')
        .Select(line => line.Split('=', 2)).Where(parts => parts.Length == 2)
        .GroupBy(parts => parts[0].Trim(), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Last()[1].Trim().Trim('"', '\''), StringComparer.Ordinal);
}
