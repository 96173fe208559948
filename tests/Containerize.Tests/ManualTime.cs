namespace Containerize.Tests;

/// <summary>A clock that stands still until a test moves it.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Alarm> _alarms = [];
    private DateTimeOffset _now = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, () => callback(state));
        alarm.Change(dueTime, period);
        lock (_lock)
        {
            _alarms.Add(alarm);
        }

        return alarm;
    }

    /// <summary>Moves the clock; what became due happens before this returns.</summary>
    internal void Advance(TimeSpan time)
    {
        _now += time;
        Alarm[] alarms;
        lock (_lock)
        {
            alarms = [.. _alarms];
        }

        Array.ForEach(alarms, alarm => alarm.RingIfDue());
    }

    private sealed class Alarm(ManualTime time, Action ring) : ITimer
    {
        private long _due = long.MaxValue;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Exchange(ref _due, dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : (time._now + dueTime).Ticks);
            return true;
        }

        public void Dispose() => Interlocked.Exchange(ref _due, long.MaxValue);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        internal void RingIfDue()
        {
            var due = Interlocked.Read(ref _due);
            if (due <= time._now.Ticks && Interlocked.CompareExchange(ref _due, long.MaxValue, due) == due)
            {
                ring();
            }
        }
    }
}
