using Containerize.Inputs;
using Containerize.Inspection;

namespace Containerize.Histories;

/// <summary>
/// Where the files of an image come from, as its <c>.deps.json</c> says. What lies beside a library under its name is from the same place,
/// and so are static web assets, whose directory is called after their package or project.
/// </summary>
internal sealed class PastOrigins
{
    private const string Assets = "wwwroot/_content/";

    private static readonly string[] s_beside = [".pdb", ".xml", ".dll.config"];

    private readonly Dictionary<string, FileOrigin> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, FileOrigin> _libraries = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="notes">The files that say which packages there are, by path below the directory of the app.</param>
    internal PastOrigins(IReadOnlyDictionary<string, byte[]> notes)
    {
        foreach (var (path, note) in notes.Where(note => !note.Key.Contains('/', StringComparison.Ordinal))
            .OrderBy(note => note.Key, StringComparer.Ordinal))
        {
            foreach (var library in DependenciesFile.Read(note).Where(library => !IsApp(library, path)))
            {
                var origin = library.Kind switch
                {
                    DependencyKind.Package => new FileOrigin(FileOriginKind.Package, library.Name, library.Version),
                    DependencyKind.RuntimePack => new FileOrigin(FileOriginKind.RuntimePack, library.Name, library.Version),
                    _ => new FileOrigin(FileOriginKind.Project),
                };
                _libraries.TryAdd(library.Name, origin);
                foreach (var file in library.Files)
                {
                    _files.TryAdd(file, origin);
                }
            }
        }
    }

    /// <summary>Where a file comes from.</summary>
    /// <param name="path">Its path below the directory of the app.</param>
    internal FileOrigin Of(string path)
    {
        if (_files.TryGetValue(path, out var origin))
        {
            return origin;
        }

        if (path.StartsWith(Assets, StringComparison.Ordinal))
        {
            return _libraries.GetValueOrDefault(path[Assets.Length..].Split('/')[0]) ?? FileOrigin.App;
        }

        // Packages seldom publish them, projects do.
        return s_beside.Where(ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            .Select(ending => _files.GetValueOrDefault(path[..^ending.Length] + ".dll")).FirstOrDefault(found => found is not null)
            ?? FileOrigin.App;
    }

    private static bool IsApp(DependencyLibrary library, string path) =>
        library.Kind == DependencyKind.Project && path == library.Name + PackageNotes.DependenciesEnding;
}
