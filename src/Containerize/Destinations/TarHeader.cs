using System.Buffers.Binary;
using System.Text;

namespace Containerize.Destinations;

/// <summary>
/// Headers of the archives that images travel in. All headers are known before the first byte is written, which tells how long
/// an archive will be, and whether one that exists is the same; the tar writer of the framework can say neither.
/// </summary>
/// <remarks>POSIX.1-1988 "ustar"; GNU's base-256 sizes from 8 GiB.</remarks>
internal static class TarHeader
{
    /// <summary>The unit of an archive, in bytes.</summary>
    internal const int BlockSize = 512;

    private const long MaxOctalSize = (1L << 33) - 1;
    private const int MaxName = 100;

    /// <summary>The header of a file that all may read and root owns, of the time 0.</summary>
    /// <param name="name">The file's name; ASCII, at most 100 characters.</param>
    /// <param name="size">The file's size in bytes.</param>
    /// <returns>The block.</returns>
    internal static byte[] Create(string name, long size) => Create(name, size, "0000644", '0');

    /// <summary>The header of a directory.</summary>
    /// <param name="name">The directory's name, with a slash at its end.</param>
    /// <returns>The block.</returns>
    internal static byte[] CreateDirectory(string name) => Create(name, 0, "0000755", '5');

    /// <summary>How many bytes fill a file up to the next block.</summary>
    /// <param name="size">The file's size in bytes.</param>
    /// <returns>0 to 511.</returns>
    internal static int Padding(long size) => (int)(-size & (BlockSize - 1));

    private static byte[] Create(string name, long size, string mode, char type)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxName);
        var header = new byte[BlockSize];
        Put(header, 0, name);
        Put(header, 100, mode);
        Put(header, 108, "0000000");
        Put(header, 116, "0000000");
        PutSize(header.AsSpan(124, 12), size);
        Put(header, 136, "00000000000");
        header[156] = (byte)type;
        Put(header, 257, size <= MaxOctalSize ? "ustar\00" + "00" : "ustar  \0");
        Put(header, 148, "        ");
        var sum = 0L;
        foreach (var value in header)
        {
            sum += value;
        }

        Put(header, 148, Octal(sum, 6) + "\0 ");
        return header;
    }

    private static void PutSize(Span<byte> field, long size)
    {
        if (size <= MaxOctalSize)
        {
            Encoding.ASCII.GetBytes(Octal(size, 11), field);
        }
        else
        {
            field[0] = 0x80;
            BinaryPrimitives.WriteInt64BigEndian(field[4..], size);
        }
    }

    private static void Put(byte[] header, int offset, string text) => Encoding.ASCII.GetBytes(text, header.AsSpan(offset));

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');
}
