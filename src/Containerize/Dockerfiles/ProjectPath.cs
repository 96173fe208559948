namespace Containerize.Dockerfiles;

/// <summary>Paths that <c>dotnet</c> takes for what it builds: a file of a project or of a solution, or a directory that has one.</summary>
internal static class ProjectPath
{
    private static readonly string[] s_projects = [".csproj", ".fsproj", ".vbproj"];
    private static readonly string[] s_others = [".sln", ".slnx", ".slnf", ".proj"];

    /// <summary>Whether it is the file of a project.</summary>
    internal static bool IsProject(string path) => EndsWithAny(path, s_projects);

    /// <summary>Whether it is a file. A directory's name may have a dot, too: <c>src/Company.Api</c>.</summary>
    internal static bool IsFile(string path) => IsProject(path) || EndsWithAny(path, s_others);

    /// <summary>The way from the directory of a project to the context; empty, or with a slash at its end.</summary>
    /// <param name="path">The project, relative to the context.</param>
    internal static string Up(string path)
    {
        var depth = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Length - (IsFile(path) ? 1 : 0);
        return string.Concat(Enumerable.Repeat("../", depth));
    }

    private static bool EndsWithAny(string path, string[] endings) =>
        Array.Exists(endings, ending => path.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
