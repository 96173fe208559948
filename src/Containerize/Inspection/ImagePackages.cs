using System.Text;
using Containerize.Debian.Model;

namespace Containerize.Inspection;

/// <summary>Where a package comes from.</summary>
internal enum PackageKind
{
    /// <summary>dpkg's notes.</summary>
    Debian,

    /// <summary>A <c>.deps.json</c> of an app or a runtime.</summary>
    NuGet,
}

/// <summary>A package that an image has.</summary>
/// <param name="Kind">Where it comes from.</param>
/// <param name="Name">Its name, with the architecture where that is another than the image's.</param>
/// <param name="Version">Its version.</param>
internal sealed record ImagePackage(PackageKind Kind, string Name, string Version);

/// <summary>The packages of an image, and which files are theirs.</summary>
internal sealed class ImagePackages
{
    private readonly Dictionary<string, ImagePackage> _owners;

    private ImagePackages(IEnumerable<ImagePackage> all, Dictionary<string, ImagePackage> owners)
    {
        All = [.. all.Distinct().OrderBy(package => package.Kind).ThenBy(package => package.Name, StringComparer.Ordinal)
            .ThenBy(package => package.Version, StringComparer.Ordinal)];
        _owners = owners;
    }

    /// <summary>All packages, by kind, name and version.</summary>
    internal IReadOnlyList<ImagePackage> All { get; }

    /// <summary>The package that a file belongs to; null when no package says so.</summary>
    /// <param name="path">Its path, links above it followed.</param>
    internal ImagePackage? OwnerOf(string path) => _owners.GetValueOrDefault(path);

    /// <summary>Reads the notes of an image. What cannot be understood in them says nothing.</summary>
    internal static ImagePackages Read(ImageContents image)
    {
        var (all, owners) = (new List<ImagePackage>(), new Dictionary<string, ImagePackage>(StringComparer.Ordinal));
        var notes = image.Files.Values.Where(file => PackageNotes.Includes(file.Path))
            .Select(file => (file.Path, Content: image.NoteAt(file)))
            .Where(note => note.Content is not null).ToDictionary(note => note.Path, note => note.Content!, StringComparer.Ordinal);
        ReadDebian(image, notes, all, owners);
        foreach (var (path, content) in notes.Where(note => note.Key.EndsWith(PackageNotes.DependenciesEnding, StringComparison.Ordinal))
            .OrderBy(note => note.Key, StringComparer.Ordinal))
        {
            var directory = path[..(path.LastIndexOf('/') + 1)];
            foreach (var library in DependenciesFile.Read(content).Where(library => library.Kind != DependencyKind.Project))
            {
                var package = new ImagePackage(PackageKind.NuGet, library.Name, library.Version);
                all.Add(package);
                foreach (var file in library.Files.Select(file => directory + file).Where(image.Files.ContainsKey))
                {
                    owners.TryAdd(file, package);
                }
            }
        }

        return new(all, owners);
    }

    private static void ReadDebian(
        ImageContents image, Dictionary<string, byte[]> notes, List<ImagePackage> all, Dictionary<string, ImagePackage> owners)
    {
        var texts = notes.Where(note => note.Key == PackageNotes.Status
                || (note.Key.StartsWith(PackageNotes.StatusDirectory, StringComparison.Ordinal)
                    && !note.Key.EndsWith(PackageNotes.HashesEnding, StringComparison.Ordinal)))
            .OrderBy(note => note.Key, StringComparer.Ordinal).Select(note => Encoding.UTF8.GetString(note.Value));
        var platform = image.Image.Config.Platform;
        var architecture = DebianArchitecture.Of(platform) ?? platform.Architecture;
        foreach (var installed in InstalledSet.Read(texts, architecture).Packages)
        {
            var name = installed.ForeignArchitecture is { } foreign ? $"{installed.Name}:{foreign}" : installed.Name;
            var package = new ImagePackage(PackageKind.Debian, name, installed.Version.ToString());
            all.Add(package);
            foreach (var path in FilesOf(installed, architecture, notes))
            {
                owners.TryAdd(image.Resolve(path), package);
            }
        }
    }

    private static IEnumerable<string> FilesOf(InstalledPackage package, string architecture, Dictionary<string, byte[]> notes)
    {
        string[] lists =
        [
            $"{PackageNotes.InfoDirectory}{package.Name}:{package.ForeignArchitecture ?? architecture}{PackageNotes.ListEnding}",
            $"{PackageNotes.InfoDirectory}{package.Name}{PackageNotes.ListEnding}",
        ];
        if (lists.Select(notes.GetValueOrDefault).FirstOrDefault(list => list is not null) is { } found)
        {
            return Lines(found);
        }

        // "HASH  PATH"
        return notes.GetValueOrDefault($"{PackageNotes.StatusDirectory}{package.Name}{PackageNotes.HashesEnding}") is { } hashes
            ? Lines(hashes).Select(line => line.IndexOf("  ", StringComparison.Ordinal) is >= 0 and var gap ? line[(gap + 2)..] : "")
                .Where(path => path.Length > 0)
            : [];
    }

    private static string[] Lines(byte[] text) =>
        Encoding.UTF8.GetString(text).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
