using System.Runtime.CompilerServices;

namespace Containerize.Compression;

/// <summary>A canonical prefix code of limited length, made from how often symbols occur.</summary>
internal sealed class HuffmanCode
{
    private readonly byte[] _lengths;
    private readonly uint[] _codes;
    private readonly int _maxLength;
    private readonly uint[] _sorted;
    private readonly uint[] _tree;

    /// <summary>Creates a code without any symbol.</summary>
    /// <param name="symbols">How many symbols the alphabet has.</param>
    /// <param name="maxLength">The longest code allowed, in bits; at most 15.</param>
    internal HuffmanCode(int symbols, int maxLength)
    {
        _lengths = new byte[symbols];
        _codes = new uint[symbols];
        _sorted = new uint[symbols];
        _tree = new uint[symbols];
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
                _sorted[used++] = ((uint)frequencies[symbol] << 9) | (uint)symbol;
            }
        }

        for (var symbol = 0; used < 2; symbol++)
        {
            if (frequencies[symbol] == 0)
            {
                _sorted[used++] = (1u << 9) | (uint)symbol;
            }
        }

        // The symbol in the low bits makes all keys different, so every sorting method gives the same order.
        var sorted = _sorted.AsSpan(0, used);
        sorted.Sort();
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

    /// <summary>
    /// Finds how many codes of each length an optimal code has (Moffat and Katajainen), then shortens those that are too long.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountLengths(ReadOnlySpan<uint> sorted, Span<int> counts)
    {
        var tree = _tree.AsSpan(0, sorted.Length);
        for (var i = 0; i < tree.Length; i++)
        {
            tree[i] = sorted[i] >> 9;
        }

        MakeParents(tree);

        // From the root down: the depth of each inner node, and how many leaves each depth has.
        tree[^2] = 0;
        for (var i = tree.Length - 3; i >= 0; i--)
        {
            tree[i] = tree[(int)tree[i]] + 1;
        }

        var open = 1;
        var depth = 0u;
        var node = tree.Length - 2;
        while (open > 0)
        {
            var inner = 0;
            for (; node >= 0 && tree[node] == depth; node--)
            {
                inner++;
            }

            counts[Math.Min((int)depth, _maxLength)] += open - inner;
            open = 2 * inner;
            depth++;
        }

        LimitLengths(counts);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MakeParents(Span<uint> tree)
    {
        var leaf = 0;
        var root = 0;
        for (var next = 0; next < tree.Length - 1; next++)
        {
            var weight = 0u;
            for (var child = 0; child < 2; child++)
            {
                if (leaf >= tree.Length || (root < next && tree[root] < tree[leaf]))
                {
                    weight += tree[root];
                    tree[root++] = (uint)next;
                }
                else
                {
                    weight += tree[leaf++];
                }
            }

            tree[next] = weight;
        }
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
                _lengths[(int)(sorted[next++] & 511)] = (byte)length;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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
