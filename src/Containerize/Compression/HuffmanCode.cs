using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>A canonical prefix code of limited length, made from how often symbols occur.</summary>
internal sealed class HuffmanCode
{
    // Frequencies of 2^22 for each of 286 symbols are less than the 46th Fibonacci number: no tree is deeper.
    private const int MaxDepth = 48;

    private readonly byte[] _lengths;
    private readonly uint[] _codes;
    private readonly int _maxLength;
    private readonly uint[] _sorted;
    private readonly uint[] _room;
    private readonly uint[] _leaves;
    private readonly uint[] _nodes;
    private readonly uint[] _parents;

    /// <summary>Creates a code without any symbol.</summary>
    /// <param name="symbols">How many symbols the alphabet has.</param>
    /// <param name="maxLength">The longest code allowed, in bits; at most 15.</param>
    internal HuffmanCode(int symbols, int maxLength)
    {
        _lengths = new byte[symbols];
        _codes = new uint[symbols];
        _sorted = new uint[symbols];
        _room = new uint[symbols];
        _leaves = new uint[symbols + 1];
        _nodes = new uint[symbols];
        _parents = new uint[symbols];
        _maxLength = maxLength;
    }

    /// <summary>The code's length for each symbol, in bits; 0 for symbols that do not occur.</summary>
    internal ReadOnlySpan<byte> Lengths => _lengths;

    /// <summary>The code of each symbol, reversed, so that its first bit is the lowest.</summary>
    internal ReadOnlySpan<uint> Codes => _codes;

    /// <summary>Makes the code again. It is always complete: some decoders refuse one with less than two symbols.</summary>
    /// <param name="frequencies">How often each symbol occurs; at most 2^22 times.</param>
    internal void Build(ReadOnlySpan<int> frequencies)
    {
        Array.Clear(_lengths);
        var used = 0;
        for (var symbol = 0; symbol < frequencies.Length; symbol++)
        {
            if (frequencies[symbol] > 0)
            {
                _sorted[used++] = SymbolSort.Key(frequencies[symbol], symbol);
            }
        }

        for (var symbol = 0; used < 2; symbol++)
        {
            if (frequencies[symbol] == 0)
            {
                _sorted[used++] = SymbolSort.Key(1, symbol);
            }
        }

        var sorted = _sorted.AsSpan(0, used);
        SymbolSort.Sort(sorted, _room);
        Span<int> counts = stackalloc int[16];
        counts.Clear();
        CountLengths(sorted, counts);
        AssignLengths(sorted, counts);
        AssignCodes(counts);
    }

    /// <summary>Sets lengths that are given, as for the fixed codes.</summary>
    internal void SetLengths(ReadOnlySpan<byte> lengths)
    {
        lengths.CopyTo(_lengths);
        Span<int> counts = stackalloc int[16];
        counts.Clear();
        foreach (var length in lengths)
        {
            counts[length]++;
        }

        counts[0] = 0;
        AssignCodes(counts);
    }

    /// <summary>Finds how many codes of each length an optimal code has, then shortens those that are too long.</summary>
    private void CountLengths(ReadOnlySpan<uint> sorted, Span<int> counts)
    {
        for (var i = 0; i < sorted.Length; i++)
        {
            _leaves[i] = sorted[i] >> SymbolSort.SymbolBits;
        }

        // Heavier than any: what is behind the last leaf, and nodes that are not made yet.
        _leaves[sorted.Length] = uint.MaxValue;
        var nodes = sorted.Length - 1;
        Array.Fill(_nodes, uint.MaxValue, 0, nodes);
        MakeNodes(nodes);

        // From the root down: the depth of each node, and how many nodes each depth has.
        Span<int> depths = stackalloc int[MaxDepth];
        depths.Clear();
        depths[0] = 1;
        _parents[nodes - 1] = 0;
        for (var node = nodes - 2; node >= 0; node--)
        {
            var depth = _parents[(int)_parents[node]] + 1;
            _parents[node] = depth;
            depths[(int)depth]++;
        }

        var open = 1;
        for (var depth = 0; open > 0; depth++)
        {
            counts[Math.Min(depth, _maxLength)] += open - depths[depth];
            open = 2 * depths[depth];
        }

        LimitLengths(counts);
    }

    /// <summary>
    /// Joins the two lightest, leaves or nodes, until one is left. Nodes come out in the order of their weights, so both are queues. Which
    /// of them has the lighter one cannot be predicted: there is no branch on it.
    /// </summary>
    private void MakeNodes(int nodes)
    {
        var (leaf, node) = (0, 0);
        for (var next = 0; next < nodes; next++)
        {
            _nodes[next] = TakeLightest(next, ref leaf, ref node) + TakeLightest(next, ref leaf, ref node);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint TakeLightest(int parent, ref int leaf, ref int node)
    {
        var (leafWeight, nodeWeight) = (_leaves[leaf], _nodes[node]);

        // A node that is not taken now gets its parent when it is.
        _parents[node] = (uint)parent;
        var isNode = nodeWeight < leafWeight ? 1 : 0;
        node += isNode;
        leaf += 1 - isNode;
        return Math.Min(leafWeight, nodeWeight);
    }

    /// <summary>Codes cut down to the limit take too much room; codes above them are made longer until all fit.</summary>
    private void LimitLengths(Span<int> counts)
    {
        var total = 0;
        for (var length = 1; length <= _maxLength; length++)
        {
            total += counts[length] << (_maxLength - length);
        }

        for (; total > 1 << _maxLength; total--)
        {
            var length = _maxLength - 1;
            while (counts[length] == 0)
            {
                length--;
            }

            counts[_maxLength]--;
            counts[length]--;
            counts[length + 1] += 2;
        }
    }

    private void AssignLengths(ReadOnlySpan<uint> sorted, ReadOnlySpan<int> counts)
    {
        var next = 0;
        for (var length = _maxLength; length > 0; length--)
        {
            for (var i = 0; i < counts[length]; i++)
            {
                _lengths[(int)(sorted[next++] & ((1 << SymbolSort.SymbolBits) - 1))] = (byte)length;
            }
        }
    }

    private void AssignCodes(ReadOnlySpan<int> counts)
    {
        Span<uint> next = stackalloc uint[17];
        next.Clear();
        for (var length = 1; length <= 15; length++)
        {
            next[length + 1] = (next[length] + (uint)counts[length]) << 1;
        }

        for (var symbol = 0; symbol < _lengths.Length; symbol++)
        {
            var length = _lengths[symbol];
            _codes[symbol] = length == 0 ? 0 : Reverse(next[length]++) >> (16 - length);
        }
    }

    private static uint Reverse(uint code)
    {
        code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
        code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333);
        code = ((code & 0x0F0F) << 4) | ((code >> 4) & 0x0F0F);
        return ((code & 0x00FF) << 8) | (code >> 8);
    }
}
