namespace Containerize.MSBuild;

/// <summary>What the command line of this build asks for, where MSBuild does not tell its tasks.</summary>
/// <param name="arguments">The arguments, of dotnet or of MSBuild.</param>
internal sealed class CommandLine(IReadOnlyList<string> arguments)
{
    /// <summary>
    /// Whether the build is to be quiet, and standard output is free for a word: no one reads values from there (<c>-getProperty</c>), as
    /// far as can be seen. What a response file says cannot.
    /// </summary>
    internal bool IsQuiet => Verbosity() is "q" or "quiet" && !arguments.Any(argument => argument.StartsWith('@') || Asks(argument));

    /// <summary>
    /// Whether this process builds for another one, which has the terminal (<c>-m</c>). It cannot see what that one was asked for.
    /// </summary>
    internal bool IsWorker => arguments.Any(argument => Switch(argument) == "nodemode:1");

    /// <summary>
    /// Whether the command was given this project: its file, its directory, or, with neither a project nor a solution named, the directory
    /// that it was given in.
    /// </summary>
    /// <param name="project">The project's file, a full path.</param>
    /// <param name="directory">Where the command was given, a full path.</param>
    internal bool Calls(string project, string directory)
    {
        var own = Path.GetDirectoryName(project);
        var named = arguments.Where(argument => argument.Length > 0 && !argument.StartsWith('-'))
            .Select(argument => Path.TrimEndingDirectorySeparator(Path.GetFullPath(argument, directory))).ToList();
        return named.Contains(project, StringComparer.Ordinal)
            || (!named.Exists(IsProject) && (named.Contains(own, StringComparer.Ordinal) || IsIn(directory)));

        bool IsIn(string path) => Path.TrimEndingDirectorySeparator(path) == own && !named.Exists(HasProject);
    }

    // A file or directory that MSBuild takes as what is to be built; values of switches look alike.
    private static bool IsProject(string path) =>
        Path.GetExtension(path) is ".csproj" or ".fsproj" or ".vbproj" or ".proj" or ".cs" or ".sln" or ".slnx" or ".slnf"
        && File.Exists(path);

    private static bool HasProject(string path) => Directory.Exists(path) && Directory.EnumerateFiles(path).Any(IsProject);

    private string? Verbosity()
    {
        string? last = null;
        for (var index = 0; index < arguments.Count; index++)
        {
            if (Switch(arguments[index]) is not { } text)
            {
                continue;
            }

            var (name, value) = text.IndexOfAny([':', '=']) is var at and >= 0 ? (text[..at], text[(at + 1)..]) : (text, null);
            if (name is "v" or "verbosity")
            {
                last = value ?? arguments.ElementAtOrDefault(index + 1)?.ToLowerInvariant();
            }
        }

        return last;
    }

    private static bool Asks(string argument) => Switch(argument) is { } text
        && (text.StartsWith("getproperty", StringComparison.Ordinal) || text.StartsWith("getitem", StringComparison.Ordinal)
            || text.StartsWith("gettargetresult", StringComparison.Ordinal));

    private static string? Switch(string argument) =>
        argument.StartsWith('-') || argument.StartsWith('/') ? argument.TrimStart('-', '/').ToLowerInvariant() : null;
}
