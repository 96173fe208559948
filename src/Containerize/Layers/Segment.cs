using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Containerize.Compression;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>A part of the tar on its way: filled, compressed, hashed and written, then used again.</summary>
internal sealed class Segment : IDisposable
{
    /// <summary>The longest segment of gzip and of plain tars, in bytes.</summary>
    internal const int Capacity = 1024 * 1024;

    /// <summary>The longest segment of zstd, which finds repetitions further apart, in bytes.</summary>
    internal const int ZstdCapacity = 4 * Capacity;

    private readonly ISegmentCompressor? _compressor;
    private readonly int _capacity;
    private readonly byte[] _input;
    private readonly byte[] _output;
    private readonly IncrementalHash _parts = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _length;
    private int _compressed;
    private bool _isKnown = true;

    /// <summary>Creates an empty segment.</summary>
    /// <param name="compressor">Compresses it, and is disposed with it; null for a plain tar.</param>
    /// <param name="capacity">How many bytes it holds at most.</param>
    internal Segment(ISegmentCompressor? compressor, int capacity)
    {
        _compressor = compressor;
        _capacity = capacity;
        _input = ArrayPool<byte>.Shared.Rent(capacity);
        _output = compressor is null ? _input : ArrayPool<byte>.Shared.Rent(compressor.RoomFor(capacity));
    }

    /// <summary>Whether nothing more fits.</summary>
    internal bool IsFull => _length == _capacity;

    /// <summary>How many bytes it holds.</summary>
    internal int Length => _length;

    /// <summary>What it holds.</summary>
    internal ReadOnlySpan<byte> Content => _input.AsSpan(0, _length);

    /// <summary>What is written to the layer. It is there when <see cref="Compression"/> is complete.</summary>
    internal ReadOnlySpan<byte> Compressed => _output.AsSpan(0, _compressed);

    /// <summary>
    /// What it is made from and what was made of it; null when it holds parts that were not named. There when <see cref="Compression"/> is
    /// complete.
    /// </summary>
    internal WrittenSegment? Written { get; private set; }

    /// <summary>The running compression.</summary>
    internal Task Compression { get; set; } = Task.CompletedTask;

    /// <summary>Takes as many bytes as fit.</summary>
    /// <returns>How many it took.</returns>
    internal int Append(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, _capacity - _length);
        bytes[..count].CopyTo(_input.AsSpan(_length));
        _length += count;
        return count;
    }

    /// <summary>Names what the following bytes are part of: everything that decides them.</summary>
    /// <param name="part">The part; null when it is not known.</param>
    /// <param name="offset">Where in it the bytes begin, if not at its start.</param>
    internal void Name(ContentItem? part, long offset)
    {
        if (part is null)
        {
            _isKnown = false;
            return;
        }

        _parts.AppendData(Encoding.UTF8.GetBytes($"{part.Fingerprint}\t{offset}\t{part.Path}\0"));
    }

    /// <summary>Makes <see cref="Compressed"/> from <see cref="Content"/>, or takes it from a layer that has it.</summary>
    /// <param name="context">What decides the bytes besides the parts.</param>
    /// <param name="earlier">A layer that was made earlier.</param>
    internal void Compress(ReadOnlySpan<byte> context, EarlierSegments? earlier)
    {
        _parts.AppendData(context);
        var key = Digest.FromSha256(_parts.GetHashAndReset());
        if (!_isKnown || _compressor is null)
        {
            _compressed = _compressor?.Compress(Content, _output) ?? _length;
            Written = null;
            return;
        }

        var check = Checksum.Of(Content);
        _compressed = earlier?.TryRead(key, check, _output) ?? 0;
        if (_compressed == 0)
        {
            _compressed = _compressor.Compress(Content, _output);
        }

        Written = new WrittenSegment(key, check, Checksum.Of(Compressed), _compressed);
    }

    /// <summary>Empties the segment.</summary>
    internal void Clear()
    {
        _length = 0;
        _isKnown = true;
    }

    /// <summary>Gives the buffers back for the next layer. Only when nothing uses them any more.</summary>
    public void Dispose()
    {
        _parts.Dispose();
        _compressor?.Dispose();
        ArrayPool<byte>.Shared.Return(_input);
        if (_output != _input)
        {
            ArrayPool<byte>.Shared.Return(_output);
        }
    }
}
