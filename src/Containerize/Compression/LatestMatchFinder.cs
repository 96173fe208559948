using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>
/// Compares with the latest place only that had the same four bytes, as far as the table tells. An entry of the table has, beside the
/// place, the bits of the mixed bytes that did not choose the entry: most places that do not match are told by them, without a look at
/// the place.
/// </summary>
/// <param name="patientBelow">A match shorter than this is put off if the next byte begins a better one; 0 for never.</param>
internal sealed unsafe class LatestMatchFinder(int patientBelow) : MatchFinder
{
    private const int HashBits = 15;

    private readonly uint[] _table = new uint[1 << HashBits];

    internal override void Reset() => Array.Clear(_table);

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
        var patience = patientBelow;
        fixed (uint* table = _table)
        fixed (ulong* sequences = block.Sequences)
        fixed (int* literals = block.Literals, lengths = block.Lengths, distances = block.Distances)
        {
            while (position < limit)
            {
                var length = Search(table, source, position, end, out var distance);
                if (length == 0)
                {
                    literals[source[position++]]++;
                    continue;
                }

                for (var next = position + 1; length < patience && next < limit; next++)
                {
                    var nextLength = Search(table, source, next, end, out var nextDistance);
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
                if (position + length + ReadAhead <= end)
                {
                    EnterMatch(table, source, position, length);
                }

                position += length;
                afterMatch = position;
            }

            for (; position < to; position++)
            {
                literals[source[position]]++;
            }
        }

        block.SequenceCount = count;
        return position;
    }

    /// <summary>Looks for a match, and enters the position into the table.</summary>
    /// <returns>Its length, or 0.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Search(uint* table, byte* source, int position, int end, out uint distance)
    {
        var here = source + position;
        var value = Read32(here);
        var mixed = Mix(value);
        var place = table + (mixed >> (32 - HashBits));
        var found = *place;
        var entry = Entry(mixed, position);
        *place = entry;
        distance = Distance(position, found);

        // Zero (nothing entered yet, or 64 KiB ago) becomes larger than every distance.
        return (found ^ entry) <= ushort.MaxValue && distance - 1 < DeflateFormat.MaxDistance && Read32(here - distance) == value
            ? MatchLength(here, here - distance, Math.Min(DeflateFormat.MaxMatch, end - position))
            : 0;
    }

    /// <summary>
    /// Enters some places of a match: always the same number, near its ends. Matches begin at those most often, and a loop over all places
    /// ends where the processor cannot predict it, which costs more than the search.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void EnterMatch(uint* table, byte* source, int position, int length)
    {
        Enter(table, source, position + 2);
        Enter(table, source, position + length - 3);
        Enter(table, source, position + length - 2);
        Enter(table, source, position + length - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Enter(uint* table, byte* source, int position)
    {
        var mixed = Mix(Read32(source + position));
        table[mixed >> (32 - HashBits)] = Entry(mixed, position);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Entry(uint mixed, int position) => (mixed << 16) | (ushort)position;
}
