using System.Runtime.ExceptionServices;

namespace Containerize.Files;

/// <summary>
/// Reads another stream, which it owns, on a thread of its own, some buffers ahead of its reader: unpacking goes on while what was unpacked
/// is looked at.
/// </summary>
/// <remarks>A thread, not a task: readers may hold all threads of the pool while they wait.</remarks>
internal sealed class ReadAheadStream : ForwardStream
{
    // Below the size from which the runtime keeps arrays until a full collection.
    private const int BufferSize = 80 * 1024;
    private const int MaxBuffers = 8;

    private readonly Stream _inner;
    private readonly Thread _thread;
    private readonly object _gate = new();
    private readonly Queue<Chunk> _filled = new();
    private readonly Stack<Chunk> _empty = new();
    private Chunk? _current;
    private int _buffers;
    private bool _isAtEnd;
    private bool _isDisposed;
    private ExceptionDispatchInfo? _failure;

    /// <summary>Begins to read.</summary>
    internal ReadAheadStream(Stream inner)
    {
        _inner = inner;
        _thread = new Thread(Fill) { IsBackground = true, Name = "Containerize reading" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty || (_current ??= Next()) is not { } current)
        {
            return 0;
        }

        var count = Math.Min(buffer.Length, current.Length - current.Position);
        current.Bytes.AsSpan(current.Position, count).CopyTo(buffer);
        current.Position += count;
        if (current.Position == current.Length)
        {
            Return(current);
        }

        return count;
    }

    /// <summary>Reads what is there, or waits for it: that takes no longer than unpacking a buffer.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Read(buffer.Span));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            lock (_gate)
            {
                _isDisposed = true;
                Monitor.PulseAll(_gate);
            }

            _thread.Join();
            _inner.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The next buffer; null at the end.</summary>
    private Chunk? Next()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            while (_filled.Count == 0)
            {
                // What came before a failure is read first.
                _failure?.Throw();
                if (_isAtEnd)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            return _filled.Dequeue();
        }
    }

    private void Return(Chunk chunk)
    {
        _current = null;
        chunk.Position = 0;
        lock (_gate)
        {
            _empty.Push(chunk);
            Monitor.PulseAll(_gate);
        }
    }

    private void Fill()
    {
        try
        {
            while (Empty() is { } chunk && (chunk.Length = _inner.ReadAtLeast(chunk.Bytes, BufferSize, throwOnEndOfStream: false)) > 0)
            {
                lock (_gate)
                {
                    _filled.Enqueue(chunk);
                    Monitor.PulseAll(_gate);
                }
            }
        }
#pragma warning disable CA1031 // The reader gets it.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
        }
        finally
        {
            lock (_gate)
            {
                _isAtEnd = true;
                Monitor.PulseAll(_gate);
            }
        }
    }

    /// <summary>A buffer to fill; null when the stream was disposed.</summary>
    private Chunk? Empty()
    {
        lock (_gate)
        {
            while (!_isDisposed && _empty.Count == 0 && _buffers == MaxBuffers)
            {
                Monitor.Wait(_gate);
            }

            if (_isDisposed)
            {
                return null;
            }

            if (_empty.TryPop(out var chunk))
            {
                return chunk;
            }

            _buffers++;
            return new Chunk();
        }
    }

    private sealed class Chunk
    {
        internal byte[] Bytes { get; } = new byte[BufferSize];

        internal int Length { get; set; }

        internal int Position { get; set; }
    }
}
