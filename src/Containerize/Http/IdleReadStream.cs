using Containerize.Files;

namespace Containerize.Http;

/// <summary>
/// The body of a response. Each read must bring something before the time is up, and what is waited for must come at a minimum rate: a body
/// that trickles would last for ever. The whole may take as long as it likes, and a slow reader is not the server's fault.
/// </summary>
internal sealed class IdleReadStream(Stream inner, HttpOptions options, string host) : ForwardStream
{
    private readonly CancellationTokenSource _idle = new(Timeout.InfiniteTimeSpan, options.TimeProvider);
    private TimeSpan _waited;
    private long _received;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var started = options.TimeProvider.GetTimestamp();
        var read = await ReadInTimeAsync(buffer, cancellationToken);
        _waited += options.TimeProvider.GetElapsedTime(started);
        _received += read;
        if (_waited >= options.NoProgressTimeout)
        {
            if (read > 0 && _received < HttpOptions.MinBytesPerSecond * options.NoProgressTimeout.TotalSeconds)
            {
                throw new TimeoutException($"{host} has sent only {_received} bytes in {_waited.TotalSeconds:0.#} seconds");
            }

            (_waited, _received) = (TimeSpan.Zero, 0);
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _idle.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadInTimeAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _idle.CancelAfter(options.NoProgressTimeout);
        try
        {
            using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _idle))
            {
                return await inner.ReadAsync(buffer, _idle.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{host} has not sent a byte for {options.NoProgressTimeout.TotalSeconds:0.#} seconds");
        }
        finally
        {
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }
}
