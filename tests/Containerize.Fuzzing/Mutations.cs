using CsCheck;

namespace Containerize.Fuzzing;

/// <summary>Makes bytes that are nearly well-formed: those reach further into a reader than random ones.</summary>
internal static class Mutations
{
    private const int MostEdits = 6;

    // What numbers, lengths and separators turn into: the ends of their ranges, and what starts or ends something.
    private static readonly byte[][] s_interesting =
    [
        [0], [0xff], [0x7f], [0x80], [(byte)'"'], [(byte)'{'], [(byte)'}'], [(byte)'['], [(byte)']'], [(byte)','], [(byte)':'], [(byte)'/'],
        [(byte)'\n'], [(byte)'\\'], [(byte)' '], [(byte)'='], [(byte)';'], [(byte)'-'], "../"u8.ToArray(), "null"u8.ToArray(),
        "1e999"u8.ToArray(),
        "-1"u8.ToArray(), "65536"u8.ToArray(), "2147483648"u8.ToArray(), "9223372036854775808"u8.ToArray(), "\0\0\0\0"u8.ToArray(),
        [0xff, 0xff, 0xff, 0xff], "::"u8.ToArray(), "http://"u8.ToArray(), [0xc3, 0x28], [0xed, 0xa0, 0x80], "\u202e"u8.ToArray(),
    ];

    internal static Gen<byte[]> Of(IReadOnlyList<byte[]> seeds)
    {
        var edit = Gen.Select(Gen.Int[0, 6], Gen.Int[0, int.MaxValue], Gen.Int[0, 64], Gen.Byte, Gen.Int[0, s_interesting.Length - 1]);
        var changed = Gen.Select(Gen.Int[0, seeds.Count - 1], edit.Array[1, MostEdits])
            .Select((seed, edits) => edits.Aggregate(seeds[seed], (bytes, step) => Apply(bytes, step, seeds)));
        return Gen.Frequency((9, changed), (1, Gen.Byte.Array[0, 200]));
    }

    private static byte[] Apply(byte[] bytes, (int Kind, int At, int Length, byte Value, int Interesting) edit, IReadOnlyList<byte[]> seeds)
    {
        var at = bytes.Length == 0 ? 0 : edit.At % (bytes.Length + 1);
        var end = Math.Min(bytes.Length, at + edit.Length);
        return edit.Kind switch
        {
            0 => [.. bytes[..at], edit.Value, .. bytes[at..]],
            1 => [.. bytes[..at], .. bytes[end..]],
            2 => [.. bytes[..at], .. s_interesting[edit.Interesting], .. bytes[at..]],
            3 => [.. bytes[..at], .. bytes[at..end], .. bytes[at..end], .. bytes[end..]],
            4 => bytes[..at],
            5 => [.. bytes[..at], .. seeds[edit.At % seeds.Count]],
            _ => at < bytes.Length ? [.. bytes[..at], (byte)(bytes[at] ^ (1 << (edit.Value & 7))), .. bytes[(at + 1)..]] : bytes,
        };
    }
}
