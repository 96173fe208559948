using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>
/// Compares with the latest four places that had the same hash, looks for matches of three bytes, and waits for better ones.
/// </summary>
internal sealed unsafe class WideMatchFinder : MatchFinder
{
    private const int Ways = 4;
    private const int HashBits = 15;
    private const int ShortHashBits = 13;
    private const int MinMatch = 3;

    // A match shorter than this is put off if the next byte begins a better one.
    private const int PatientBelow = 128;

    // A match of three bytes saves nothing when its distance takes more bits than that.
    private const int MaxShortDistance = 4096;

    private readonly ulong[] _table = new ulong[1 << HashBits];
    private readonly ushort[] _shortTable = new ushort[1 << ShortHashBits];

    internal override void Reset()
    {
        Array.Clear(_table);
        Array.Clear(_shortTable);
    }

    internal override int Fill(DeflateBlock block, byte* source, int from, int to, int end) => FindMatches(block, source, from, to, end);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    internal override int FillLong(DeflateBlock block, byte* source, int from, int to, int end) =>
        FindMatches(block, source, from, to, end);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int FindMatches(DeflateBlock block, byte* source, int from, int to, int end)
    {
        var position = from;
        var afterMatch = from;
        var limit = Math.Min(to, end - ReadAhead);
        var count = 0;
        fixed (ulong* table = _table)
        fixed (ushort* shortTable = _shortTable)
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
                while (length < PatientBelow && searched < limit)
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
                    Push(table, value, searched);
                    shortTable[ShortHash(value)] = (ushort)searched;
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

    /// <summary>
    /// Looks for the longest match that is longer than <paramref name="longest"/>, and enters the position into the tables.
    /// </summary>
    /// <returns>Its length, or <paramref name="longest"/>.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Search(ulong* table, ushort* shortTable, byte* source, int position, int end, int longest, ref uint distance)
    {
        var here = source + position;
        var value = Read32(here);
        var places = Push(table, value, position);

        // All places are compared before the first branch: most of the time none matches, and one branch is predicted better than four.
        var distance0 = Distance(position, places);
        var distance1 = Distance(position, places >> 16);
        var distance2 = Distance(position, places >> 32);
        var distance3 = Distance(position, places >> 48);
        var differs0 = Read32(here - distance0) ^ value;
        var differs1 = Read32(here - distance1) ^ value;
        var differs2 = Read32(here - distance2) ^ value;
        var differs3 = Read32(here - distance3) ^ value;
        var place = shortTable + ShortHash(value);
        var shortDistance = Distance(position, *place);
        *place = (ushort)position;
        var shortDiffers = (Read32(here - shortDistance) ^ value) << 8;
        if ((differs0 != 0) & (differs1 != 0) & (differs2 != 0) & (differs3 != 0) & (shortDiffers != 0))
        {
            return longest;
        }

        var max = Math.Min(DeflateFormat.MaxMatch, end - position);
        Extend(here, differs0, distance0, max, ref longest, ref distance);
        Extend(here, differs1, distance1, max, ref longest, ref distance);
        Extend(here, differs2, distance2, max, ref longest, ref distance);
        Extend(here, differs3, distance3, max, ref longest, ref distance);
        if (longest < MinMatch && shortDiffers == 0 && shortDistance - 1 < MaxShortDistance)
        {
            longest = MinMatch;
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

    /// <summary>Enters a position in front of the earlier ones with the same hash.</summary>
    /// <returns>The earlier ones, 16 bits each, the latest one lowest.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Push(ulong* table, uint value, int position)
    {
        var entry = table + (Mix(value) >> (32 - HashBits));
        var places = *entry;
        *entry = (places << (64 / Ways)) | (ushort)position;
        return places;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ShortHash(uint value) => (int)(Mix(value << 8) >> (32 - ShortHashBits));
}
