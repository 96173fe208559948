namespace Containerize.Http;

/// <summary>Cancels when nothing has moved for a while. Each move of bytes restarts it.</summary>
internal sealed class IdleTimer : IDisposable
{
    private readonly CancellationTokenSource _idle;
    private readonly CancellationTokenSource _linked;
    private readonly CancellationToken _caller;
    private readonly TimeSpan _timeout;

    internal IdleTimer(TimeSpan timeout, TimeProvider time, CancellationToken caller)
    {
        _timeout = timeout;
        _caller = caller;
        _idle = new CancellationTokenSource(timeout, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, caller);
    }

    internal CancellationToken Token => _linked.Token;

    internal bool Expired => _idle.IsCancellationRequested && !_caller.IsCancellationRequested;

    /// <summary>Something moved.</summary>
    /// <param name="extra">How much longer the next movement may take.</param>
    internal void Touch(TimeSpan extra = default) => _idle.CancelAfter(_timeout + extra);

    /// <summary>The other side is not to blame while this side is busy.</summary>
    internal void Pause() => _idle.CancelAfter(Timeout.InfiniteTimeSpan);

    internal TimeoutException Failure(string host) => new($"{host} has not sent or taken a byte for {_timeout.TotalSeconds:0.#} seconds");

    public void Dispose()
    {
        _linked.Dispose();
        _idle.Dispose();
    }
}
