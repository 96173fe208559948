namespace Containerize;

/// <summary>
/// Says of work that takes long how far it is: after some seconds, then ever more seldom. Work that is done by then is not mentioned.
/// Disposing it ends that.
/// </summary>
internal sealed class LongWork : IDisposable
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_calmest = TimeSpan.FromSeconds(40);

    private readonly IReporter _reporter;
    private readonly Func<Message> _state;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private TimeSpan _pace = s_first;
    private bool _isDone;

    /// <param name="reporter">Is told.</param>
    /// <param name="state">What is done, and how far it is.</param>
    /// <param name="time">Tells the time; null for the system's clock.</param>
    internal LongWork(IReporter reporter, Func<Message> state, TimeProvider? time = null)
    {
        _reporter = reporter;
        _state = state;
        _timer = (time ?? TimeProvider.System).CreateTimer(_ => Report(), null, _pace, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            // What takes the messages may be gone afterwards.
            _isDone = true;
            _timer.Dispose();
        }
    }

    private void Report()
    {
        lock (_lock)
        {
            if (_isDone)
            {
                return;
            }

            _reporter.Message(_state());
            _pace = _pace * 2 < s_calmest ? _pace * 2 : s_calmest;
            _timer.Change(_pace, Timeout.InfiniteTimeSpan);
        }
    }
}
