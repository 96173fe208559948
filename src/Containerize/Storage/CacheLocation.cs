namespace Containerize.Storage;

/// <summary>Where the cache of a user lies.</summary>
internal static class CacheLocation
{
    private const string Name = "containerize";

    /// <summary>
    /// The cache directory: the project's choice, else <c>CONTAINERIZE_CACHE_DIRECTORY</c>, else <c>$XDG_CACHE_HOME/containerize</c>,
    /// else <c>~/.cache/containerize</c>, or <c>%LOCALAPPDATA%\containerize\cache</c> on Windows.
    /// </summary>
    /// <param name="chosen"><c>ContainerizeCacheDirectory</c>, or empty.</param>
    /// <param name="projectDirectory">What a relative choice is relative to.</param>
    /// <param name="environment">Looks up environment variables.</param>
    /// <returns>The full path; null for a user without a home.</returns>
    public static string? Resolve(string? chosen, string projectDirectory, Func<string, string?> environment)
    {
        var directory = NotEmpty(chosen) ?? NotEmpty(environment("CONTAINERIZE_CACHE_DIRECTORY"));
        if (directory is not null)
        {
            return Path.GetFullPath(directory, projectDirectory);
        }

        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name, "cache");
        }

        // The XDG specification has relative paths ignored.
        var xdg = NotEmpty(environment("XDG_CACHE_HOME")) is { } home && Path.IsPathRooted(home) ? home : null;
        var user = NotEmpty(environment("HOME")) ?? NotEmpty(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        return (xdg ?? (user is null ? null : Path.Combine(user, ".cache"))) is { } caches ? Path.Combine(caches, Name) : null;
    }

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
