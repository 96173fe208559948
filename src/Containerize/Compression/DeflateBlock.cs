using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>
/// One block of deflate: what the search found in it, and how often each symbol occurs. Writes itself in the shortest of three ways.
/// </summary>
internal sealed unsafe class DeflateBlock
{
    /// <summary>
    /// How many bytes a block has; a match at its end may add some. Smaller ones would fit changing content better, but each has a header.
    /// </summary>
    internal const int Capacity = 32 * 1024;

    // 14 bits rather than 15: then four literals fit between two flushes. It costs nothing that could be measured.
    private const int MaxLiteralLength = 14;

    // The entries behind those of the literals add no bits.
    private const int NoLiteral = 256;

    private readonly ulong[] _sequences = new ulong[(Capacity / 3) + 1];
    private readonly int[] _literals = new int[DeflateFormat.LiteralSymbols];
    private readonly int[] _lengths = new int[DeflateFormat.MaxMatch + 1];
    private readonly int[] _distances = new int[DeflateFormat.DistanceSymbols];
    private readonly HuffmanCode _literalCode = new(DeflateFormat.LiteralSymbols, MaxLiteralLength);
    private readonly HuffmanCode _distanceCode = new(DeflateFormat.DistanceSymbols, 15);
    private readonly HuffmanCode _fixedLiteralCode = new(288, 9);
    private readonly HuffmanCode _fixedDistanceCode = new(32, 5);
    private readonly CodeLengths _codeLengths = new();
    private readonly byte[] _lengthSymbols = new byte[DeflateFormat.MaxMatch + 1];
    private readonly uint[] _literalEntries = new uint[2 * NoLiteral];
    private readonly uint[] _lengthEntries = new uint[DeflateFormat.MaxMatch + 1];

    internal DeflateBlock()
    {
        Span<byte> lengths = stackalloc byte[288];
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        _fixedLiteralCode.SetLengths(lengths);
        lengths[..32].Fill(5);
        _fixedDistanceCode.SetLengths(lengths[..32]);
        for (var symbol = 0; symbol < DeflateFormat.LengthSymbols; symbol++)
        {
            _lengthSymbols.AsSpan(DeflateFormat.LengthBase[symbol]).Fill((byte)symbol);
        }
    }

    /// <summary>The matches, each with the literals before it; see <see cref="Sequence"/>.</summary>
    internal ulong[] Sequences => _sequences;

    /// <summary>How many of <see cref="Sequences"/> are used.</summary>
    internal int SequenceCount { get; set; }

    /// <summary>How often each literal occurs.</summary>
    internal int[] Literals => _literals;

    /// <summary>How often each length of a match occurs.</summary>
    internal int[] Lengths => _lengths;

    /// <summary>How often each distance symbol occurs.</summary>
    internal int[] Distances => _distances;

    /// <summary>Packs a match and the literals before it into one number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Sequence(int literals, int length, uint distanceLessOne, int distanceSymbol) =>
        ((ulong)(uint)literals << 32) | ((ulong)(uint)distanceSymbol << 24) | ((ulong)(uint)length << 15) | distanceLessOne;

    /// <summary>Writes the block and makes it empty.</summary>
    /// <param name="output">Takes the bits.</param>
    /// <param name="input">The bytes of the block.</param>
    /// <param name="last">Whether it is the last block of the stream.</param>
    /// <param name="isLong">Whether it is one of many; see <see cref="DeflateEncoder"/>.</param>
    internal void Write(ref BitWriter output, byte* input, int count, bool last, bool isLong)
    {
        FoldLengths();
        _literals[DeflateFormat.EndOfBlock] = 1;
        _literalCode.Build(_literals);
        _distanceCode.Build(_distances);
        _codeLengths.Encode(_literalCode.Lengths, _distanceCode.Lengths);
        var extra = ExtraBits();
        var dynamicBits = extra + _codeLengths.BitCount + Bits(_literalCode, _distanceCode);
        var fixedBits = extra + Bits(_fixedLiteralCode, _fixedDistanceCode);
        var storedBits = (8L * count) + 40;
        var final = last ? 1u : 0u;
        if (storedBits <= Math.Min(dynamicBits, fixedBits))
        {
            WriteStored(ref output, input, count, last);
        }
        else if (fixedBits <= dynamicBits)
        {
            output.Write(final | (1 << 1), 3);
            WriteSymbols(ref output, input, count, _fixedLiteralCode, _fixedDistanceCode, isLong);
        }
        else
        {
            output.Write(final | (2 << 1), 3);
            _codeLengths.Write(ref output);
            WriteSymbols(ref output, input, count, _literalCode, _distanceCode, isLong);
        }

        SequenceCount = 0;
        Array.Clear(_literals);
        Array.Clear(_lengths);
        Array.Clear(_distances);
    }

    /// <summary>Writes bytes as they are.</summary>
    /// <param name="output">Takes the bits.</param>
    /// <param name="input">The bytes.</param>
    /// <param name="count">How many, at most 65,535.</param>
    /// <param name="last">Whether it is the last block of the stream.</param>
    internal static void WriteStored(ref BitWriter output, byte* input, int count, bool last)
    {
        output.Write(last ? 1u : 0, 3);
        output.AlignToByte();
        output.Write((uint)count | ((uint)~count << 16), 32);
        output.CopyBytes(input, count);
    }

