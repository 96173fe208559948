using System.Globalization;
using System.Text.RegularExpressions;

namespace Containerize.Images;

/// <summary>What follows from environment variables of the image, by the conventions of .NET's own base images.</summary>
internal static partial class EnvironmentInference
{
    /// <summary>The variables of an image.</summary>
    /// <param name="config">The base's config.</param>
    /// <param name="changes">The variables that the project sets.</param>
    internal static IReadOnlyDictionary<string, string> Merge(ImageConfig config, IReadOnlyDictionary<string, string> changes)
    {
        var environment = config.Environment.Select(variable => variable.Split('=', 2)).Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0], config.VariableNames)
            .ToDictionary(group => group.Key, group => group.Last()[1], config.VariableNames);
        foreach (var (name, value) in changes)
        {
            environment[name] = value;
        }

        return environment;
    }

    /// <summary>The user that <c>APP_UID</c> names, unless the project chose one.</summary>
    /// <param name="environment">The image's variables.</param>
    /// <param name="chosen">The project's choice.</param>
    /// <returns>The user; null keeps the base's.</returns>
    internal static string? User(IReadOnlyDictionary<string, string> environment, string? chosen) =>
        !string.IsNullOrEmpty(chosen) ? chosen : environment.TryGetValue("APP_UID", out var user) && user.Length > 0 ? user : null;

    /// <summary>
    /// The ports that ASP.NET Core listens on: <c>ASPNETCORE_URLS</c>, else <c>ASPNETCORE_HTTP_PORTS</c> and <c>ASPNETCORE_HTTPS_PORTS</c>.
    /// </summary>
    /// <param name="environment">The image's variables.</param>
    internal static IEnumerable<Port> Ports(IReadOnlyDictionary<string, string> environment)
    {
        var numbers = environment.TryGetValue("ASPNETCORE_URLS", out var urls)
            ? Split(urls).Select(url => UrlPort().Match(url)).Where(match => match.Success).Select(match => match.Groups[1].Value)
            : Split(environment.GetValueOrDefault("ASPNETCORE_HTTP_PORTS"))
            .Concat(Split(environment.GetValueOrDefault("ASPNETCORE_HTTPS_PORTS")));
        return numbers
            .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0)
            .Where(number => number is > 0 and <= 65535)
            .Distinct()
            .Select(number => new Port(number, "tcp"));
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    // A host may be a wildcard ('http://*:80', 'http://+:80'), which System.Uri does not take.
    [GeneratedRegex(@"\A\w+://[^/]+:([0-9]+)(?:/.*)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex UrlPort();
}
