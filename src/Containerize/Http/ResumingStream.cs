using Containerize.Files;

namespace Containerize.Http;

/// <summary>
/// The bytes of a download. When the connection breaks it asks for the rest, from the place's own URL, since signed ones expire. A transfer
/// that gets on may break often; one that does not ends: connections that bring next to nothing are counted, and so is each one that begins
/// at the first byte again. When a place fails, the next one takes over at the same byte.
/// </summary>
internal sealed class ResumingStream(Download download, int firstPlace, long start) : ForwardStream
{
    // What a connection must bring to count as progress: a hundredth of the whole, up to this.
    private const long MaxProgress = 1024 * 1024;

    private readonly long _progress = Math.Clamp(download.Size / 100, 1, MaxProgress);
    private readonly bool _isBegun = start > 0;
    private readonly byte[] _skipped = new byte[16 * 1024];
    private long _position = start;
    private Stream? _current;
    private long _openedAt;
    private int _opened;
    private int _fruitless;
    private int _restarts;

    public override long Length => download.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>The place that is read from.</summary>
    internal int Place { get; private set; } = firstPlace;

    internal bool IsLastPlace => Place == download.Places.Count - 1;

    /// <summary>Opens the first connection, so that missing content is noticed before anything is read.</summary>
    /// <exception cref="AbsentException">The last place does not have it.</exception>
    internal Task OpenAsync(CancellationToken cancellationToken) => RepeatAsync(Memory<byte>.Empty, cancellationToken);

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await RepeatAsync(buffer, cancellationToken);
        _position += read;
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _current?.Dispose();
        }

        base.Dispose(disposing);
    }

    private async Task<int> RepeatAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await download.Retrier.ExecuteAsync(token => TryReadAsync(buffer, token), cancellationToken);
            }
            catch (Exception failure) when (failure is TransientException or ContainerizeException or AbsentException && !IsLastPlace)
            {
                download.PassOver(download.Places[Place], failure);
                Place++;
                (_opened, _fruitless, _restarts) = (0, 0, 0);
            }
            catch (AbsentException failure) when (_position > 0)
            {
                throw new TransientException($"{failure.Message} any more", failure) { MaxRepetitions = 0 };
            }
        }
    }

    private async Task<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_current is null && _isBegun && _position >= download.Size)
        {
            // All was there before; no server is asked for nothing.
            return 0;
        }

        try
        {
            _current ??= await OpenHereAsync(cancellationToken);
            var read = buffer.IsEmpty ? 0 : await _current.ReadAsync(buffer, cancellationToken);
            return read > 0 || buffer.IsEmpty || _position >= download.Size
                ? read
                : throw new IOException($"the connection ended after {_position} of {download.Size} bytes");
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure) || failure is TransientException)
        {
            if (_current is not null)
            {
                await _current.DisposeAsync();
                _current = null;
            }

            if (_position >= download.Size && download.Size > 0)
            {
                // All is there; how the connection ended is of no interest.
                return 0;
            }

            throw Count(failure as TransientException ?? Broken(failure));
        }
    }

    private TransientException Broken(Exception failure)
    {
        var what = $"the download of {download.Name} from {download.Places[Place].Name} broke off at byte {_position}";
        return new($"{what}: {Printable.Clean(failure.Message)}", failure)
        {
            MaxRepetitions = failure is TimeoutException ? TransientException.RepetitionsAfterTimeout : int.MaxValue,
        };
    }

    /// <summary>The failure, as the last one when the download does not get on.</summary>
    private TransientException Count(TransientException failure)
    {
        var counted = IsLastPlace ? failure : failure.WithoutPatience();
        _fruitless = _position - _openedAt >= _progress ? 0 : _fruitless + 1;
        _openedAt = _position;
        return _fruitless > download.Retrier.RepetitionsFor(counted) || _restarts > 0 && _restarts >= download.Retrier.MaxRepetitions
            ? counted.Exhausted(_opened)
            : counted;
    }

    private async Task<Stream> OpenHereAsync(CancellationToken cancellationToken)
    {
        _opened++;
        _openedAt = _position;
        var opened = await download.Places[Place].OpenAsync(_position, cancellationToken);
        _restarts += opened.Start < _position ? 1 : 0;
        try
        {
            for (var left = _position - opened.Start; left > 0;)
            {
                var read = await opened.Stream.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(left, _skipped.Length)), cancellationToken);
                left -= read > 0 ? read : throw new IOException("the connection ended before the byte to go on from");
            }

            return opened.Stream;
        }
        catch
        {
            await opened.Stream.DisposeAsync();
            throw;
        }
    }
}
