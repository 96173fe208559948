using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>Finds what has been there before and fills a block with it.</summary>
/// <remarks>
/// The tables of a finder hold the lower 16 bits of positions: the upper ones follow from the current position, because older positions are
/// out of reach anyway. Such a position is always one that was seen before, so what lies there may be read; whether it matches is always
/// compared.
/// </remarks>
internal abstract unsafe class MatchFinder
{
    /// <summary>
    /// A search reads up to so many bytes ahead without asking; the bytes at the very end are literals, or the end of a match.
    /// </summary>
    protected const int ReadAhead = 12;

    private const uint HashFactor = 0x9E3779B1;

    /// <summary>Creates the finder of a level.</summary>
    internal static MatchFinder For(DeflateLevel level) => level switch
    {
        DeflateLevel.Fast => new LatestMatchFinder(patientBelow: 0),
        DeflateLevel.Small => new WideMatchFinder(),
        _ => new LatestMatchFinder(patientBelow: 16),
    };

    /// <summary>Forgets all bytes seen.</summary>
    internal abstract void Reset();

    /// <summary>Finds the matches of one block. The last one may reach a little beyond it.</summary>
    /// <param name="block">Takes the matches; it is empty.</param>
    /// <param name="source">All bytes, from the first one since <see cref="Reset"/>.</param>
    /// <param name="from">Where the block begins.</param>
    /// <param name="to">Where it should end.</param>
    /// <param name="end">Where all bytes end.</param>
    internal abstract int Fill(DeflateBlock block, byte* source, int from, int to, int end);

    /// <summary>The same, for a long run of bytes; see <see cref="DeflateEncoder"/>.</summary>
    internal abstract int FillLong(DeflateBlock block, byte* source, int from, int to, int end);

    /// <summary>Whether waiting for the next byte pays: two bits of distance weigh about as much as half a byte of length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static bool IsBetter(int nextLength, uint nextDistance, int length, uint distance) =>
        nextLength > length && (4 * (nextLength - length)) + BitOperations.Log2(distance) - BitOperations.Log2(nextDistance) > 2;

    /// <summary>How far two places are equal whose first four bytes are known to be.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static int MatchLength(byte* here, byte* there, int max)
    {
        var length = 4;
        for (; length + 8 <= max; length += 8)
        {
            var differs = Read64(here + length) ^ Read64(there + length);
            if (differs != 0)
            {
                return length + (BitOperations.TrailingZeroCount(differs) >> 3);
            }
        }

        while (length < max && here[length] == there[length])
        {
            length++;
        }

        return length;
    }

    /// <summary>Mixes bytes; the upper bits of the result depend on all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static uint Mix(uint value) => value * HashFactor;

    /// <summary>How far back a place is; more than 64 KiB are told as less.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static uint Distance(int position, ulong place) => (ushort)(position - (int)place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected static uint Read32(byte* from)
    {
        var value = Unsafe.ReadUnaligned<uint>(from);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read64(byte* from)
    {
        var value = Unsafe.ReadUnaligned<ulong>(from);
        return BitConverter.IsLittleEndian ? value : BinaryPrimitives.ReverseEndianness(value);
    }
}
