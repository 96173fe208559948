using Containerize.Testing;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The real registry of Debian (distribution), on a free port of the loopback address.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly BackgroundProcess _process;

    private RegistryServer(string host, TemporaryDirectory directory, BackgroundProcess process)
    {
        Host = host;
        _directory = directory;
        _process = process;
    }

    /// <summary>Host and port.</summary>
    internal string Host { get; }

    /// <summary>The log: one line a request.</summary>
    internal string Log => _process.Output;

    internal static async Task<RegistryServer> StartAsync()
    {
        var directory = new TemporaryDirectory();
        var host = $"127.0.0.1:{FreePort.Find()}";
        var configuration = directory.Write("config.yml", $"""
            version: 0.1
            log:
              accesslog:
                disabled: false
            storage:
              filesystem:
                rootdirectory: {directory["data"]}
            http:
              addr: {host}
            """);
        using var client = new HttpClient();
        var process = await BackgroundProcess.StartAsync("docker-registry", ["serve", configuration], async () =>
        {
            try
            {
                using var reply = await client.GetAsync(new Uri($"http://{host}/v2/"));
                return reply.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });
        return new RegistryServer(host, directory, process);
    }

    /// <summary>Puts an image of a layout into a repository, with skopeo.</summary>
    internal async Task SeedAsync(string layout, string reference) =>
        (await ProcessRunner.RunAsync("skopeo", ["copy", "--all", "-q", "--dest-tls-verify=false", $"oci:{layout}", $"docker://{Host}/{reference}"])).EnsureSuccess();

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }
}
