using System.Numerics;
using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>The numbers of RFC 1951.</summary>
internal static class DeflateFormat
{
    internal const int MaxMatch = 258;
    internal const int MaxDistance = 32768;
    internal const int EndOfBlock = 256;
    internal const int FirstLengthSymbol = 257;
    internal const int LiteralSymbols = 286;
    internal const int DistanceSymbols = 30;
    internal const int LengthSymbols = 29;

    /// <summary>The shortest match of each length symbol.</summary>
    internal static ReadOnlySpan<ushort> LengthBase =>
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];

    /// <summary>How many bits follow each length symbol.</summary>
    internal static ReadOnlySpan<byte> LengthExtraBits =>
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    /// <summary>The order in which the lengths of the code length code are written.</summary>
    internal static ReadOnlySpan<byte> CodeLengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>The distance symbol of a distance less one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int DistanceSymbol(uint lessOne)
    {
        // Each power of two is covered by two symbols; the bit below the highest one says which.
        var log = BitOperations.Log2(lessOne | 1);
        return lessOne < 2 ? (int)lessOne : (2 * log) + (int)((lessOne >> (log - 1)) & 1);
    }

    /// <summary>How many bits follow a distance symbol.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static int DistanceExtraBits(int symbol) => symbol < 2 ? 0 : (symbol >> 1) - 1;

    /// <summary>The smallest distance of a symbol, less one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static uint DistanceBaseLessOne(int symbol) => symbol < 2 ? (uint)symbol : (2u | ((uint)symbol & 1)) << ((symbol >> 1) - 1);
}
