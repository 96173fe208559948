using System.Net;
using System.Net.Sockets;
using System.Text;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Transfer;

/// <summary>A registry that may be reached without encryption is where one answers as a registry.</summary>
[TestClass]
internal sealed class EndpointDirectoryTests
{
    private const string Name = "registry.example";
    private const int Nothing = 0;

    [TestMethod]
    [DataRow(200, 200, "https")]
    [DataRow(401, 200, "https")]
    [DataRow(404, 200, "http")]
    [DataRow(403, 401, "http")]
    [DataRow(503, 200, "http")]
    [DataRow(301, 200, "http")]
    [DataRow(Nothing, 200, "http")]
    [DataRow(Nothing, 404, "http")]
    [DataRow(404, 404, "https")]
    [DataRow(503, 301, "https")]
    [DataRow(404, Nothing, "https")]
    public async Task An_insecure_registry_is_found_where_it_answers_as_one(int encrypted, int plain, string expected)
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true });
        var unencrypted = await lab.AddRegistryAsync();
        lab.Registry.On(RequestKind.Ping).Do(fault => fault.Reply(encrypted, "", ("Location", "/elsewhere")));
        unencrypted.On(RequestKind.Ping).Do(fault => fault.Reply(plain, "", ("Location", "/elsewhere")));
        using var host = new Host(
            encrypted == Nothing ? null : new Uri($"https://{lab.Registry.Authority}").Port,
            plain == Nothing ? null : new Uri($"http://{unencrypted.Authority}").Port);
        lab.Options = options => options with { InsecureRegistries = [Name], Proxy = new WebProxy(host.Address), MaxRetries = 0 };

        var endpoint = await lab.Client.ReachAsync(Name, CancellationToken.None);

        Assert.AreEqual(expected, endpoint.Origin.Base.Scheme);
    }

    /// <summary>
    /// A proxy that leads to the two sides of one host: <c>CONNECT</c> to the encrypted one, everything else to the plain one.
    /// </summary>
    private sealed class Host : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly int? _encrypted;
        private readonly int? _plain;

        internal Host(int? encrypted, int? plain)
        {
            (_encrypted, _plain) = (encrypted, plain);
            _listener.Start();
            _ = AcceptAsync();
        }

        internal Uri Address => new($"http://{_listener.LocalEndpoint}");

        public void Dispose() => _listener.Dispose();

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    _ = ServeAsync(await _listener.AcceptTcpClientAsync());
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // It ends with the test.
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                // Small requests come in one piece.
                var buffer = new byte[16 * 1024];
                var request = Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer));
                var isTunnel = request.StartsWith("CONNECT ", StringComparison.Ordinal);
                if ((isTunnel ? _encrypted : _plain) is not { } port)
                {
                    return;
                }

                using var server = new TcpClient();
                await server.ConnectAsync(IPAddress.Loopback, port);
                var first = isTunnel ? "HTTP/1.1 200 OK\r\n\r\n" : request.Replace($"http://{Name}/", "/", StringComparison.Ordinal);
                await (isTunnel ? client : server).GetStream().WriteAsync(Encoding.ASCII.GetBytes(first));
                await Task.WhenAny(
                    client.GetStream().CopyToAsync(server.GetStream()), server.GetStream().CopyToAsync(client.GetStream()));
            }
        }
    }
}
