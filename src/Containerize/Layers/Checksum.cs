using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;

namespace Containerize.Layers;

/// <summary>XxHash128 of some bytes: tells whether they are still the same, not whether someone meant them to seem so.</summary>
/// <remarks>
/// Not <see cref="UInt128"/>: the compiler ahead of time leaves out each method that has one, and those of a layer would be compiled in
/// every build.
/// </remarks>
/// <param name="High">The upper half.</param>
/// <param name="Low">The lower half.</param>
internal readonly record struct Checksum(ulong High, ulong Low)
{
    private const int Digits = 32;

    /// <summary>The checksum of bytes.</summary>
    internal static Checksum Of(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[2 * sizeof(ulong)];
        XxHash128.Hash(bytes, hash);
        return new Checksum(BinaryPrimitives.ReadUInt64BigEndian(hash), BinaryPrimitives.ReadUInt64BigEndian(hash[sizeof(ulong)..]));
    }

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out Checksum checksum)
    {
        checksum = default;
        if (text.Length != Digits || !TryParseHalf(text[..(Digits / 2)], out var high) || !TryParseHalf(text[(Digits / 2)..], out var low))
        {
            return false;
        }

        checksum = new Checksum(high, low);
        return true;
    }

    /// <summary>32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");

    private static bool TryParseHalf(ReadOnlySpan<char> text, out ulong half) =>
        ulong.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out half);
}
