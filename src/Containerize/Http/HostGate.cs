using System.Collections.Concurrent;

namespace Containerize.Http;

/// <summary>
/// When a host asks for a pause, all requests to it wait, not only the one that was told. A pause that is longer than a build waits fails
/// them all at
/// once instead.
/// </summary>
internal sealed class HostGate(HttpOptions options)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _closedUntil = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes in that a host asks for a pause.</summary>
    /// <returns>Why nothing is repeated, as the end of a sentence; null for a pause that is waited for.</returns>
    internal string? Close(string host, TimeSpan pause)
    {
        var until = options.TimeProvider.GetUtcNow() + pause;
        _closedUntil.AddOrUpdate(host, until, (_, earlier) => earlier > until ? earlier : until);
        return pause > options.MaxRetryDelay ? Describe(until, pause) : null;
    }

    /// <exception cref="TransientException">The host asked for a pause that is not waited for.</exception>
    internal async Task PassAsync(string host, CancellationToken cancellationToken)
    {
        while (_closedUntil.TryGetValue(host, out var until) && until - options.TimeProvider.GetUtcNow() is { Ticks: > 0 } left)
        {
            if (left > options.MaxRetryDelay)
            {
                throw new TransientException($"{host} {Describe(until, left)}") { MaxRepetitions = 0 };
            }

            await Task.Delay(left, options.TimeProvider, cancellationToken);
        }
    }

    private static string Describe(DateTimeOffset until, TimeSpan pause) =>
        $"asks for a pause of {Duration.Format(pause.TotalSeconds)} (until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC), which is longer " +
        $"than a build waits";
}
