using Containerize.Files;

namespace Containerize.SupplyChain.Sbom;

/// <summary>The app, and what it is made of: projects, NuGet packages, runtime packs.</summary>
internal sealed class AppComponents
{
    private readonly List<(Library Library, Component Component)> _libraries = [];
    private readonly Dictionary<string, string> _owners = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Component> _others = new(StringComparer.Ordinal);

    /// <summary>Puts together what is known of the app.</summary>
    /// <param name="files">The files of the image's own layers.</param>
    /// <param name="dependencies">The full path of a file of dependencies, for images that have none themselves.</param>
    /// <param name="packages">Packages that files come from, as <c>id version</c>, by path.</param>
    /// <param name="folders">Where NuGet keeps packages.</param>
    internal AppComponents(
        IReadOnlyDictionary<string, LayerFile> files,
        string? dependencies,
        IReadOnlyDictionary<string, string> packages,
        PackageFolders folders)
    {
        foreach (var (path, content) in DependencyFiles(files, dependencies))
        {
            var slash = path.LastIndexOf('/') + 1;
            var found = DependencyFile.Read(content, path[slash..^".deps.json".Length]);
            foreach (var library in found?.Libraries ?? [])
            {
                var component = Describe(library, folders);
                _libraries.Add((library, component));
                foreach (var file in component.Kind is ComponentKind.Package or ComponentKind.RuntimePack ? [] : library.Files)
                {
                    _owners.TryAdd(path[..slash] + file, component.Reference);
                }
            }
        }

        var known = _libraries.Where(library => library.Component.Kind is ComponentKind.Package or ComponentKind.RuntimePack)
            .GroupBy(library => library.Component.Name, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.First().Component.Reference, StringComparer.OrdinalIgnoreCase);
        foreach (var (path, package) in packages.Where(package => files.ContainsKey(package.Key)))
        {
            var (id, version) = package.Split(' ', 2) is [var name, var number] ? (name, number) : (package, null);
            if (!known.TryGetValue(id, out var owner))
            {
                var component = WithFacts(
                    new Component(ComponentKind.Package, id, version) { PackageUrl = PackageUrl.NuGet(id, version) }, folders, null);
                _others[component.Reference] = component;
                known[id] = owner = component.Reference;
            }

            _owners[path] = owner;
        }
    }

    /// <summary>All components.</summary>
    internal IEnumerable<Component> All => _libraries.Select(library => library.Component).Concat(_others.Values);

    /// <summary>The component that a file belongs to, by reference; null when it is of none.</summary>
    internal string? OwnerOf(string path) => _owners.GetValueOrDefault(path);

    /// <summary>Which components need which others, by reference.</summary>
    internal IEnumerable<(string From, string To)> Needs()
    {
        var keys = _libraries.GroupBy(library => library.Library.Key, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.First().Component.Reference, StringComparer.OrdinalIgnoreCase);
        return from library in _libraries
               from need in library.Library.Needs
               let to = keys.GetValueOrDefault(need)
               where to is not null && to != library.Component.Reference
               select (library.Component.Reference, to);
    }

    private static IEnumerable<(string Path, byte[] Content)> DependencyFiles(
        IReadOnlyDictionary<string, LayerFile> files, string? dependencies)
    {
        var any = false;
        foreach (var (path, file) in files.Where(file => file.Value.Content is not null && BillReader.IsDependencyFile(file.Key)))
        {
            any = true;
            yield return (path, file.Content!);
        }

        if (!any && dependencies is not null && RegularFile.IsThere(dependencies))
        {
            yield return (Path.GetFileName(dependencies), RegularFile.ReadAllBytes(dependencies));
        }
    }

    private static Component Describe(Library library, PackageFolders folders)
    {
        var component = new Component(library.Kind, library.Name, library.Version);
        return library.Kind is ComponentKind.Package or ComponentKind.RuntimePack
            ? WithFacts(component with { PackageUrl = PackageUrl.NuGet(library.Name, library.Version) }, folders, library.Sha512)
            : component;
    }

    private static Component WithFacts(Component component, PackageFolders folders, string? contentHash)
    {
        var (license, hash) = component.Version is null ? default : folders.Find(component.Name, component.Version);
        return component with { License = license, Sha512 = hash ?? contentHash };
    }
}
