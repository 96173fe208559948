using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>Finds what has been there before and fills a block with it.</summary>
internal abstract unsafe class MatchFinder
{
    /// <summary>Creates the finder of a level.</summary>
    internal static MatchFinder For(DeflateLevel level) => level switch
    {
        DeflateLevel.Fast => new MatchFinder<FastTuning>(),
        DeflateLevel.Small => new MatchFinder<SmallTuning>(),
        _ => new MatchFinder<DefaultTuning>(),
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
}

/// <summary>
/// A finder with hash tables. They hold the lower 16 bits of positions: the upper ones follow from the current position, because older
/// positions are out of reach anyway. Such a position is always one that was seen before, so what lies there may be read; whether
/// it matches is always compared.
/// </summary>
/// <typeparam name="TTuning">What to look for.</typeparam>
internal sealed unsafe class MatchFinder<TTuning> : MatchFinder
    where TTuning : struct, IMatchTuning
{
    private const int ShortHashBits = 13;

    // A match of three bytes saves nothing when its distance takes more bits than that.
    private const int MaxShortDistance = 4096;

    // The search reads up to so many bytes ahead without asking; the bytes at the very end are literals, or the end of a match.
    private const int ReadAhead = 12;

    private static readonly int s_minMatch = TTuning.ShortMatches ? 3 : 4;

    private readonly ushort[] _table = new ushort[TTuning.Ways << TTuning.HashBits];
    private readonly ushort[] _shortTable = new ushort[TTuning.ShortMatches ? 1 << ShortHashBits : 1];

    internal override void Reset()
    {
        Array.Clear(_table);
        Array.Clear(_shortTable);
    }

    // Optimized at once: a layer of usual size is finished before the runtime would find out that this is worth it.
    // And by itself: inlined into a caller, there would be no budget left to inline the search.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override int Fill(DeflateBlock block, byte* source, int from, int to, int end)
    {
        var position = from;
        var afterMatch = from;
        var limit = Math.Min(to, end - ReadAhead);
        var count = 0;
        fixed (ushort* table = _table, shortTable = _shortTable)
        fixed (ulong* sequences = block.Sequences)
        fixed (int* literals = block.Literals, lengths = block.Lengths, distances = block.Distances)
        {
            while (position < limit)
            {
                var distance = 0u;
                var length = Search(table, shortTable, source, position, end, 0, ref distance);
                if (length == 0)
                {
                    literals[source[position++]]++;
                    continue;
                }

                var searched = position + 1;
                while (length < TTuning.PatientBelow && searched < limit)
                {
                    var nextDistance = 0u;
                    var nextLength = Search(table, shortTable, source, searched++, end, length, ref nextDistance);
                    if (!IsBetter(nextLength, nextDistance, length, distance))
                    {
                        break;
                    }

                    literals[source[position++]]++;
                    length = nextLength;
                    distance = nextDistance;
                }

                var symbol = DeflateFormat.DistanceSymbol(distance - 1);
                lengths[length]++;
                distances[symbol]++;
                sequences[count++] = DeflateBlock.Sequence(position - afterMatch, length, distance - 1, symbol);
                position += length;
                afterMatch = position;
                for (var stop = Math.Min(position, end - ReadAhead); searched < stop; searched++)
                {
                    var value = Read32(source + searched);
                    Push(table, Hash(value), searched);
                    if (TTuning.ShortMatches)
                    {
                        shortTable[ShortHash(value)] = (ushort)searched;
                    }
                }
            }

            for (; position < to; position++)
            {
                literals[source[position]]++;
            }
        }

        block.SequenceCount = count;
        return position;
    }

    /// <summary>Whether waiting for the next byte pays: two bits of distance weigh about as much as half a byte of length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsBetter(int nextLength, uint nextDistance, int length, uint distance) =>
        nextLength > length && (4 * (nextLength - length)) + BitOperations.Log2(distance) - BitOperations.Log2(nextDistance) > 2;

    /// <summary>
    /// Looks for the longest match that is longer than <paramref name="longest"/>, and enters the position into the tables.
    /// </summary>
    /// <returns>Its length, or <paramref name="longest"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Search(ushort* table, ushort* shortTable, byte* source, int position, int end, int longest, ref uint distance)
    {
        var here = source + position;
        var value = Read32(here);
        var places = Push(table, Hash(value), position);

        // All places are compared before the first branch: most of the time none matches, and one branch is predicted better than four.
        var distance0 = Distance(position, places);
        var differs0 = Read32(here - distance0) ^ value;
        uint distance1 = 0, distance2 = 0, distance3 = 0, shortDistance = 0;
        uint differs1 = 1, differs2 = 1, differs3 = 1, shortDiffers = 1;
        if (TTuning.Ways >= 2)
        {
            distance1 = Distance(position, places >> 16);
            differs1 = Read32(here - distance1) ^ value;
        }

        if (TTuning.Ways >= 4)
        {
            distance2 = Distance(position, places >> 32);
            differs2 = Read32(here - distance2) ^ value;
            distance3 = Distance(position, places >> 48);
            differs3 = Read32(here - distance3) ^ value;
        }

        if (TTuning.ShortMatches)
        {
            var place = shortTable + ShortHash(value);
            shortDistance = Distance(position, *place);
            *place = (ushort)position;
            shortDiffers = (Read32(here - shortDistance) ^ value) << 8;
        }

        if ((differs0 != 0) & (differs1 != 0) & (differs2 != 0) & (differs3 != 0) & (shortDiffers != 0))
        {
            return longest;
        }

        var max = Math.Min(DeflateFormat.MaxMatch, end - position);
        Extend(here, differs0, distance0, max, ref longest, ref distance);
        if (TTuning.Ways >= 2)
        {
            Extend(here, differs1, distance1, max, ref longest, ref distance);
        }

        if (TTuning.Ways >= 4)
        {
            Extend(here, differs2, distance2, max, ref longest, ref distance);
            Extend(here, differs3, distance3, max, ref longest, ref distance);
        }

        if (TTuning.ShortMatches && longest < s_minMatch && shortDiffers == 0 && shortDistance - 1 < MaxShortDistance)
        {
            longest = s_minMatch;
            distance = shortDistance;
        }

        return longest;
    }

    /// <summary>Measures a match whose first four bytes are known to be equal, unless they differ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Extend(byte* here, uint differs, uint candidate, int max, ref int longest, ref uint distance)
    {
        // Zero (nothing entered yet, or 64 KiB ago) becomes larger than every distance.
        if (differs == 0 && candidate - 1 < DeflateFormat.MaxDistance)
        {
            var length = MatchLength(here, here - candidate, max);
            if (length > longest)
            {
                longest = length;
                distance = candidate;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MatchLength(byte* here, byte* there, int max)
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

    /// <summary>Enters a position under a hash, in front of the earlier ones.</summary>
    /// <returns>The earlier ones, 16 bits each, the latest one lowest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Push(ushort* table, int hash, int position)
    {
        if (TTuning.Ways == 1)
        {
            var place = table[hash];
            table[hash] = (ushort)position;
            return place;
        }

        if (TTuning.Ways == 2)
        {
            var pair = ((uint*)table)[hash];
            ((uint*)table)[hash] = (pair << 16) | (ushort)position;
            return pair;
        }

        var places = ((ulong*)table)[hash];
        ((ulong*)table)[hash] = (places << 16) | (ushort)position;
        return places;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Distance(int position, ulong place) => (ushort)(position - (int)place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hash(uint value) => (int)((value * 0x9E3779B1) >> (32 - TTuning.HashBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ShortHash(uint value) => (int)(((value << 8) * 0x9E3779B1) >> (32 - ShortHashBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Read32(byte* from)
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
