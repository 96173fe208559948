using Containerize.Files;

namespace Containerize.Debian.Packaging;

/// <summary>What a decompressor gives out, up to a limit: a small package must not become an endless one.</summary>
internal sealed class CappedStream(Stream inner, long limit, DebFile package) : ForwardStream
{
    private long _left = limit;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.PackageTooLarge"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = inner.Read(buffer);
        _left -= count;
        return _left >= 0
            ? count
            : throw new ContainerizeException(
                DiagnosticCode.PackageTooLarge,
                $"The package {package} unpacks to more than any package needs. Nothing was made from it; leave it out, or ask its " +
                $"maintainer.");
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Decompressing keeps a core busy; there is nothing to wait for.
        return ValueTask.FromResult(Read(buffer.Span));
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
