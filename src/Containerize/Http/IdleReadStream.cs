using Containerize.Files;

namespace Containerize.Http;

/// <summary>The body of a response: each read must bring something before the time is up, the whole may take as long as it likes.</summary>
internal sealed class IdleReadStream : ForwardStream
{
    private readonly Stream _inner;
    private readonly CancellationTokenSource _idle;
    private readonly TimeSpan _timeout;
    private readonly string _host;

    internal IdleReadStream(Stream inner, TimeSpan timeout, TimeProvider time, string host)
    {
        _inner = inner;
        _timeout = timeout;
        _host = host;
        _idle = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _idle.CancelAfter(_timeout);
        try
        {
            using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _idle))
            {
                return await _inner.ReadAsync(buffer, _idle.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{_host} has not sent a byte for {_timeout.TotalSeconds:0.#} seconds");
        }
        finally
        {
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _idle.Dispose();
        }

        base.Dispose(disposing);
    }
}
