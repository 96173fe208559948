using Containerize.Oci;

namespace Containerize.Pages;

/// <summary>Something in the image that is probably not needed there.</summary>
/// <param name="What">What it is.</param>
/// <param name="Files">The files.</param>
/// <param name="Why">What is lost without it.</param>
/// <param name="Cure">What to put into the project, as XML.</param>
internal sealed record Hint(string What, IReadOnlyList<ReportedFile> Files, string Why, string Cure)
{
    /// <summary>What would be saved, in bytes, uncompressed.</summary>
    internal long Size => Files.Sum(file => file.Size);
}

/// <summary>Finds what an image could do without, for files whose kind is certain and where a setting leaves them out.</summary>
internal static class Hints
{
    // Less than this is not worth a line of a project.
    private const long Least = 256 * 1000;
    private const int SeveralLanguages = 3;

    /// <summary>Finds hints.</summary>
    /// <param name="files">All files of the image.</param>
    /// <param name="platform">What the image runs on.</param>
    /// <param name="program">What starts the app: entrypoint and command.</param>
    /// <returns>The hints, the one that saves most first.</returns>
    internal static IReadOnlyList<Hint> Find(IReadOnlyList<ReportedFile> files, Platform platform, IReadOnlyList<string> program)
    {
        var paths = files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var names = program.Select(part => Stem(part.Replace('\\', '/').Split('/')[^1])).ToHashSet(StringComparer.Ordinal);
        var symbols = files.Where(file => file.Package is null && IsSymbols(file)).ToLookup(file => names.Contains(Stem(file.Name)));
        return
        [
            .. new[]
            {
                new Hint("Debug symbols of the app", [.. symbols[true]],
                    "Without them, stack traces have no line numbers, and debuggers no names. Keep them beside the image, not in it.",
                    Property("CopyOutputSymbolsToPublishDirectory", "false")),
                new Hint("Debug symbols of referenced projects", [.. symbols[false]],
                    "Without them, stack traces have no line numbers there. The documentation of these projects is left out, too.",
                    Property("AllowedReferenceRelatedFileExtensions", ".pri;.dll.config;.exe.config")),
                new Hint("Documentation of assemblies", [.. files.Where(file => IsDocumentation(file, paths))],
                    "Editors read it; an app does so only where it shows documentation itself, as Swagger pages do.",
                    Property("PublishDocumentationFiles", "false")),
                new Hint("Native files for other platforms", [.. files.Where(file => IsForOthers(file, platform))],
                    $"The app was published for all platforms, and this image runs on {platform} only.",
                    $"<PropertyGroup>\n  <RuntimeIdentifier>{RuntimeOf(platform)}</RuntimeIdentifier>\n"
                        + "  <SelfContained>false</SelfContained>\n</PropertyGroup>"),
                Languages(files),
            }.Where(hint => hint.Size >= Least).OrderByDescending(hint => hint.Size),
        ];
    }

    private static string Property(string name, string value) => $"<PropertyGroup>\n  <{name}>{value}</{name}>\n</PropertyGroup>";

    private static string Stem(string name) =>
        Path.GetExtension(name) is ".dll" or ".exe" or ".pdb" or ".dbg" ? Path.GetFileNameWithoutExtension(name) : name;

    private static bool IsSymbols(ReportedFile file) =>
        file.Name.EndsWith(".pdb", StringComparison.OrdinalIgnoreCase) || file.Name.EndsWith(".dbg", StringComparison.OrdinalIgnoreCase);

    private static bool IsDocumentation(ReportedFile file, HashSet<string> paths) =>
        file.Name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) && paths.Contains(file.Path[..^4] + ".dll");

    private static bool IsForOthers(ReportedFile file, Platform platform) =>
        file.Package is not null && file.Path.Split('/') is var parts && Array.IndexOf(parts, "runtimes") is >= 0 and var at
            && at + 2 < parts.Length && !MayRun(parts[at + 1], platform);

    // Of the names that are certain; any other may be one that falls back to this platform.
    private static bool MayRun(string runtime, Platform platform)
    {
        var parts = runtime.Split('-');
        return parts[0] switch
        {
            "win" or "linux" => (parts[0] == "win") == platform.IsWindows
                && (parts.Length == 1 || parts[^1] == ArchitectureOf(platform)
                    || parts[^1] is not ("x64" or "x86" or "arm" or "arm64" or "s390x" or "ppc64le" or "riscv64" or "loongarch64" or "armel"
                        or "mips64")),
            "osx" or "ios" or "iossimulator" or "tvos" or "tvossimulator" or "maccatalyst" or "android" or "browser" => false,
            _ => true,
        };
    }

    private static string RuntimeOf(Platform platform) => $"{(platform.IsWindows ? "win" : "linux")}-{ArchitectureOf(platform)}";

    private static string ArchitectureOf(Platform platform) => platform.Architecture switch
    {
        "amd64" => "x64",
        "386" => "x86",
        var same => same,
    };

    private static Hint Languages(IReadOnlyList<ReportedFile> files)
    {
        var satellites = files
            .Where(file => file.Name.EndsWith(".resources.dll", StringComparison.OrdinalIgnoreCase) && file.Directory.Length > 1).ToList();
        var languages = satellites.Select(file => file.Directory.TrimEnd('/').Split('/')[^1]).Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal).ToList();
        return new Hint($"Texts in {languages.Count} languages", languages.Count < SeveralLanguages ? [] : satellites,
            $"They are {string.Join(", ", languages)}. List those that users of the app see, separated by semicolons.",
            Property("SatelliteResourceLanguages", "en"));
    }
}
