using System.Buffers;
using Containerize.Compression;

namespace Containerize.Layers;

/// <summary>A part of the tar on its way: filled, compressed, hashed and written, then used again.</summary>
internal sealed class Segment : IDisposable
{
    /// <summary>The longest segment, in bytes.</summary>
    internal const int Capacity = 1024 * 1024;

    private readonly GzipMember? _gzip;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(Capacity);
    private readonly byte[] _output;
    private int _length;
    private int _compressed;

    /// <summary>Creates an empty segment.</summary>
    /// <param name="level">How hard to compress; null for a plain tar.</param>
    internal Segment(DeflateLevel? level)
    {
        _gzip = level is { } wanted ? new GzipMember(wanted) : null;
        _output = level is null ? _input : ArrayPool<byte>.Shared.Rent(GzipMember.MaxLength(Capacity));
    }

    /// <summary>How many bytes it holds.</summary>
    internal int Length => _length;

    /// <summary>What it holds.</summary>
    internal ReadOnlySpan<byte> Content => _input.AsSpan(0, _length);

    /// <summary>What is written to the layer. It is there when <see cref="Compression"/> is complete.</summary>
    internal ReadOnlySpan<byte> Compressed => _output.AsSpan(0, _compressed);

    /// <summary>The running compression.</summary>
    internal Task Compression { get; set; } = Task.CompletedTask;

    /// <summary>Takes as many bytes as fit.</summary>
    /// <returns>How many it took.</returns>
    internal int Append(ReadOnlySpan<byte> bytes)
    {
        var count = Math.Min(bytes.Length, Capacity - _length);
        bytes[..count].CopyTo(_input.AsSpan(_length));
        _length += count;
        return count;
    }

    /// <summary>Makes <see cref="Compressed"/> from <see cref="Content"/>.</summary>
    internal void Compress() => _compressed = _gzip?.Compress(Content, _output) ?? _length;

    /// <summary>Empties the segment.</summary>
    internal void Clear() => _length = 0;

    /// <summary>Gives the buffers back for the next layer. Only when nothing uses them any more.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_input);
        if (_output != _input)
        {
            ArrayPool<byte>.Shared.Return(_output);
        }
    }
}
