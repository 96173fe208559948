using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Containerize.Testing;

/// <summary>Finds a port on which nothing listens.</summary>
internal static class FreePort
{
    // Tests run side by side: no two of them may get the same port, even if nothing listens on it yet.
    private static readonly ConcurrentDictionary<int, bool> s_given = new();

    /// <summary>A port of 127.0.0.1 that was free a moment ago, and that no other test of this process got.</summary>
    public static int Find()
    {
        while (true)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var port = ((IPEndPoint)listener.LocalEndpoint).Port;
            if (s_given.TryAdd(port, true))
            {
                return port;
            }
        }
    }
}
