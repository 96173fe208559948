using System.Globalization;
using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>A container engine with storage of its own.</summary>
internal interface IEngine : IAsyncDisposable
{
    /// <summary>Loads an archive.</summary>
    Task LoadAsync(string archive);

    /// <summary>Starts an image and returns what it answers to GET /.</summary>
    Task<string> AskAsync(string image, int port, params string[] options);

    /// <summary>Variables by which the engine's program, called by anybody, finds this engine.</summary>
    IReadOnlyDictionary<string, string?> Environment { get; }

    /// <summary>Runs a command of the engine.</summary>
    Task<ProcessResult> RunAsync(params string[] arguments);
}

internal static class EngineStart
{
    internal static async Task<string> AskAsync(IEngine engine, IEnumerable<string> run, string image, int port)
    {
        var name = $"ctz-{Guid.NewGuid():N}";
        (
            await engine.RunAsync(
                ["run", "-d", "--name", name, "--network=host", "-e",
                    string.Create(CultureInfo.InvariantCulture, $"ASPNETCORE_HTTP_PORTS={port}"), .. run, image])).EnsureSuccess();
        try
        {
            using var client = new HttpClient();
            for (var attempt = 0; attempt < 300; attempt++)
            {
                try
                {
                    return await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/"));
                }
                catch (HttpRequestException)
                {
                    await Task.Delay(100);
                }
            }

            var logs = await engine.RunAsync("logs", name);
            throw new InvalidOperationException($"{image} does not answer:\n{logs.Output}{logs.Error}");
        }
        finally
        {
            await engine.RunAsync("rm", "-f", name);
        }
    }
}

internal sealed class Podman : IEngine
{
    // From the quickest to the one that works everywhere and copies the whole tree for each layer.
    private static readonly string[] s_drivers =
    [
        "driver = \"overlay\"",
        """
        driver = "overlay"
        [storage.options.overlay]
        mount_program = "/usr/bin/fuse-overlayfs"
        """,
        "driver = \"vfs\"",
    ];

    private static readonly Lazy<Task<string>> s_driver = new(FindDriverAsync);

    private readonly TemporaryDirectory _directory = new();

    private Podman(string driver)
    {
        Environment = new Dictionary<string, string?>
        {
            ["CONTAINERS_STORAGE_CONF"] = _directory.Write("storage.conf", $"""
                [storage]
                graphroot = "{_directory["root"]}"
                runroot = "{_directory["run"]}"
                {driver}
                """),
            ["CONTAINERS_CONF"] = _directory.Write("containers.conf", $"""
                [engine]
                runtime = "runc"
                cgroup_manager = "cgroupfs"
                events_logger = "file"
                lock_type = "file"
                tmp_dir = "{_directory["tmp"]}"
                """),
        };
    }

    /// <summary>Podman with its storage, its locks and all else that it remembers in a directory of its own.</summary>
    internal static async Task<Podman> StartAsync() => new(await s_driver.Value);

    // Whether a driver works depends on the kernel, the user and the file system; Podman knows once it has opened its storage.
    private static async Task<string> FindDriverAsync()
    {
        foreach (var driver in s_drivers)
        {
            await using var podman = new Podman(driver);
            if ((await podman.RunAsync("info")).ExitCode == 0)
            {
                return driver;
            }
        }

        throw new InvalidOperationException("Podman opens no storage, with any driver.");
    }

    public IReadOnlyDictionary<string, string?> Environment { get; }

    public async Task LoadAsync(string archive) => (await RunAsync("load", "-q", "-i", archive)).EnsureSuccess();

    public Task<string> AskAsync(string image, int port, params string[] options) =>
        EngineStart.AskAsync(this, ["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1000:1000", .. options], image, port);

    public Task<ProcessResult> RunAsync(params string[] arguments) =>
        ProcessRunner.RunAsync("podman", arguments, environment: Environment);

    public async ValueTask DisposeAsync()
    {
        await RunAsync("system", "reset", "--force");
        _directory.Dispose();
    }
}

internal sealed class Dockerd : IEngine
{
    private readonly TemporaryDirectory _directory;
    private readonly BackgroundProcess _process;

    public IReadOnlyDictionary<string, string?> Environment =>
        new Dictionary<string, string?> { ["DOCKER_HOST"] = $"unix://{_directory["docker.sock"]}" };

    private Dockerd(TemporaryDirectory directory, BackgroundProcess process)
    {
        _directory = directory;
        _process = process;
    }

    internal static async Task<Dockerd> StartAsync()
    {
        var directory = new TemporaryDirectory();
        var socket = $"unix://{directory["docker.sock"]}";
        var process = await BackgroundProcess.StartAsync(
            "dockerd",
            ["--iptables=false", "--bridge=none", "--data-root", directory["data"], "--exec-root", directory["exec"], "--pidfile",
                directory["pid"], "-H", socket],
            async () => (await ProcessRunner.RunAsync("docker", ["-H", socket, "version"])).ExitCode == 0);
        return new Dockerd(directory, process);
    }

    public async Task LoadAsync(string archive) => (await RunAsync("load", "-q", "-i", archive)).EnsureSuccess();

    public Task<string> AskAsync(string image, int port, params string[] options) => EngineStart.AskAsync(this, options, image, port);

    public Task<ProcessResult> RunAsync(params string[] arguments) =>
        ProcessRunner.RunAsync("docker", ["-H", $"unix://{_directory["docker.sock"]}", .. arguments]);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        // The daemon leaves the namespace of --network=host mounted.
        await ProcessRunner.RunAsync("umount", [_directory["exec/netns/default"]]);
        _directory.Dispose();
    }
}
