namespace Containerize.Files;

/// <summary>
/// The home directory of the user who builds, as Docker, Podman and .NET find it: one rule for logins, settings and the cache.
/// </summary>
internal static class UserHome
{
    private const string Home = "HOME";
    private const string Profile = "USERPROFILE";

    /// <summary>The home directory.</summary>
    /// <param name="environment">Looks up environment variables, see <see cref="Variable"/>.</param>
    /// <returns>The path; null where nothing names one.</returns>
    internal static string? Of(Func<string, string?> environment) => Of(environment, OperatingSystem.IsWindows());

    /// <param name="isWindows">
    /// Whether the profile is the home: <c>HOME</c> is set on Windows by other programs, and engines do not look there.
    /// </param>
    /// <inheritdoc cref="Of(Func{string, string?})"/>
    internal static string? Of(Func<string, string?> environment, bool isWindows) =>
        isWindows ? FirstNotEmpty(environment, Profile, Home) : FirstNotEmpty(environment, Home, Profile);

    /// <summary>A variable of this process. Services have no <c>HOME</c>: the one of the user's account is taken there.</summary>
    internal static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { } value && (value.Length > 0 || name != Home) ? value
        : name == Home && !OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile)
        : null;

    /// <summary>The first of some variables that has a value; an empty one counts as not set.</summary>
    internal static string? FirstNotEmpty(Func<string, string?> environment, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (environment(name) is { Length: > 0 } value)
            {
                return value;
            }
        }

        return null;
    }
}
