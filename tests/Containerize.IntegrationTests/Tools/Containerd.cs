using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A containerd with a socket, content and snapshots in a directory of its own.</summary>
internal sealed class Containerd : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly BackgroundProcess _process;

    private Containerd(TemporaryDirectory directory, BackgroundProcess process)
    {
        _directory = directory;
        _process = process;
    }

    /// <summary>Variables by which <c>ctr</c>, called by anybody, finds this containerd and the namespace of the tests.</summary>
    internal IReadOnlyDictionary<string, string?> Environment => EnvironmentOf(_directory);

    internal static async Task<Containerd> StartAsync()
    {
        var directory = new TemporaryDirectory();
        var configuration = directory.Write("config.toml", $"""
            version = 2
            root = "{directory["root"]}"
            state = "{directory["state"]}"
            disabled_plugins = ["io.containerd.grpc.v1.cri"]
            [grpc]
              address = "{directory["c.sock"]}"
            [ttrpc]
              address = "{directory["c.sock.ttrpc"]}"
            """);
        return new Containerd(
            directory,
            await BackgroundProcess.StartAsync(
                "containerd",
                ["--config", configuration],
                async () => (await ProcessRunner.RunAsync("ctr", ["version"], environment: EnvironmentOf(directory))).ExitCode == 0));
    }

    /// <summary>Runs a command of <c>ctr</c>.</summary>
    internal Task<ProcessResult> RunAsync(params string[] arguments) =>
        ProcessRunner.RunAsync("ctr", arguments, environment: Environment);

    /// <summary>Starts a container of an image, and returns what it printed when it ended.</summary>
    internal async Task<string> StartContainerAsync(string image, params string[] command) =>
        (await RunAsync(["run", "--rm", image, $"ctz-{Guid.NewGuid():N}", .. command])).EnsureSuccess().Output.TrimEnd();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private static Dictionary<string, string?> EnvironmentOf(TemporaryDirectory directory) => new()
    {
        ["CONTAINERD_ADDRESS"] = directory["c.sock"],
        ["CONTAINERD_NAMESPACE"] = "k8s.io",
    };
}
