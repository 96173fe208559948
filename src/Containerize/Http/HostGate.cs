using System.Collections.Concurrent;

namespace Containerize.Http;

/// <summary>When a host says "too many requests", all requests to it wait, not only the one that was told.</summary>
internal sealed class HostGate(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _closedUntil = new(StringComparer.OrdinalIgnoreCase);

    internal void Close(string host, TimeSpan duration)
    {
        var until = time.GetUtcNow() + duration;
        _closedUntil.AddOrUpdate(host, until, (_, earlier) => earlier > until ? earlier : until);
    }

    internal async Task PassAsync(string host, CancellationToken cancellationToken)
    {
        while (_closedUntil.TryGetValue(host, out var until) && until - time.GetUtcNow() is { Ticks: > 0 } left)
        {
            await Task.Delay(left, time, cancellationToken);
        }
    }
}
