namespace Containerize.Http;

/// <summary>
/// Cancels when nothing has moved for a while. Each move of bytes restarts it. The wait for an answer may be longer: a server works on it.
/// </summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _work;
    private TimeSpan _patience;

    /// <param name="timeout">How long nothing may move.</param>
    /// <param name="time">The clock.</param>
    /// <param name="caller">Cancels it, too.</param>
    /// <param name="work">How much longer the answer may take once everything is sent.</param>
    internal IdleTimer(TimeSpan timeout, TimeProvider time, CancellationToken caller, TimeSpan work = default)
    {
        (_timeout, _patience, _work) = (timeout, timeout, work);
        _caller = caller;
        _idle = new CancellationTokenSource(timeout, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, caller);
    }

    internal CancellationToken Token => _linked.Token;

    internal bool Expired => _idle.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Something moved.</summary>
    internal void Touch() => Wait(_timeout);

    /// <summary>Everything is sent.</summary>
    internal void AwaitAnswer() => Wait(_timeout + _work);

    /// <summary>The other side is not to blame while this side is busy.</summary>
    internal void Pause() => _idle.CancelAfter(Timeout.InfiniteTimeSpan);

    internal TimeoutException Failure(string host)
    {
        var text = $"{host} has not sent or taken a byte for {_patience.TotalSeconds:0.#} seconds";
        return _patience < 2 * _timeout ? new TimeoutException(text) : new OverworkedException(text);
    }

    public void Dispose()
    {
        _linked.Dispose();
        _idle.Dispose();
    }

    private void Wait(TimeSpan time)
    {
        _patience = time;
        _idle.CancelAfter(time);
    }
}

/// <summary>A server worked on its answer for much longer than any other request may take.</summary>
internal sealed class OverworkedException(string message) : TimeoutException(message);
