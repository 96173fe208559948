using System.Buffers.Binary;
using System.Text;

namespace Containerize.Files;

/// <summary>
/// Headers of tars that the tar writer of the framework does not write: those of archives, which are all known before the first byte is
/// written, and PAX ones, in which it would put the process id.
/// </summary>
/// <remarks>POSIX.1-1988 "ustar"; GNU's base-256 sizes from 8 GiB.</remarks>
internal static class TarHeader
{
    /// <summary>The unit of an archive, in bytes.</summary>
    internal const int BlockSize = 512;

    /// <summary>The largest size that the field has octal digits for, in bytes.</summary>
    internal const long MaxOctalSize = (1L << 33) - 1;

    /// <summary>How many characters a name may have.</summary>
    internal const int MaxName = 100;

    /// <summary>The header of a file that all may read and root owns, of the time 0.</summary>
    /// <param name="name">The file's name; ASCII, at most 100 characters.</param>
    /// <param name="size">The file's size in bytes.</param>
    internal static byte[] Create(string name, long size) => Create(name, size, '0', FileModes.Data, 0);

    /// <summary>The header of a directory.</summary>
    /// <param name="name">The directory's name, with a slash at its end.</param>
    internal static byte[] CreateDirectory(string name) => Create(name, 0, '5', FileModes.Executable, 0);

    /// <summary>A header of any kind; root owns what it names.</summary>
    /// <param name="name">The name; ASCII, at most <see cref="MaxName"/> characters.</param>
    /// <param name="size">How many bytes follow the header.</param>
    /// <param name="type">The type flag.</param>
    /// <param name="time">The modification time, in seconds since 1970.</param>
    internal static byte[] Create(string name, long size, char type, UnixFileMode mode, long time)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(name.Length, MaxName);
        var header = new byte[BlockSize];
        Put(header, 0, name);
        Put(header, 100, Octal((long)mode, 7));
        Put(header, 108, "0000000");
        Put(header, 116, "0000000");
        PutSize(header.AsSpan(124, 12), size);
        Put(header, 136, Octal(time, 11));
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

    /// <summary>Whether a file begins with a header, as every archive does that is not compressed.</summary>
    /// <inheritdoc cref="RegularFile.OpenRead" path="/exception"/>
    internal static bool IsIn(string path)
    {
        Span<byte> header = stackalloc byte[BlockSize];
        using var file = RegularFile.OpenHandle(path);
        return RegularFile.ReadFully(file, header, 0) == BlockSize && header[257..].StartsWith("ustar"u8);
    }

    /// <summary>How many bytes fill a file up to the next block.</summary>
    /// <param name="size">The file's size in bytes.</param>
    internal static int Padding(long size) => (int)(-size & (BlockSize - 1));

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
