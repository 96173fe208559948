using Containerize.Files;

namespace Containerize.Settings.Names;

/// <summary>
/// The files in which a project declares its settings: the ones that MSBuild names, and what they import from the same repository by a path
/// that can be read without evaluating anything.
/// </summary>
internal static class ProjectFiles
{
    private const string ThisDirectory = "$(MSBuildThisFileDirectory)";
    private const string ProjectDirectory = "$(MSBuildProjectDirectory)";

    // What MSBuild would have to evaluate.
    private static readonly char[] s_evaluated = ['$', '@', '%', '*', '?'];

    /// <summary>Reads the files that exist and can be read.</summary>
    /// <param name="projectDirectory">The project's directory, a full path.</param>
    /// <param name="paths">The files that MSBuild names, full paths.</param>
    internal static IReadOnlyList<ProjectFile> Read(string projectDirectory, IEnumerable<string> paths)
    {
        var left = new Queue<string>(paths);
        var root = RepositoryOf(projectDirectory, left);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var files = new List<ProjectFile>();
        while (left.TryDequeue(out var path))
        {
            if (seen.Add(path) && TryRead(path) is { } text)
            {
                var file = ProjectFile.Parse(path, text);
                files.Add(file);
                foreach (var import in file.Imports.Select(import => Resolve(import, file, projectDirectory)).OfType<string>()
                    .Where(import => import.StartsWith(root, StringComparison.Ordinal)))
                {
                    left.Enqueue(import);
                }
            }
        }

        return files;
    }

    private static string? Resolve(string import, ProjectFile file, string projectDirectory)
    {
        var directory = Path.GetDirectoryName(file.Path)!;
        var path = import.Trim()
            .Replace(ThisDirectory, directory + Path.DirectorySeparatorChar, StringComparison.OrdinalIgnoreCase)
            .Replace(ProjectDirectory, projectDirectory, StringComparison.OrdinalIgnoreCase);
        return path.Length == 0 || path.IndexOfAny(s_evaluated) >= 0
            ? null
            : Path.GetFullPath(path.Replace('\\', Path.DirectorySeparatorChar), directory);
    }

    // Without git it is what the files themselves span: Directory.Build.props often lies above the project.
    private static string RepositoryOf(string projectDirectory, IEnumerable<string> paths)
    {
        var above = paths.Select(path => Path.GetDirectoryName(path) ?? path).Append(projectDirectory)
            .Where(directory => IsBelow(projectDirectory, directory)).MinBy(directory => directory.Length)!;
        for (var directory = projectDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (Path.Exists(Path.Combine(directory, ".git")))
            {
                return Root(directory);
            }
        }

        return Root(above);
    }

    private static bool IsBelow(string path, string directory) => Root(path).StartsWith(Root(directory), StringComparison.Ordinal);

    private static string Root(string directory) => Path.TrimEndingDirectorySeparator(directory) + Path.DirectorySeparatorChar;

    private static string? TryRead(string path)
    {
        try
        {
            return File.Exists(path) ? RegularFile.ReadAllText(path) : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }
}
