namespace Containerize.Compression;

/// <summary>The two codes of a dynamic block as they stand in its header: runs of lengths, themselves coded.</summary>
internal sealed class CodeLengths
{
    private const int Repeat = 16;
    private const int ShortZeros = 17;
    private const int LongZeros = 18;

    private readonly byte[] _lengths = new byte[DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols];
    private readonly List<(int Symbol, int Extra)> _items = new(DeflateFormat.LiteralSymbols + DeflateFormat.DistanceSymbols);
    private readonly int[] _frequencies = new int[19];
    private readonly HuffmanCode _code = new(19, 7);
    private int _literals;
    private int _distances;
    private int _codes;

    /// <summary>How many bits <see cref="Write"/> will write.</summary>
    internal int BitCount { get; private set; }

    /// <summary>Prepares the header.</summary>
    internal void Encode(ReadOnlySpan<byte> literals, ReadOnlySpan<byte> distances)
    {
        _literals = Math.Max(257, literals.LastIndexOfAnyExcept((byte)0) + 1);
        _distances = Math.Max(1, distances.LastIndexOfAnyExcept((byte)0) + 1);
        literals[.._literals].CopyTo(_lengths);
        distances[.._distances].CopyTo(_lengths.AsSpan(_literals));
        Array.Clear(_frequencies);
        _items.Clear();
        FindRuns(_lengths.AsSpan(0, _literals + _distances));
        _code.Build(_frequencies);
        _codes = 19;
        while (_codes > 4 && _code.Lengths[DeflateFormat.CodeLengthOrder[_codes - 1]] == 0)
        {
            _codes--;
        }

        BitCount = 14 + (3 * _codes);
        for (var symbol = 0; symbol < _frequencies.Length; symbol++)
        {
            BitCount += _frequencies[symbol] * (_code.Lengths[symbol] + ExtraBits(symbol));
        }
    }

    /// <summary>Writes the header.</summary>
    internal void Write(ref BitWriter output)
    {
        output.Write((uint)(_literals - 257), 5);
        output.Write((uint)(_distances - 1), 5);
        output.Write((uint)(_codes - 4), 4);
        for (var i = 0; i < _codes; i++)
        {
            output.Write(_code.Lengths[DeflateFormat.CodeLengthOrder[i]], 3);
        }

        foreach (var (symbol, extra) in _items)
        {
            output.Add(_code.Codes[symbol], _code.Lengths[symbol]);
            output.Write((uint)extra, ExtraBits(symbol));
        }
    }

    private static int ExtraBits(int symbol) => symbol switch
    {
        Repeat => 2,
        ShortZeros => 3,
        LongZeros => 7,
        _ => 0,
    };

    private void FindRuns(ReadOnlySpan<byte> lengths)
    {
        for (var i = 0; i < lengths.Length;)
        {
            var length = lengths[i];
            var run = lengths[i..].IndexOfAnyExcept(length);
            run = run < 0 ? lengths.Length - i : run;
            i += run;
            if (length == 0)
            {
                for (; run >= 11; run -= Math.Min(run, 138))
                {
                    Append(LongZeros, Math.Min(run, 138) - 11);
                }

                if (run >= 3)
                {
                    Append(ShortZeros, run - 3);
                    run = 0;
                }
            }
            else
            {
                Append(length, 0);
                for (run--; run >= 3; run -= Math.Min(run, 6))
                {
                    Append(Repeat, Math.Min(run, 6) - 3);
                }
            }

            for (; run > 0; run--)
            {
                Append(length, 0);
            }
        }
    }

    private void Append(int symbol, int extra)
    {
        _frequencies[symbol]++;
        _items.Add((symbol, extra));
    }
}
