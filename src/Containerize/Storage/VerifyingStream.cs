using System.Security.Cryptography;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Storage;

/// <summary>
/// Passes bytes through and checks them on the way: as soon as they have the size of the descriptor, they must have its digest.
/// Bytes that complete a wrong content are not passed on, and more bytes than promised are refused as soon as they come.
/// </summary>
internal sealed class VerifyingStream : ForwardStream
{
    private const int Buffer = 128 * 1024;

    private readonly Stream _inner;
    private readonly Descriptor _expected;
    private readonly string _origin;
    private readonly IncrementalHash _hash;
    private long _read;
    private bool _verified;

    /// <summary>Wraps a stream.</summary>
    /// <param name="inner">The bytes; disposed with this stream.</param>
    /// <param name="origin">Where they come from, for the error message.</param>
    public VerifyingStream(Stream inner, Descriptor expected, string origin)
    {
        _inner = inner;
        _expected = expected;
        _origin = origin;
        _hash = expected.Digest.CreateHash();
    }

    /// <inheritdoc/>
    public override long Length => _expected.Size;

    /// <inheritdoc/>
    public override long Position
    {
        get => _read;
        set => throw new NotSupportedException();
    }

    /// <summary>Takes in bytes that come before those of this stream.</summary>
    /// <param name="earlier">Is read to its end, not disposed.</param>
    internal async Task BeginWithAsync(Stream earlier, CancellationToken cancellationToken)
    {
        var buffer = new byte[Buffer];
        for (var count = -1; count != 0;)
        {
            count = await earlier.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            Check(buffer.AsSpan(0, count), atEnd: false);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        var count = _inner.Read(buffer);
        Check(buffer[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    /// <inheritdoc/>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        Check(buffer.Span[..count], atEnd: count == 0 && buffer.Length > 0);
        return count;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Check(ReadOnlySpan<byte> bytes, bool atEnd)
    {
        _hash.AppendData(bytes);
        _read += bytes.Length;
        if (_read > _expected.Size)
        {
            throw Mismatch($"is longer than the {_expected.Size} bytes it should have");
        }

        if (_verified || !(atEnd || (_read == _expected.Size && bytes.Length > 0)))
        {
            return;
        }

        if (_read < _expected.Size)
        {
            throw Mismatch($"ends after {_read} of {_expected.Size} bytes");
        }

        if (!_expected.Digest.Matches(_hash))
        {
            throw Mismatch("has other bytes than its digest says");
        }

        _verified = true;
    }

    private ContainerizeException Mismatch(string what) =>
        new(
            DiagnosticCode.DigestMismatch,
            $"The blob {_expected.Digest} of {_origin} {what}. It was damaged on its way or where it is stored; nothing was made from it.");
}
