using Containerize.Inspection;

namespace Containerize.Verification;

/// <summary>Says where files come from: a package, a project, or a tool that writes them.</summary>
internal sealed class FileOrigins
{
    private const string OfApp = "the project";
    private const string OfSdk = "the .NET SDK";

    private static readonly string[] s_written =
        [PackageNotes.DependenciesEnding, ".runtimeconfig.json", ".staticwebassets.endpoints.json", "/web.config"];

    private readonly ImageContents _image;
    private readonly ImageContents _rebuilt;
    private readonly IReadOnlyDictionary<string, string> _packages;
    private readonly Dictionary<string, string> _projects = new(StringComparer.Ordinal);

    /// <param name="image">The image.</param>
    /// <param name="rebuilt">The rebuild.</param>
    /// <param name="packages">The package of each file, as <c>id version</c>, where the rebuild knows one.</param>
    internal FileOrigins(ImageContents image, ImageContents rebuilt, IReadOnlyDictionary<string, string> packages)
    {
        (_image, _rebuilt, _packages) = (image, rebuilt, packages);
        foreach (var contents in new[] { rebuilt, image })
        {
            foreach (var file in contents.Files.Values.Where(file => file.Path.EndsWith(
                PackageNotes.DependenciesEnding, StringComparison.Ordinal)))
            {
                var directory = file.Path[..(file.Path.LastIndexOf('/') + 1)];
                foreach (var project in DependenciesFile.Read(contents.NoteAt(file)).Where(each => each.Kind == DependencyKind.Project))
                {
                    Add(project.Name, project.Files.Select(name => directory + name));
                }
            }
        }
    }

    /// <summary>The package that the image says a file comes from; null for none.</summary>
    internal ImagePackage? InImage(string path) => _image.Packages.OwnerOf(_image.Resolve(path));

    /// <summary>The package that a file comes from in the rebuild; null for none.</summary>
    internal ImagePackage? InRebuilt(string path) =>
        _rebuilt.Packages.OwnerOf(_rebuilt.Resolve(path)) ?? (_packages.GetValueOrDefault(path)?.Split(' ', 2) is [var id, var version]
            ? new ImagePackage(PackageKind.NuGet, id, version) : null);

    /// <summary>Where a file comes from, for people.</summary>
    internal string Of(string path) =>
        (InRebuilt(path) ?? InImage(path)) is { } package ? $"{package.Name} {package.Version}"
        : s_written.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) ? OfSdk
        : _projects.GetValueOrDefault(_rebuilt.Resolve(path)) is { } project ? $"project {project}"
        : OfApp;

    private void Add(string project, IEnumerable<string> paths)
    {
        foreach (var path in paths)
        {
            // The symbols beside it are of the same project.
            _projects.TryAdd(path, project);
            _projects.TryAdd(Path.ChangeExtension(path, ".pdb"), project);
        }
    }
}
