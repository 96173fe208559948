using Containerize.Files;

namespace Containerize.Http;

/// <summary>
/// The bytes of a download. When the connection breaks it asks for the rest, from the place's own URL, since signed ones expire; each read
/// has
/// the full number of repetitions, so a transfer that progresses goes on. When a place fails, the next one takes over at the same byte.
/// </summary>
internal sealed class ResumingStream(Download download, int firstPlace) : ForwardStream
{
    private readonly byte[] _skipped = new byte[16 * 1024];
    private long _position;
    private Stream? _current;

    public override long Length => download.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>The place that is read from.</summary>
    internal int Place { get; private set; } = firstPlace;

    private bool IsLastPlace => Place == download.Places.Count - 1;

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
            }
            catch (AbsentException failure) when (_position > 0)
            {
                throw new TransientException($"{failure.Message} any more", failure) { MaxRepetitions = 0 };
            }
        }
    }

    private async Task<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
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

            if (failure is TransientException transient)
            {
                throw IsLastPlace ? transient : transient.WithoutPatience();
            }

            var what = $"the download of {download.Name} from {download.Places[Place].Name} broke off at byte {_position}";
            throw new TransientException($"{what}: {Printable.Clean(failure.Message)}", failure);
        }
    }

    private async Task<Stream> OpenHereAsync(CancellationToken cancellationToken)
    {
        var opened = await download.Places[Place].OpenAsync(_position, cancellationToken);
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
