namespace Containerize.Files;

/// <summary>Finds programs of the machine.</summary>
internal static class ProgramFinder
{
    /// <summary>Finds a program by PATH alone: starting it by name would look into the current directory first.</summary>
    /// <param name="program">The program's name, without an ending.</param>
    /// <param name="path">The variable PATH.</param>
    /// <returns>The full path; null when there is none.</returns>
    internal static string? Find(string program, string? path)
    {
        string[] endings = OperatingSystem.IsWindows() ? [".exe", ".cmd", ".bat"] : [""];
        return (path ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(Path.IsPathFullyQualified)
            .SelectMany(directory => endings.Select(ending => Path.Combine(directory, program + ending)))
            .FirstOrDefault(IsProgram);
    }

    // What may not be executed hides no program of that name in a later directory.
    private static bool IsProgram(string path) => OperatingSystem.IsWindows()
        ? File.Exists(path)
        : FileStatus.TryOf(path, followLinks: true) is { Kind: FileKind.File } status && ExecuteBit.IsIn(status.Mode);
}
