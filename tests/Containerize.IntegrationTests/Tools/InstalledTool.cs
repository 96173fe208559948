using System.Text.Json.Nodes;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The tool <c>containerize</c>, installed from its package as users do.</summary>
internal static class InstalledTool
{
    private static readonly Lazy<Task<string>> s_package = new(() => LocalFeed.PackAsync(
        Path.Combine(Repository.Root, "src", "Containerize.Tool", "Containerize.Tool.csproj"), "tool-feed"));
    private static readonly Lazy<Task<string>> s_program = new(InstallAsync);

    /// <summary>The file of the package.</summary>
    internal static Task<string> PackageAsync() => s_package.Value;

    /// <summary>What is run.</summary>
    internal static Task<string> ProgramAsync() => s_program.Value;

    /// <summary>Runs it. Whatever it prints has no colours: nothing that reads it is a terminal.</summary>
    internal static async Task<ProcessResult> RunAsync(
        IEnumerable<string> arguments, string? directory = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var result = await ProcessRunner.RunAsync(
            await s_program.Value, arguments, directory ?? RunDirectory.FullName, Dotnet.Environment(environment));
        Assert.DoesNotContain("\e[", result.Output + result.Error);
        Assert.DoesNotContain("   at ", result.Output + result.Error, "A stack trace is no message.");
        return result;
    }

    /// <summary>Runs it with <c>--json</c>; it has to work.</summary>
    internal static async Task<JsonNode> JsonAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var result = await RunAsync([.. arguments, "--json"], environment: environment);
        Assert.AreEqual(0, result.ExitCode, result.Output + result.Error);
        return JsonNode.Parse(result.Output)!;
    }

    private static async Task<string> InstallAsync()
    {
        var package = await s_package.Value;
        var configuration = Path.Combine(RunDirectory.FullName, "tool.config");
        await File.WriteAllTextAsync(configuration, $"""
            <configuration>
              <config>
                <add key="globalPackagesFolder" value="{Path.Combine(RunDirectory.FullName, "tool-packages")}" />
              </config>
              <packageSources>
                <clear />
                <add key="containerize-tool" value="{Path.GetDirectoryName(package)}" />
              </packageSources>
            </configuration>
            """);
        var tools = Path.Combine(RunDirectory.FullName, "tools");
        (await Dotnet.RunAsync(
            RunDirectory.FullName,
            ["tool", "install", "Containerize.Tool", "--prerelease", "--tool-path", tools, "--configfile", configuration]))
            .EnsureSuccess();
        return Path.Combine(tools, OperatingSystem.IsWindows() ? "containerize.exe" : "containerize");
    }
}
