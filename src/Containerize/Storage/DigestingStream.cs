using System.Security.Cryptography;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>Passes bytes through and computes their digest on the way.</summary>
/// <param name="inner">The bytes; disposed with this stream.</param>
/// <param name="hash">The hash; disposed with this stream.</param>
internal sealed class DigestingStream(Stream inner, IncrementalHash hash) : ForwardStream
{
    private const int Buffer = 128 * 1024;
    private long _length;

    /// <inheritdoc/>
    public override long Length => _length;

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => Pass(buffer, inner.Read(buffer));

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        return Pass(buffer.Span, count);
    }

    /// <summary>Reads what is left: a tar has blocks of zeros behind its last entry, which belong to its digest.</summary>
    internal void ReadToEnd()
    {
        var rest = new byte[Buffer];
        while (Read(rest) > 0)
        {
        }
    }

    /// <summary>Reads what is left, see <see cref="ReadToEnd"/>.</summary>
    internal async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        var rest = new byte[Buffer];
        while (await ReadAsync(rest, cancellationToken) > 0)
        {
        }
    }

    /// <summary>The SHA-256 digest of what was read. Call it once, at the end.</summary>
    internal Digest TakeDigest() => Digest.FromSha256(hash.GetHashAndReset());

    /// <summary>Whether what was read has a digest of the hash's algorithm. Call it once, at the end.</summary>
    internal bool Matches(Digest digest) => digest.Matches(hash);

    private int Pass(ReadOnlySpan<byte> buffer, int count)
    {
        hash.AppendData(buffer[..count]);
        _length += count;
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
