namespace Containerize.Compression;

/// <summary>
/// Sorts the symbols of a prefix code by how often they occur. The comparisons of an ordinary sort go either way, which a processor cannot
/// predict; with some hundred symbols for each 32 KiB that was the greater part of making a code.
/// </summary>
internal static class SymbolSort
{
    /// <summary>How many low bits of a key are the symbol's.</summary>
    internal const int SymbolBits = 9;

    private const int Digit = 8;
    private const int DigitMask = (1 << Digit) - 1;

    // So few are faster sorted by insertion than counted.
    private const int Few = 32;

    /// <summary>Puts a frequency and a symbol into one number.</summary>
    internal static uint Key(int frequency, int symbol) => ((uint)frequency << SymbolBits) | (uint)symbol;

    /// <summary>Sorts keys by frequency, and by symbol where that is the same.</summary>
    /// <param name="keys">The keys, in the order of their symbols.</param>
    /// <param name="room">Room for as many.</param>
    internal static void Sort(Span<uint> keys, Span<uint> room)
    {
        if (keys.Length <= Few)
        {
            Insert(keys);
        }
        else
        {
            Count(keys, room);
        }
    }

    private static void Insert(Span<uint> keys)
    {
        for (var next = 1; next < keys.Length; next++)
        {
            var key = keys[next];
            var place = next;
            for (; place > 0 && keys[place - 1] > key; place--)
            {
                keys[place] = keys[place - 1];
            }

            keys[place] = key;
        }
    }

    private static void Count(Span<uint> keys, Span<uint> room)
    {
        var all = 0u;
        foreach (var key in keys)
        {
            all |= key;
        }

        Span<int> places = stackalloc int[DigitMask + 1];
        var from = keys;
        var to = room[..keys.Length];
        for (var shift = SymbolBits; shift < 32 && all >> shift != 0; shift += Digit)
        {
            places.Clear();
            foreach (var key in from)
            {
                places[(int)(key >> shift) & DigitMask]++;
            }

            var place = 0;
            foreach (ref var count in places)
            {
                (count, place) = (place, place + count);
            }

            foreach (var key in from)
            {
                to[places[(int)(key >> shift) & DigitMask]++] = key;
            }

            var sorted = to;
            to = from;
            from = sorted;
        }

        if (from != keys)
        {
            from.CopyTo(keys);
        }
    }
}
