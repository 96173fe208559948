using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The dotnet command, cut off from what earlier runs and the machine's user left behind.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);

    internal static Task<ProcessResult> RunAsync(
        string directory, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null) =>
        ProcessRunner.RunAsync("dotnet", arguments, directory, Environment(environment), s_timeout);

    /// <summary>Runs dotnet with another directory in the place of one of the machine's, which nothing else sees.</summary>
    internal static Task<ProcessResult> RunWithAsync(
        string machineDirectory, string replacement, string directory, IEnumerable<string> arguments) =>
        ProcessRunner.RunAsync(
            "unshare",
            ["--mount", "sh", "-c", "mount --bind \"$0\" \"$1\" && shift && exec dotnet \"$@\"", replacement, machineDirectory,
                .. arguments],
            directory,
            Environment(null),
            s_timeout);

    /// <summary>The variables of such a run, with further ones.</summary>
    internal static Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string?>? more)
    {
        var environment = new Dictionary<string, string?>
        {
            // Nodes that outlive a build would keep an old version of the tasks loaded.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            // Measuring where code is hot costs a tenth of a build, and pays only in processes that live longer.
            ["DOTNET_TieredPGO"] = "0",
            // The test host's own settings are not the project's.
            ["MSBuildSDKsPath"] = null,
            ["MSBuildExtensionsPath"] = null,
            ["MSBUILD_EXE_PATH"] = null,
            ["SOURCE_DATE_EPOCH"] = null,
            // Nor does the CI system hear of the images of tests.
            ["CI"] = null,
            ["GITHUB_ACTIONS"] = null,
            ["GITLAB_CI"] = null,
            ["TF_BUILD"] = null,
            // Most bases here are empty, or hold what tests look for: nothing starts on them. Tests with real bases set it back.
            ["ContainerizeStartCheck"] = "None",
            ["CONTAINERIZE_CACHE_DIRECTORY"] = SharedCache.Directory,
        };
        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
        {
            environment[name] = value;
        }

        return environment;
    }

    /// <summary>One cache for a test run, so that no test sees the user's.</summary>
    private static class SharedCache
    {
        internal static string Directory { get; } = Path.Combine(RunDirectory.FullName, "cache");
    }
}
