using System.Collections.Concurrent;

namespace Containerize.Registry.Transfer;

/// <summary>Says how long transfers proceed: one line for all that go the same way, ever more seldom, and none for short ones.</summary>
internal sealed class TransferReport(IReporter reporter, TimeProvider time) : IDisposable
{
    private readonly ConcurrentDictionary<string, TransferGroup> _groups = new(StringComparer.Ordinal);

    /// <summary>A transfer begins, or waits for its turn.</summary>
    /// <param name="way">What is done: <c>Pushing to registry/repository</c>.</param>
    /// <param name="size">How many bytes there are.</param>
    internal TransferProgress Start(string way, long size) =>
        _groups.GetOrAdd(way, key => new TransferGroup(key, reporter, time)).Start(size);

    public void Dispose()
    {
        foreach (var group in _groups.Values)
        {
            group.Dispose();
        }
    }
}

/// <summary>The transfers that go the same way.</summary>
internal sealed class TransferGroup : IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_calmest = TimeSpan.FromSeconds(40);

    private readonly Lock _lock = new();
    private readonly HashSet<TransferProgress> _running = [];
    private readonly string _way;
    private readonly IReporter _reporter;
    private readonly TimeProvider _time;
    private ITimer? _timer;
    private TimeSpan _pace = s_first;
    private int _begun;
    private long _endedBytes;
    private long _endedMoved;
    private long _since;
    private long _movedBefore;

    internal TransferGroup(string way, IReporter reporter, TimeProvider time)
    {
        _way = way;
        _reporter = reporter;
        _time = time;
    }

    internal TransferProgress Start(long size)
    {
        lock (_lock)
        {
            if (_running.Count == 0)
            {
                // What went the same way before is another story.
                (_begun, _endedBytes, _endedMoved, _movedBefore, _pace) = (0, 0, 0, 0, s_first);
                _since = _time.GetTimestamp();
                // A timer of its own: it reports to the task that these transfers belong to.
                _timer = _time.CreateTimer(_ => Report(), null, _pace, Timeout.InfiniteTimeSpan);
            }

            var transfer = new TransferProgress(this, size);
            _begun++;
            _running.Add(transfer);
            return transfer;
        }
    }

    internal void End(TransferProgress transfer)
    {
        lock (_lock)
        {
            _running.Remove(transfer);
            _endedBytes += transfer.Size;
            _endedMoved += transfer.Moved;
            if (_running.Count == 0)
            {
                Dispose();
            }
        }
    }

    public void Dispose()
    {
        _timer?.Dispose();
        _timer = null;
    }

    private void Report()
    {
        string line;
        lock (_lock)
        {
            if (_running.Count == 0)
            {
                return;
            }

            var done = _endedBytes + _running.Sum(transfer => transfer.Done);
            var size = _endedBytes + _running.Sum(transfer => transfer.Size);
            var moved = _endedMoved + _running.Sum(transfer => transfer.Moved);
            var rate = (moved - _movedBefore) / Math.Max(_time.GetElapsedTime(_since).TotalSeconds, 0.001);
            var left = rate > 0 ? $", {Duration.Format((size - done) / rate)} left" : "";
            var blobs = _begun > 1 ? $", {_running.Count} of {_begun} blobs left" : "";
            line = $"{_way}: {ByteSize.Format(done)} of {ByteSize.Format(size)}{blobs} ({ByteSize.Format((long)rate)}/s{left})";
            _movedBefore = moved;
            _since = _time.GetTimestamp();
            _pace = _pace * 2 < s_calmest ? _pace * 2 : s_calmest;
            _timer?.Change(_pace, Timeout.InfiniteTimeSpan);
        }

        _reporter.Message(line);
    }
}
