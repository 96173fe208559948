using Containerize.Registry.Transfer;

namespace Containerize.Tests.Registry.Transfer;

[TestClass]
internal sealed class TransferReportTests
{
    private readonly ManualTime _time = new();
    private readonly ListReporter _reporter = new();

    [TestMethod]
    public void A_short_transfer_is_quiet()
    {
        using var report = new TransferReport(_reporter, _time);
        using (report.Start("Pushing to r.example/app", 1000))
        {
            _time.Advance(TimeSpan.FromSeconds(4));
        }

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.IsEmpty(_reporter.Lines);
    }

    [TestMethod]
    public void All_that_goes_the_same_way_has_one_line_with_bytes_rate_and_what_is_left()
    {
        using var report = new TransferReport(_reporter, _time);
        using var first = report.Start("Pushing to r.example/app", 40_000_000);
        using var second = report.Start("Pushing to r.example/app", 60_000_000);
        report.Start("Pushing to r.example/app", 10_000_000).Dispose();
        first.Add(15_000_000);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual("Pushing to r.example/app: 25 MB of 110 MB, 2 of 3 blobs left (3 MB/s, 28 s left)", _reporter.Lines.Single());
    }

    [TestMethod]
    public void A_transfer_that_lasts_is_told_of_ever_more_seldom()
    {
        using var report = new TransferReport(_reporter, _time);
        using var transfer = report.Start("Pulling from r.example/app", 1_000_000_000);
        for (var second = 0; second < 600; second++)
        {
            transfer.Add(1_000_000);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.AreEqual(17, _reporter.Lines.Count, _reporter.Text);
    }

    [TestMethod]
    public void What_is_sent_again_counts_for_the_rate_but_not_for_the_progress()
    {
        using var report = new TransferReport(_reporter, _time);
        using var transfer = report.Start("Pushing to r.example/app", 10_000_000);
        transfer.Add(10_000_000);
        transfer.GoTo(0);
        transfer.Add(5_000_000);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.AreEqual("Pushing to r.example/app: 5 MB of 10 MB (3 MB/s, 2 s left)", _reporter.Lines.Single());
    }

    [TestMethod]
    public void Each_run_of_transfers_is_told_to_the_task_that_it_belongs_to()
    {
        var task = new AsyncLocal<ListReporter?>();
        using var report = new TransferReport(new TaskReporter(task), _time);
        foreach (var reporter in new[] { _reporter, new ListReporter() })
        {
            task.Value = reporter;
            using var transfer = report.Start("Pulling from r.example/app", 1000);
            task.Value = null;
            _time.Advance(TimeSpan.FromSeconds(5));
            Assert.HasCount(1, reporter.Lines);
        }
    }

    private sealed class TaskReporter(AsyncLocal<ListReporter?> task) : IReporter
    {
        public void Message(Message text) => task.Value?.Message(text);

        public void Detail(Message text) => task.Value?.Detail(text);

        public void Warning(DiagnosticCode code, Message text, SourcePosition? at) => task.Value?.Warning(code, text, at);
    }

    /// <summary>A clock that a test moves. Its timers run in the context of who made them, as the system's do.</summary>
    private sealed class ManualTime : TimeProvider
    {
        private readonly List<ManualTimer> _timers = [];
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new ManualTimer(this, callback);
            _timers.Add(timer);
            timer.Change(dueTime, period);
            return timer;
        }

        internal void Advance(TimeSpan time)
        {
            _ticks += time.Ticks;
            _timers.ForEach(timer => timer.RunIfDue());
        }

        private sealed class ManualTimer(ManualTime time, TimerCallback callback) : ITimer
        {
            private readonly ExecutionContext _context = ExecutionContext.Capture()!;
            private long _due = long.MaxValue;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : time._ticks + dueTime.Ticks;
                return true;
            }

            public void RunIfDue()
            {
                if (time._ticks >= _due)
                {
                    _due = long.MaxValue;
                    ExecutionContext.Run(_context, _ => callback(null), null);
                }
            }

            public void Dispose()
            {
                _due = long.MaxValue;
                _context.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
