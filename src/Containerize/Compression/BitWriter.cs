using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>Writes bits, the lowest first, as deflate wants them. The caller leaves eight bytes of room behind the last bit.</summary>
/// <remarks>Between two calls of <see cref="Flush"/>, at most 56 bits may be added.</remarks>
internal unsafe ref struct BitWriter
{
    private byte* _next;
    private ulong _bits;
    private int _count;

    internal BitWriter(byte* output)
    {
        _next = output;
        _bits = 0;
        _count = 0;
    }

    /// <summary>Where the next whole byte goes.</summary>
    internal readonly byte* Next => _next;

    /// <summary>How many bits wait for their byte to fill, 0 to 7 after <see cref="Flush"/>.</summary>
    internal readonly int Pending => _count;

    /// <summary>Adds bits without writing them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Add(ulong bits, int count)
    {
        _bits |= bits << _count;
        _count += count;
    }

    /// <summary>Writes all whole bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Flush()
    {
        Unsafe.WriteUnaligned(_next, BitConverter.IsLittleEndian ? _bits : BinaryPrimitives.ReverseEndianness(_bits));
        _next += _count >> 3;
        _bits >>= _count & ~7;
        _count &= 7;
    }

    /// <summary>Adds bits and writes what is whole.</summary>
    internal void Write(uint bits, int count)
    {
        Add(bits, count);
        Flush();
    }

    /// <summary>Fills the last byte with zero bits.</summary>
    internal void AlignToByte()
    {
        _count = (_count + 7) & ~7;
        Flush();
    }

    /// <summary>Copies bytes. Only after <see cref="AlignToByte"/>.</summary>
    internal void CopyBytes(byte* source, int count)
    {
        Buffer.MemoryCopy(source, _next, count, count);
        _next += count;
    }
}
