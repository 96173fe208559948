using Containerize.Layers.Entries;

namespace Containerize.Files;

/// <summary>
/// Content that comes as a stream and whose length is known. It says that it can seek for the same reason as <see cref="SourceStream"/>:
/// the tar writer would otherwise keep the content in memory to learn its size.
/// </summary>
internal sealed class SizedStream(Stream inner, long length) : ForwardStream
{
    private long _position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _position += count;
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
