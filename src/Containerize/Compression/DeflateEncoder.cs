namespace Containerize.Compression;

/// <summary>
/// Compresses a run of bytes in memory to a deflate stream (RFC 1951). The same bytes give the same stream on every processor, system and
/// runtime, which the framework's own streams do not promise: all arithmetic is with whole numbers, all tables start empty.
/// </summary>
/// <remarks>
/// An instance can be used again, but not by two threads at a time. Its inner loops are there twice. Those for few bytes come compiled with
/// the assembly. Those for long runs are compiled when they are called first, for the processor that they run on: that takes as long as it
/// saves in about 10 MB.
/// </remarks>
internal sealed unsafe class DeflateEncoder
{
    /// <summary>
    /// After so many bytes, a run is a long one. A layer has several encoders, which take segments of that length by turns.
    /// </summary>
    internal const int FewBytes = 1024 * 1024;

    private readonly MatchFinder _finder;
    private readonly DeflateBlock _block = new();
    private long _encoded;

    /// <summary>Creates an encoder.</summary>
    /// <param name="level">How hard it looks for repetitions.</param>
    internal DeflateEncoder(DeflateLevel level) => _finder = MatchFinder.For(level);

    /// <summary>
    /// How much room <see cref="Encode"/> needs at most: a few bytes for each block that cannot be compressed, and some that are written
    /// ahead.
    /// </summary>
    internal static int MaxLength(int length) => length + (6 * ((length / DeflateBlock.Capacity) + 1)) + 16;

    /// <summary>Compresses bytes.</summary>
    /// <param name="input">The bytes.</param>
    /// <param name="output">Takes the stream; at least <see cref="MaxLength"/> bytes.</param>
    /// <returns>How long the stream is.</returns>
    internal int Encode(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, MaxLength(input.Length));
        fixed (byte* source = input, target = output)
        {
            var writer = new BitWriter(target);
            _finder.Reset();
            var from = 0;
            do
            {
                from = EncodeBlock(ref writer, source, from, input.Length);
            }
            while (from < input.Length);
            writer.AlignToByte();
            _encoded += input.Length;
            return (int)(writer.Next - target);
        }
    }

    private int EncodeBlock(ref BitWriter writer, byte* source, int from, int end)
    {
        var to = Math.Min(end, from + DeflateBlock.Capacity);
        if (EntropyProbe.IsIncompressible(new ReadOnlySpan<byte>(source + from, to - from)))
        {
            DeflateBlock.WriteStored(ref writer, source + from, to - from, to == end);
        }
        else
        {
            var isLong = _encoded >= FewBytes;
            to = isLong ? _finder.FillLong(_block, source, from, to, end) : _finder.Fill(_block, source, from, to, end);
            _block.Write(ref writer, source + from, to - from, to == end, isLong);
        }

        return to;
    }
}
