using Containerize.Files;

namespace Containerize.Debian.Archive;

/// <summary>Says at which byte of a stream its reader is.</summary>
/// <param name="inner">The stream; not disposed.</param>
/// <param name="count">Is told.</param>
internal sealed class CountedStream(Stream inner, Action<long> count) : ForwardStream
{
    public override long Length => inner.Length;

    public override long Position
    {
        get => inner.Position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        count(inner.Position);
        return read;
    }
}
