using Containerize.Oci;
using Containerize.Sites;

namespace Containerize.Settings;

/// <summary>Reads how a static site is handed out.</summary>
internal static class SiteSettings
{
    private const string Property = "ContainerizeStaticSiteFallback";
    private const string None = "None";

    /// <summary>The site; null for a project that is none.</summary>
    /// <param name="project">What the project says.</param>
    /// <param name="platform">What the image is for.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static StaticSite? Read(ProjectSettings project, Platform platform)
    {
        if (project.Find(ItemKind.Site) is not { } item)
        {
            return null;
        }

        if (platform.IsWindows)
        {
            throw SettingText.Invalid($"A static site is handed out by nginx on Linux, and this image is for Windows. "
                + $"Choose linux-x64 or linux-arm64 as ContainerRuntimeIdentifier.");
        }

        var run = new RunSettings(project, platform);
        IReadOnlyList<int> ports =
            [.. run.Ports.Where(port => port.Protocol == "tcp").Select(port => port.Number).Distinct()];
        return new StaticSite
        {
            Directory = Plain("ContainerWorkingDirectory", run.WorkingDirectory()),
            Ports = ports.Count > 0 ? ports : throw SettingText.Invalid(
                $"ContainerPort has no TCP port for the site. Add <ContainerPort Include=\"8080\" Type=\"tcp\" />."),
            Fallback = Fallback(item["Fallback"]),
        };
    }

    private static string? Fallback(string text)
    {
        var path = text.Replace('\\', '/').Trim('/');
        return path.Equals(None, StringComparison.OrdinalIgnoreCase) ? null
            : path.Length == 0 ? StaticSite.DefaultFallback
            : path.Split('/').Contains("..")
                ? throw SettingText.Invalid($"{Property} '{text}' is not a page below wwwroot. Write it like 'index.html', or 'None'.")
                : Plain(Property, path);
    }

    // The configuration of the server takes them for variables, and has no other way to write them.
    private static string Plain(string property, string path) => path.Contains('$', StringComparison.Ordinal)
        ? throw SettingText.Invalid($"{property} '{path}' has a '$', which nginx takes for a variable. Choose another path.")
        : path;
}
