using Containerize.Layers.Entries;

namespace Containerize.Layers;

/// <summary>What the tar writer writes to: fills segments and sends them into the pipeline.</summary>
internal sealed class SegmentStream(SegmentPipeline pipeline) : Stream
{
    private Segment? _open;
    private ContentItem? _part;
    private long _offset;
    private bool _isNamed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Ends the current segment if the next entry begins another.</summary>
    /// <param name="part">What decides its bytes, if that is known.</param>
    internal void Begin(LayerEntry entry, ContentItem? part)
    {
        (_part, _offset, _isNamed) = (part, 0, false);
        if (_open is not null && SegmentCut.IsBefore(_open.Length, entry, pipeline.Capacity))
        {
            PostOpen();
        }
    }

    /// <summary>Sends what is left.</summary>
    internal void Complete()
    {
        PostOpen();
        pipeline.Complete();
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            _open ??= await pipeline.RentAsync().ConfigureAwait(false);
            if (!_isNamed)
            {
                _open.Name(_part, _offset);
                _isNamed = true;
            }

            var count = _open.Append(buffer.Span);
            _offset += count;
            buffer = buffer[count..];
            if (_open.IsFull)
            {
                PostOpen();
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("The layer is written asynchronously.");

    private void PostOpen()
    {
        if (_open is not null)
        {
            pipeline.Post(_open);
            _open = null;
            _isNamed = false;
        }
    }
}
