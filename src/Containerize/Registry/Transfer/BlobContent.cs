using System.Net.Http.Headers;
using System.Net;
using Containerize.Http;
using Containerize.Storage;

namespace Containerize.Registry.Transfer;

/// <summary>A blob, or a piece of it, as the body of a request. Each sending opens the blob again, which rewinds the body.</summary>
internal sealed class BlobContent : MeteredContent
{
    private const int BufferSize = 128 * 1024;

    private readonly Blob _blob;
    private readonly long _offset;
    private readonly long _length;
    private readonly Action<int> _sent;

    internal BlobContent(Blob blob, long offset, long length, Action<int> sent)
    {
        _blob = blob;
        _offset = offset;
        _length = length;
        _sent = sent;
        Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[(int)Math.Min(BufferSize, Math.Max(_length, 1))];
        var source = await ReadSourceAsync(() => OpenAsync(buffer, cancellationToken));
        await using (source.ConfigureAwait(false))
        {
            for (var left = _length; left > 0;)
            {
                Idle?.Pause();
                var wanted = (int)Math.Min(left, buffer.Length);
                var read = await ReadSourceAsync(async () => await source.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken));
                if (read == 0)
                {
                    SourceFailure = Short();
                    throw SourceFailure;
                }

                Idle?.Touch();
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                Idle?.Touch();
                _sent(read);
                left -= read;
            }
        }

        Idle?.AwaitAnswer();
    }

    private async Task<Stream> OpenAsync(byte[] buffer, CancellationToken cancellationToken)
    {
        var source = await _blob.OpenReadAsync(cancellationToken);
        try
        {
            for (var left = _offset; left > 0;)
            {
                var read = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
                left -= read > 0 ? read : throw Short();
            }

            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    private async Task<T> ReadSourceAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            SourceFailure = failure;
            throw;
        }
    }

    private ContainerizeException Short() =>
        new(
            DiagnosticCode.DigestMismatch,
            $"The blob {_blob.Descriptor.Digest} ends before the {_blob.Descriptor.Size} bytes it should have; it was damaged where it " +
            $"is stored.");
}
