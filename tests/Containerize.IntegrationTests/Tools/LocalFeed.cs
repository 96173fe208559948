namespace Containerize.IntegrationTests.Tools;

/// <summary>A package feed in a directory, with the packed SDK as its only package.</summary>
internal static class LocalFeed
{
    private static readonly Lazy<Task<string>> s_packed = new(() => PackAsync(Project, "feed"));
    private static readonly Lazy<Task<string>> s_templates = new(() => PackAsync(
        Path.Combine(Repository.Root, "src", "Containerize.Templates", "Containerize.Templates.csproj"), "templates"));

    /// <summary>
    /// The version of the package. The packages of a run lie in a folder of their own, so no cache has an older one of it.
    /// </summary>
    internal static async Task<string> VersionAsync() =>
        Path.GetFileNameWithoutExtension(await s_packed.Value)["Containerize.Sdk.".Length..];

    private static string Folder => RunDirectory.FullName;

    /// <summary>Writes the configuration with which a project finds the package.</summary>
    /// <param name="directory">The project's directory.</param>
    internal static async Task UseInAsync(string directory)
    {
        await s_packed.Value;
        await File.WriteAllTextAsync(Path.Combine(directory, "nuget.config"), $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="{Path.Combine(Folder, "packages")}" />
              </config>
              <packageSources>
                <add key="containerize-test" value="{Path.Combine(Folder, "feed")}" />
              </packageSources>
              <fallbackPackageFolders>
                <add key="user" value="{UserPackages}" />
              </fallbackPackageFolders>
            </configuration>
            """);
    }

    /// <summary>The project that packs it.</summary>
    internal static string Project => Path.Combine(Repository.Root, "src", "Containerize.MSBuild", "Containerize.MSBuild.csproj");

    /// <summary>The package's file.</summary>
    internal static async Task<string> PackageAsync() => await s_packed.Value;

    /// <summary>The file of the package with the templates of this version.</summary>
    internal static Task<string> TemplatesAsync() => s_templates.Value;

    /// <summary>Packs a project once more.</summary>
    /// <returns>The package's file.</returns>
    internal static async Task<string> PackAsync(string project, string folder)
    {
        var output = Path.Combine(Folder, folder);
        (await Dotnet.RunAsync(Repository.Root,
            ["pack", project, "--no-build", "-c", "Release", "-v", "quiet", "-o", output])).EnsureSuccess();
        return Directory.GetFiles(output, "*.nupkg").Single();
    }

    private static string UserPackages =>
        Environment.GetEnvironmentVariable("NUGET_PACKAGES") is { Length: > 0 } packages ? packages
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
}
