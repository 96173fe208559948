using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The dotnet command, cut off from what earlier runs and the machine's user left behind.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(10);

    // For all tests, to see whether one fails because of a server.
    private static readonly BuildHost s_host = System.Environment.GetEnvironmentVariable("CONTAINERIZE_TESTS_BUILD_HOST") is { } named
        ? Enum.Parse<BuildHost>(named)
        : BuildHost.Server;

    internal static Task<ProcessResult> RunAsync(
        string directory,
        IReadOnlyCollection<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null,
        BuildHost host = BuildHost.Server)
    {
        // What is asked for stands in no log, should the end of a server's answer be lost.
        var isServer = host == BuildHost.Server && s_host != BuildHost.OwnProcess
            && !arguments.Any(argument => argument.StartsWith('-') && argument.TrimStart('-').StartsWith("get", StringComparison.Ordinal));
        return isServer ? BuildServers.UseAsync(arguments, RunAsync) : RunAsync(arguments, []);

        Task<ProcessResult> RunAsync(IReadOnlyCollection<string> command, IEnumerable<KeyValuePair<string, string?>> ofServer)
        {
            var all = Environment(environment);
            foreach (var (name, value) in ofServer)
            {
                all[name] = value;
            }

            if (isServer && command.FirstOrDefault() == "publish" && command.Contains("-t:Containerize"))
            {
                // The targets look for it on the command line, and a server does not have the command's.
                all["_ContainerizeIsOnCommandLine"] = "true";
            }

            return ProcessRunner.RunAsync("dotnet", command, directory, all, s_timeout);
        }
    }

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

    /// <summary>The variables of such a run in a process of its own, with further ones.</summary>
    internal static Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string?>? more)
    {
        var environment = new Dictionary<string, string?>
        {
            // A server or a node that outlives a build would be found by later runs, whose tasks are others.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",
            // Measuring where code is hot costs a tenth of a build, and pays only in processes that live longer.
            ["DOTNET_TieredPGO"] = "0",
            ["SOURCE_DATE_EPOCH"] = null,
            // What analyzers would say of a test's few lines is no subject here, and takes longer than compiling them.
            ["RunAnalyzers"] = "false",
            // The best compression of web content takes longer than all the rest of a publish.
            ["_BlazorBrotliCompressionLevel"] = "Fastest",
            // Nor does the CI system hear of the images of tests.
            ["CI"] = null,
            ["GITHUB_ACTIONS"] = null,
            ["GITLAB_CI"] = null,
            ["TF_BUILD"] = null,
            // Most bases here are empty, or hold what tests look for: nothing starts on them. Tests with real bases set it back.
            ["ContainerizeStartCheck"] = "None",
            ["CONTAINERIZE_CACHE_DIRECTORY"] = SharedCache.Directory,
        };
        // What `dotnet test` tells the test host is not the project's. Some of it would have nodes keep the test's output open.
        foreach (var name in System.Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(IsOfTestHost))
        {
            environment.TryAdd(name, null);
        }

        foreach (var (name, value) in more ?? new Dictionary<string, string?>())
        {
            environment[name] = value;
        }

        return environment;
    }

    private static bool IsOfTestHost(string variable) =>
        variable is "DOTNET_HOST_PATH"
        || Array.Exists(["MSBUILD", "_MSBUILD", "VSTEST"], start => variable.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    /// <summary>One cache for a test run, so that no test sees the user's.</summary>
    private static class SharedCache
    {
        internal static string Directory { get; } = Path.Combine(RunDirectory.FullName, "cache");
    }
}
