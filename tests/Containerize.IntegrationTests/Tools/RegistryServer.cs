using System.Net;
using System.Net.Sockets;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.IntegrationTests.Tools;

/// <summary>The real registry of Debian (distribution), on a free port of the loopback address.</summary>
internal sealed class RegistryServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory;
    private readonly string _configuration;
    private BackgroundProcess _process;

    private RegistryServer(string host, TemporaryDirectory directory, string configuration, BackgroundProcess process)
    {
        Host = host;
        _directory = directory;
        _configuration = configuration;
        _process = process;
    }

    /// <summary>Host and port.</summary>
    internal string Host { get; }

    /// <summary>The log: one line a request.</summary>
    internal string Log => _process.Output;

    /// <summary>Starts a registry.</summary>
    /// <param name="password">The password of the user <c>ada</c>; null lets everyone in.</param>
    /// <param name="certificates">What it proves itself with; null speaks HTTP.</param>
    /// <param name="isReadOnly">Whether it is in maintenance, and takes nothing.</param>
    internal static async Task<RegistryServer> StartAsync(
        string? password = null, TestCertificates? certificates = null, bool isReadOnly = false)
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
              maintenance:
                readonly:
                  enabled: {(isReadOnly ? "true" : "false")}
            {await AuthAsync(directory, password)}
            http:
              addr: {host}
            {Tls(directory, certificates)}
            """);
        return new RegistryServer(host, directory, configuration, await RunAsync(host, configuration));
    }

    /// <summary>Puts an image of a layout into a repository, with skopeo.</summary>
    internal async Task SeedAsync(string layout, string reference) =>
        (
            await ProcessRunner.RunAsync(
                "skopeo",
                ["copy", "-q", "--all", "--dest-tls-verify=false", $"oci:{layout}", $"docker://{Host}/{reference}"])).EnsureSuccess();

    /// <summary>Kills it: nothing is finished, nothing is said.</summary>
    internal Task KillAsync() => _process.KillAsync();

    /// <summary>Starts it again after <see cref="KillAsync"/>, at the same place with the same content.</summary>
    internal async Task RestartAsync() => _process = await RunAsync(Host, _configuration);

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Dispose();
    }

    private static Task<BackgroundProcess> RunAsync(string host, string configuration) =>
        BackgroundProcess.StartAsync("docker-registry", ["serve", configuration], async () =>
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPEndPoint.Parse(host));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    });

    private static async Task<string> AuthAsync(TemporaryDirectory directory, string? password)
    {
        if (password is null)
        {
            return "";
        }

        var file =
            directory.Write("htpasswd", (await ProcessRunner.RunAsync("htpasswd", ["-Bbn", "ada", password])).EnsureSuccess().Output);
        return $"""
            auth:
              htpasswd:
                realm: test
                path: {file}
            """;
    }

    private static string Tls(TemporaryDirectory directory, TestCertificates? certificates) => certificates is null ? "" : $"""
          tls:
            certificate: {directory.Write("server.crt", certificates.Server.ExportCertificatePem())}
            key: {directory.Write("server.key", certificates.ServerKeyPem)}
        """;
}
