using Containerize.Files;

namespace Containerize.Manifests;

/// <summary>The files that a command line names.</summary>
internal static class ManifestFiles
{
    private static readonly string[] s_endings = [".yaml", ".yml"];

    /// <summary>The files of a path: itself, or all YAML files in it. What begins with a dot in it is not looked at.</summary>
    /// <param name="path">A file or a directory, as the user wrote it.</param>
    /// <param name="directory">Where relative paths start, a full path.</param>
    /// <returns>Full paths, with the names for messages, and whether the user named the file itself; in the order of names.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidManifest"/>: there is no such file.</exception>
    internal static IReadOnlyList<(string Path, string Name, bool IsListed)> Of(string path, string directory)
    {
        var full = Path.GetFullPath(path, directory);
        if (!Directory.Exists(full))
        {
            return RegularFile.IsThere(full)
                ? [(full, path, true)]
                : throw new ContainerizeException(DiagnosticCode.InvalidManifest, $"There is no file or directory '{path}'.");
        }

        var options = new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = false };
        var found = new List<(string, string, bool)>();
        var open = new Stack<string>([full]);
        while (open.TryPop(out var next))
        {
            foreach (var inner in Directory.EnumerateDirectories(next, "*", options).Where(IsShown))
            {
                open.Push(inner);
            }

            found.AddRange(Directory.EnumerateFiles(next, "*", options).Where(file => IsShown(file) && IsYaml(file))
                .Select(file => (file, Path.Combine(path, Path.GetRelativePath(full, file)), false)));
        }

        found.Sort((one, other) => string.CompareOrdinal(one.Item1, other.Item1));
        return found.Count > 0
            ? found
            : throw new ContainerizeException(DiagnosticCode.InvalidManifest, $"The directory '{path}' has no files *.yaml or *.yml.");
    }

    private static bool IsShown(string path) => !Path.GetFileName(path).StartsWith('.');

    private static bool IsYaml(string path) => s_endings.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
}
