using System.Text.RegularExpressions;
using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>An image of .NET, by its name.</summary>
/// <param name="Kind"><c>aspnet</c>, <c>runtime</c>, <c>runtime-deps</c> or <c>sdk</c>.</param>
/// <param name="Version">Its version: <c>10.0</c>.</param>
/// <param name="Family">What follows it: <c>noble-chiseled</c>; empty for nothing.</param>
/// <param name="IsInferred">Whether the SDK arrives at this name by itself, with the family.</param>
internal sealed partial record DotnetImage(string Kind, string Version, string Family, bool IsInferred)
{
    internal bool IsWindows =>
        Family.StartsWith("nanoserver", StringComparison.Ordinal) || Family.StartsWith("windowsservercore", StringComparison.Ordinal);

    /// <summary>Whether its user is <c>app</c> unless a Dockerfile says otherwise.</summary>
    internal bool IsNonRoot =>
        IsWindows || Family.Contains("chiseled", StringComparison.Ordinal) || Family.Contains("distroless", StringComparison.Ordinal);

    internal static bool Is(ExpandedText image) => Parse(image) is not null;

    /// <summary>Reads a name; null for other images.</summary>
    internal static DotnetImage? Parse(ExpandedText image)
    {
        var match = Name().Match(image.Value ?? "");
        if (!match.Success)
        {
            return null;
        }

        var (version, family) = (match.Groups["version"].Value, match.Groups["family"].Value);
        return new(
            match.Groups["kind"].Value,
            version,
            family,
            match.Groups["digest"].Length == 0 && MajorMinor().IsMatch(version) && !Architecture().IsMatch(family));
    }

    [GeneratedRegex(
        @"\Amcr\.microsoft\.com/dotnet/(?<kind>aspnet|runtime-deps|runtime|sdk)" +
        @"(?::(?<version>[0-9.]+|latest)(?:-(?<family>[^@]+))?)?(?<digest>@.*)?\z")]
    private static partial Regex Name();

    [GeneratedRegex(@"\A[0-9]+\.[0-9]+\z")]
    private static partial Regex MajorMinor();

    [GeneratedRegex(@"(?:\A|-)(?:amd64|arm64v8|arm32v7|preview|rc)(?:-|\z)|\A(?:preview|rc)\.")]
    private static partial Regex Architecture();
}
