using System.Text.RegularExpressions;

namespace Containerize.Sites;

/// <summary>
/// <c>appsettings.json</c> and <c>appsettings.ENVIRONMENT.json</c>, which a browser app reads at its start, and over which deployments
/// mount theirs. What is mounted has to count at once: so the image has no encodings of them, and the server sends no validators.
/// </summary>
internal static partial class MountedSettings
{
    /// <summary>Such files, for the server: a regular expression of their paths.</summary>
    internal const string Pattern = @"/appsettings(\.[^/]*)?\.json$";

    internal static bool IsOne(string path) => Settings().IsMatch($"/{path}");

    /// <summary>Whether a file holds the same, compressed.</summary>
    internal static bool IsEncoding(string path) => Encodings.PlainOf(path) is { } plain && IsOne(plain);

    [GeneratedRegex(Pattern, RegexOptions.CultureInvariant)]
    private static partial Regex Settings();
}
