using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Containerize.Oci;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Http;

/// <summary>
/// A connection can die without a word: a router was restarted, a machine slept. What was sent over it is sent over another.
/// </summary>
[TestClass]
internal sealed class DeadConnectionTests
{
    private const int Size = 1_000_000;

    [TestMethod]
    [DataRow(true, 0)]
    [DataRow(true, 100_000)]
    [DataRow(false, 0)]
    [DataRow(false, 100_000)]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task A_connection_that_died_silently_is_replaced(bool http2, int after)
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true, Http2 = http2 });
        lab.Options = options => options with { NoProgressTimeout = TimeSpan.FromSeconds(http2 ? 5 : 2), MaxRetries = 1 };
        using var relay = new SilentRelay(new Uri($"https://{lab.Registry.Authority}").Port);
        var repository = new RepositoryReference(relay.Authority, "team/app");
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        Assert.AreEqual(Size, await lab.Client.FindBlobSizeAsync(repository, blob.Digest, CancellationToken.None));

        relay.SilenceAfter(after);
        await lab.Client.FetchAsync(repository, blob, lab.Store, CancellationToken.None);

        Assert.IsTrue(relay.HasSwallowed);
    }

    /// <summary>Passes bytes on, until the connections that there are shall be silent: they stay open and nothing comes through.</summary>
    private sealed class SilentRelay : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<Pair> _pairs = [];
        private readonly int _target;

        internal SilentRelay(int target)
        {
            _target = target;
            _listener.Start();
            _ = AcceptAsync();
        }

        internal string Authority => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

        internal bool HasSwallowed => _pairs.Any(pair => pair.HasSwallowed);

        internal void SilenceAfter(long bytes)
        {
            foreach (var pair in _pairs)
            {
                pair.Left = bytes;
            }
        }

        public void Dispose()
        {
            _listener.Dispose();
            foreach (var pair in _pairs)
            {
                pair.Dispose();
            }
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var client = await _listener.AcceptTcpClientAsync();
                    var server = new TcpClient();
                    await server.ConnectAsync(IPAddress.Loopback, _target);
                    var pair = new Pair(client, server);
                    _pairs.Add(pair);
                    pair.Start();
                }
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                // It ends with the test.
            }
        }

        private sealed class Pair(TcpClient client, TcpClient server) : IDisposable
        {
            private long _left = long.MaxValue;

            /// <summary>How much of what the server sends is passed on; with 0 of it left nothing of the client's is, either.</summary>
            internal long Left
            {
                set => Interlocked.Exchange(ref _left, value);
            }

            internal bool HasSwallowed { get; private set; }

            internal void Start()
            {
                _ = PassAsync(client, server, counts: false);
                _ = PassAsync(server, client, counts: true);
            }

            public void Dispose()
            {
                client.Dispose();
                server.Dispose();
            }

            private async Task PassAsync(TcpClient from, TcpClient to, bool counts)
            {
                var buffer = new byte[16 * 1024];
                try
                {
                    while (await from.GetStream().ReadAsync(buffer) is > 0 and var read)
                    {
                        if (Interlocked.Read(ref _left) <= 0)
                        {
                            HasSwallowed = true;
                            continue;
                        }

                        await to.GetStream().WriteAsync(buffer.AsMemory(0, read));
                        Interlocked.Add(ref _left, counts ? -read : 0);
                    }

                    to.Client.Shutdown(SocketShutdown.Send);
                }
                catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException
                    or InvalidOperationException)
                {
                    Dispose();
                }
            }
        }
    }
}