    private void FoldLengths()
    {
        for (var length = 3; length < _lengths.Length; length++)
        {
            _literals[DeflateFormat.FirstLengthSymbol + _lengthSymbols[length]] += _lengths[length];
        }
    }

    private long ExtraBits()
    {
        var bits = 0L;
        for (var symbol = 0; symbol < DeflateFormat.LengthSymbols; symbol++)
        {
            bits += (long)_literals[DeflateFormat.FirstLengthSymbol + symbol] * DeflateFormat.LengthExtraBits[symbol];
        }

        for (var symbol = 0; symbol < _distances.Length; symbol++)
        {
            bits += (long)_distances[symbol] * DeflateFormat.DistanceExtraBits(symbol);
        }

        return bits + 3;
    }

    private long Bits(HuffmanCode literalCode, HuffmanCode distanceCode)
    {
        var bits = 0L;
        for (var symbol = 0; symbol < _literals.Length; symbol++)
        {
            bits += (long)_literals[symbol] * literalCode.Lengths[symbol];
        }

        for (var symbol = 0; symbol < _distances.Length; symbol++)
        {
            bits += (long)_distances[symbol] * distanceCode.Lengths[symbol];
        }

        return bits;
    }

    /// <summary>Joins the code of each match length with its extra bits, and each code with its length.</summary>
    private void FillEntries(HuffmanCode code)
    {
        for (var literal = 0; literal < NoLiteral; literal++)
        {
            _literalEntries[literal] = Entry(code.Codes[literal], code.Lengths[literal]);
        }

        for (var length = 3; length < _lengthEntries.Length; length++)
        {
            var symbol = _lengthSymbols[length];
            var bits = code.Lengths[DeflateFormat.FirstLengthSymbol + symbol];
            var extra = (uint)(length - DeflateFormat.LengthBase[symbol]);
            _lengthEntries[length] = Entry(
                code.Codes[DeflateFormat.FirstLengthSymbol + symbol] | (extra << bits),
                bits + DeflateFormat.LengthExtraBits[symbol]);
        }
    }

    private static uint Entry(uint code, int bits) => code | ((uint)bits << 24);

    private void WriteSymbols(
        ref BitWriter output, byte* input, int count, HuffmanCode literalCode, HuffmanCode distanceCode, bool isLong)
    {
        FillEntries(literalCode);
        if (isLong)
        {
            WriteLong(ref output, input, count, literalCode, distanceCode);
        }
        else
        {
            WriteShort(ref output, input, count, literalCode, distanceCode);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void WriteShort(ref BitWriter output, byte* input, int count, HuffmanCode literalCode, HuffmanCode distanceCode) =>
        WriteSequences(ref output, input, count, literalCode, distanceCode);

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private void WriteLong(ref BitWriter output, byte* input, int count, HuffmanCode literalCode, HuffmanCode distanceCode) =>
        WriteSequences(ref output, input, count, literalCode, distanceCode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void WriteSequences(ref BitWriter output, byte* input, int count, HuffmanCode literalCode, HuffmanCode distanceCode)
    {
        var writer = output;
        var end = input + count;
        fixed (ulong* sequences = _sequences)
        fixed (uint* literals = _literalEntries, lengths = _lengthEntries, distanceCodes = distanceCode.Codes)
        fixed (byte* distanceLengths = distanceCode.Lengths)
        {
            for (var next = sequences; next < sequences + SequenceCount; next++)
            {
                var sequence = *next;
                var run = (int)(sequence >> 32);

                // Always four literals, of which some may be nothing: how many there are cannot be predicted, so branches would cost more.
                // There is something to read: no match begins within the last twelve bytes.
                Add(ref writer, literals[Index(input, 0, run)]);
                Add(ref writer, literals[Index(input, 1, run)]);
                Add(ref writer, literals[Index(input, 2, run)]);
                Add(ref writer, literals[Index(input, 3, run)]);
                writer.Flush();
                if (run > 4)
                {
                    AddLiterals(ref writer, literals, input + 4, run - 4);
                }

                input += run;
                var length = (int)(sequence >> 15) & 511;
                var symbol = (int)(sequence >> 24) & 31;
                Add(ref writer, lengths[length]);
                writer.Add(distanceCodes[symbol], distanceLengths[symbol]);
                writer.Add((sequence & 32767) - DeflateFormat.DistanceBaseLessOne(symbol), DeflateFormat.DistanceExtraBits(symbol));
                writer.Flush();
                input += length;
            }

            AddLiterals(ref writer, literals, input, (int)(end - input));
        }

        writer.Write(literalCode.Codes[DeflateFormat.EndOfBlock], literalCode.Lengths[DeflateFormat.EndOfBlock]);
        output = writer;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLiterals(ref BitWriter writer, uint* literals, byte* input, int count)
    {
        for (; count >= 4; count -= 4, input += 4)
        {
            Add(ref writer, literals[input[0]]);
            Add(ref writer, literals[input[1]]);
            Add(ref writer, literals[input[2]]);
            Add(ref writer, literals[input[3]]);
            writer.Flush();
        }

        for (; count > 0; count--, input++)
        {
            Add(ref writer, literals[*input]);
        }

        writer.Flush();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(ref BitWriter writer, uint entry) => writer.Add(entry & 0xFFFFFF, (int)(entry >> 24));

    /// <summary>The entry of a literal, or one of those behind them when there are not so many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Index(byte* input, int offset, int count) => input[offset] + (((uint)(count - 1 - offset) >> 31) * NoLiteral);
}
