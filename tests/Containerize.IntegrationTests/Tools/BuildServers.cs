using System.Collections.Concurrent;
using System.Globalization;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>
/// Servers of MSBuild for the builds of this run. A server does one build at a time, and a command that finds it busy becomes a process
/// of its own; so each build takes a server that is free, and there are as many as builds at a time.
/// </summary>
internal static class BuildServers
{
    // The servers of this run alone: those of an earlier one would still have its tasks. tests/run ends what has its name.
    private static readonly string s_run =
        $"{Environment.GetEnvironmentVariable("CONTAINERIZE_TESTS_RUN") ?? "containerize-tests"}-{Guid.NewGuid():n}";

    // The last one first: it is warm.
    private static readonly ConcurrentStack<string> s_free = new();
    private static readonly ConcurrentBag<string> s_all = [];

    /// <summary>Runs a command of dotnet with the variables by which it uses a server that no other command has.</summary>
    internal static async Task<ProcessResult> UseAsync(
        IReadOnlyCollection<string> arguments,
        Func<IReadOnlyCollection<string>, IEnumerable<KeyValuePair<string, string?>>, Task<ProcessResult>> run)
    {
        if (!s_free.TryPop(out var server))
        {
            server = string.Create(CultureInfo.InvariantCulture, $"{s_run}-{s_all.Count}-{Guid.NewGuid():n}");
            s_all.Add(server);
        }

        // A server whose command did not end is used by no other.
        var log = new ServerLog(Path.Combine(RunDirectory.FullName, $"{server}.log"));
        var result = log.Complete(await run(log.Arguments(arguments), Variables(server)));
        s_free.Push(server);
        return result;
    }

    /// <summary>Ends all servers. Nodes that they have started end soon, when no build has come.</summary>
    internal static async Task EndAsync()
    {
        foreach (var server in s_all)
        {
            var variables = Dotnet.Environment(Variables(server));
            await ProcessRunner.RunAsync("dotnet", ["build-server", "shutdown", "--msbuild"], RunDirectory.FullName, variables);
        }
    }

    private static Dictionary<string, string?> Variables(string server) => new()
    {
        ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "1",
        // This switch of nodes is the server's as well.
        ["MSBUILDDISABLENODEREUSE"] = null,
        // A part of the names of the pipes on which server and nodes are found.
        ["MSBUILDNODEHANDSHAKESALT"] = server,
        // Milliseconds for which they wait for another build, should this run end without a word to them.
        ["MSBUILDNODECONNECTIONTIMEOUT"] = "120000",
    };
}
