using Containerize.Files;
using Containerize.Http;
using Containerize.Oci;

namespace Containerize.Registry.Transfer;

/// <summary>
/// The bytes of a blob. When the connection breaks it asks for the rest, from the registry's own URL, since signed ones expire;
/// each read has the full number of repetitions, so a transfer that progresses goes on. When a source has no more, the next one takes over.
/// </summary>
internal sealed class ResumingStream : ForwardStream
{
    private readonly IReadOnlyList<DownloadPlace> _places;
    private readonly Descriptor _descriptor;
    private readonly Retrier _retrier;
    private readonly Action<string, string, Exception> _passOver;
    private readonly byte[] _skipped = new byte[16 * 1024];
    private int _place;
    private long _position;
    private Stream? _current;

    internal ResumingStream(IReadOnlyList<DownloadPlace> places, Descriptor descriptor, Retrier retrier, Action<string, string, Exception> passOver)
    {
        _places = places;
        _descriptor = descriptor;
        _retrier = retrier;
        _passOver = passOver;
    }

    public override long Length => _descriptor.Size;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>Opens the first connection, so that a missing blob is noticed before anything is read.</summary>
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
                return await _retrier.ExecuteAsync(token => TryReadAsync(buffer, token), cancellationToken);
            }
            catch (Exception failure) when (failure is TransientException or ContainerizeException && _place < _places.Count - 1)
            {
                _passOver(_places[_place].Name, _places[_place].Registry, failure);
                _place++;
            }
        }
    }

    private async Task<int> TryReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            _current ??= await OpenHereAsync(cancellationToken);
            var read = buffer.IsEmpty ? 0 : await _current.ReadAsync(buffer, cancellationToken);
            return read > 0 || buffer.IsEmpty || _position >= _descriptor.Size
                ? read
                : throw new IOException($"the connection ended after {_position} of {_descriptor.Size} bytes");
        }
        catch (Exception failure) when (Retrier.IsConnectionFailure(failure) || failure is TransientException)
        {
            if (_current is not null)
            {
                await _current.DisposeAsync();
                _current = null;
            }

            if (_position >= _descriptor.Size && _descriptor.Size > 0)
            {
                // All is there; how the connection ended is of no interest.
                return 0;
            }

            if (failure is TransientException transient)
            {
                throw _place < _places.Count - 1 ? transient.WithoutPatience() : transient;
            }

            throw new TransientException($"the download of {_descriptor.Digest} broke off at byte {_position}: {Printable.Clean(failure.Message)}", failure);
        }
    }

    private async Task<Stream> OpenHereAsync(CancellationToken cancellationToken)
    {
        var source = await _places[_place].OpenAsync(cancellationToken);
        var (stream, start) = await source.OpenAsync(_position, cancellationToken);
        try
        {
            for (var left = _position - start; left > 0;)
            {
                var read = await stream.ReadAsync(_skipped.AsMemory(0, (int)Math.Min(left, _skipped.Length)), cancellationToken);
                left -= read > 0 ? read : throw new IOException("the connection ended before the byte to go on from");
            }

            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A place to download from, and how to reach it when it is its turn.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Registry">The registry or host.</param>
/// <param name="OpenAsync">Reaches it.</param>
internal sealed record DownloadPlace(string Name, string Registry, Func<CancellationToken, Task<BlobSource>> OpenAsync);
