using Containerize.Testing;

namespace Containerize.Tests;

[TestClass]
internal sealed class LongWorkTests
{
    private readonly RecordingReporter _reporter = new();
    private readonly ManualTime _time = new();

    [TestMethod]
    public void Short_work_is_not_mentioned()
    {
        using (new LongWork(_reporter, () => "working", _time))
        {
            _time.Pass(4.9);
        }

        _time.Pass(100);

        Assert.IsEmpty(_reporter.Messages);
    }

    [TestMethod]
    public void Long_work_is_told_ever_more_seldom_with_how_far_it_is()
    {
        var done = 0;
        using (new LongWork(_reporter, () => $"{done} done", _time))
        {
            foreach (var seconds in new[] { 5, 10, 20, 40, 40 })
            {
                done++;
                _time.Pass(seconds - 0.1);
                Assert.HasCount(done - 1, _reporter.Messages);
                _time.Pass(0.1);
                Assert.AreEqual($"{done} done", _reporter.Messages[^1]);
            }
        }

        _time.Pass(1000);
        Assert.HasCount(5, _reporter.Messages);
    }

    private sealed class ManualTime : TimeProvider
    {
        private readonly List<Alarm> _alarms = [];
        private TimeSpan _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var alarm = new Alarm(this, () => callback(state));
            _alarms.Add(alarm);
            alarm.Change(dueTime, period);
            return alarm;
        }

        internal void Pass(double seconds)
        {
            _now += TimeSpan.FromSeconds(seconds);
            _alarms.ForEach(alarm => alarm.Ring());
        }

        private sealed class Alarm(ManualTime time, Action ring) : ITimer
        {
            private TimeSpan? _due;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _due = time._now + dueTime;
                return true;
            }

            public void Dispose() => _due = null;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }

            internal void Ring()
            {
                if (_due is { } due && due <= time._now + TimeSpan.FromMilliseconds(1))
                {
                    _due = null;
                    ring();
                }
            }
        }
    }
}
