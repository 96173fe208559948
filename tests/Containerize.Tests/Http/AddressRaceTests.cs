using System.Net;
using System.Net.Sockets;
using Containerize.Http;

namespace Containerize.Tests.Http;

[TestClass]
internal sealed class AddressRaceTests
{
    private const int Patience = 30_000;

    [TestMethod]
    [DataRow("::1 ::2 ::3 10.0.0.1 10.0.0.2", null, "::1 10.0.0.1 ::2 10.0.0.2 ::3")]
    [DataRow("10.0.0.1 ::1", null, "10.0.0.1 ::1")]
    [DataRow("::1 ::2 10.0.0.1", "10.0.0.9", "10.0.0.1 ::1 ::2")]
    [DataRow("10.0.0.1 10.0.0.2", "::9", "10.0.0.1 10.0.0.2")]
    [DataRow("::1", "10.0.0.9", "::1")]
    public void Families_take_turns_and_the_one_that_worked_comes_first(string addresses, string? last, string order) =>
        Assert.AreEqual(order, Text(AddressRace.Order(Parse(addresses), last is null ? null : IPAddress.Parse(last))));

    [TestMethod]
    [DataRow("::1 10.0.0.1", "10.0.0.1")]
    [DataRow("::1 ::2 ::3 ::4 ::5 10.0.0.1", "10.0.0.1")]
    [DataRow("10.0.0.1 ::1", "::1")]
    [DataRow("::1 ::2", "::2")]
    [DataRow("::1 10.0.0.1 ::2 10.0.0.2", "10.0.0.2")]
    [Timeout(Patience)]
    public async Task Silent_addresses_do_not_hide_the_one_that_answers(string addresses, string answering)
    {
        var race = new AddressRace(ConnectAsync, TimeProvider.System);

        var (taken, _) = await race.RunAsync(AddressRace.Order(Parse(addresses), null), CancellationToken.None);

        Assert.AreEqual(answering, taken.ToString());

        async Task<Stream> ConnectAsync(IPAddress address, CancellationToken stop)
        {
            await Task.Delay(address.ToString() == answering ? TimeSpan.Zero : Timeout.InfiniteTimeSpan, stop);
            return new MemoryStream();
        }
    }

    [TestMethod]
    [Timeout(Patience)]
    public async Task The_next_address_is_tried_at_once_when_one_refuses_and_the_last_failure_is_told()
    {
        var tried = new List<string>();
        // Time stands still: no address is waited for.
        var race = new AddressRace(
            (address, _) =>
            {
                tried.Add(address.ToString());
                return Task.FromException<Stream>(new SocketException(address.AddressFamily == AddressFamily.InterNetwork
                    ? (int)SocketError.ConnectionRefused : (int)SocketError.NetworkUnreachable));
            },
            new StoppedTime());

        var failure = await Assert.ThrowsExactlyAsync<SocketException>(
            () => race.RunAsync(Parse("::1 10.0.0.1 ::2 10.0.0.2"), CancellationToken.None));

        Assert.AreEqual(SocketError.ConnectionRefused, failure.SocketErrorCode);
        Assert.AreEqual("::1 10.0.0.1 ::2 10.0.0.2", string.Join(' ', tried));
    }

    [TestMethod]
    [Timeout(Patience)]
    public async Task A_connection_that_comes_late_is_closed()
    {
        var late = new TaskCompletionSource<Stream>();
        var race = new AddressRace(
            (address, _) => address.AddressFamily == AddressFamily.InterNetworkV6 ? late.Task : Task.FromResult<Stream>(new MemoryStream()),
            TimeProvider.System);

        await race.RunAsync(Parse("::1 10.0.0.1"), CancellationToken.None);
        var stream = new MemoryStream();
        late.SetResult(stream);

        while (stream.CanRead)
        {
            await Task.Yield();
        }
    }

    [TestMethod]
    [Timeout(Patience)]
    public async Task A_cancelled_race_ends_though_no_address_answers()
    {
        using var stop = new CancellationTokenSource();
        var race = new AddressRace(
            async (_, token) =>
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, token);
                return new MemoryStream();
            },
            TimeProvider.System);

        await Assert.ThrowsAsync<OperationCanceledException>(() => race.RunAsync(Parse("::1 10.0.0.1"), stop.Token));
    }

    /// <summary>A clock whose timers never end.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private static string Text(IEnumerable<IPAddress> addresses) => string.Join(' ', addresses);

    private static IPAddress[] Parse(string addresses) => [.. addresses.Split(' ').Select(IPAddress.Parse)];
}
