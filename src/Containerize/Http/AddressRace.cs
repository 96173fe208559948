using System.Net;
using System.Net.Sockets;

namespace Containerize.Http;

/// <summary>
/// Connects to a host that has several addresses. Half-configured IPv6 is common, so a host of many addresses of one family must not hide
/// the other: families take turns, and an address that is silent does not hold up the next one.
/// </summary>
/// <remarks>RFC 8305, sections 4 and 5.</remarks>
/// <param name="connect">Connects to one address.</param>
/// <param name="time">Measures how long an address is silent.</param>
internal sealed class AddressRace(Func<IPAddress, CancellationToken, Task<Stream>> connect, TimeProvider time)
{
    /// <summary>How long an address may be silent before the next one is tried as well; section 5 recommends it.</summary>
    internal static readonly TimeSpan NextAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>The order in which addresses are tried: as the system sorted them, but of each family in turn.</summary>
    /// <param name="addresses">The addresses, at least one.</param>
    /// <param name="last">The address that took a connection last, whose family comes first; null for none.</param>
    internal static IPAddress[] Order(IReadOnlyList<IPAddress> addresses, IPAddress? last)
    {
        var first = (last ?? addresses[0]).AddressFamily;
        var own = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily == first));
        var other = new Queue<IPAddress>(addresses.Where(address => address.AddressFamily != first));
        var order = new List<IPAddress>(addresses.Count);
        while (order.Count < addresses.Count)
        {
            foreach (var family in new[] { own, other })
            {
                if (family.TryDequeue(out var address))
                {
                    order.Add(address);
                }
            }
        }

        return [.. order];
    }

    /// <summary>Connects to the first address that takes the connection; what other addresses take later is closed.</summary>
    /// <param name="addresses">The addresses in their <see cref="Order"/>.</param>
    /// <returns>The connection, and to which address.</returns>
    /// <exception cref="SocketException">No address took it: why the last one did not.</exception>
    internal async Task<KeyValuePair<IPAddress, Stream>> RunAsync(IReadOnlyList<IPAddress> addresses, CancellationToken cancellationToken)
    {
        if (addresses.Count == 1)
        {
            return new(addresses[0], await connect(addresses[0], cancellationToken));
        }

        using var rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<Stream>>();
        var places = new List<IPAddress>();
        try
        {
            for (var next = 0; ;)
            {
                if (next < addresses.Count)
                {
                    places.Add(addresses[next]);
                    attempts.Add(connect(addresses[next++], rest.Token));
                }

                List<Task> awaited = [.. attempts];
                if (next < addresses.Count)
                {
                    awaited.Add(Task.Delay(NextAfter, time, rest.Token));
                }

                var done = await Task.WhenAny(awaited) is Task<Stream> attempt ? attempts.IndexOf(attempt) : -1;
                cancellationToken.ThrowIfCancellationRequested();
                if (done < 0)
                {
                    continue;
                }

                if (attempts[done].IsCompletedSuccessfully)
                {
                    var connection = await attempts[done];
                    attempts.RemoveAt(done);
                    return new(places[done], connection);
                }

                if (attempts.Count == 1 && next == addresses.Count)
                {
                    await attempts[done];
                }

                attempts.RemoveAt(done);
                places.RemoveAt(done);
            }
        }
        finally
        {
            await rest.CancelAsync();
            foreach (var late in attempts)
            {
                _ = late.ContinueWith(
                    ended => ended.Result.Dispose(),
                    CancellationToken.None,
                    TaskContinuationOptions.OnlyOnRanToCompletion | TaskContinuationOptions.ExecuteSynchronously,
                    TaskScheduler.Default);
                _ = late.ContinueWith(
                    ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            }
        }
    }
}
