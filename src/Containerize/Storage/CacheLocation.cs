using Containerize.Files;

namespace Containerize.Storage;

/// <summary>Where the cache of a user lies.</summary>
internal static class CacheLocation
{
    private const string Name = "containerize";

    /// <summary>
    /// The cache directory: the project's choice, else <c>CONTAINERIZE_CACHE_DIRECTORY</c>, else <c>$XDG_CACHE_HOME/containerize</c>,
    /// else <c>~/.cache/containerize</c>, or <c>%LOCALAPPDATA%\containerize\cache</c> on Windows. A user of a container without an
    /// account has no home, or <c>/</c>; <c>DOTNET_CLI_HOME</c>, where NuGet has its packages then, is taken instead.
    /// </summary>
    /// <param name="chosen"><c>ContainerizeCacheDirectory</c>, or empty.</param>
    /// <param name="projectDirectory">What a relative choice is relative to.</param>
    /// <param name="environment">Looks up environment variables.</param>
    /// <returns>The full path; null for a user without a home.</returns>
    public static string? Resolve(string? chosen, string projectDirectory, Func<string, string?> environment)
    {
        if (Choice(chosen, environment) is { } directory)
        {
            return Path.GetFullPath(directory, projectDirectory);
        }

        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name, "cache");
        }

        // The XDG specification has relative paths ignored.
        var xdg = NotEmpty(environment("XDG_CACHE_HOME")) is { } home && Path.IsPathRooted(home) ? home : null;
        var user = NotEmpty(UserHome.Of(environment));
        if (user is null or "/" && NotEmpty(environment("DOTNET_CLI_HOME")) is { } cli && Path.IsPathRooted(cli))
        {
            user = cli;
        }

        return (xdg ?? (user is null ? null : Path.Combine(user, ".cache"))) is { } caches ? Path.Combine(caches, Name) : null;
    }

    /// <summary>Whether the project or the environment names the directory; else it is the usual one.</summary>
    /// <inheritdoc cref="Resolve"/>
    internal static bool IsChosen(string? chosen, Func<string, string?> environment) => Choice(chosen, environment) is not null;

    private static string? Choice(string? chosen, Func<string, string?> environment) =>
        NotEmpty(chosen) ?? NotEmpty(environment("CONTAINERIZE_CACHE_DIRECTORY"));

    private static string? NotEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
