using System.Buffers.Binary;

namespace Containerize.Compression;

/// <summary>
/// Looks at an xz file before it is unpacked: each of its blocks names the memory that unpacking it takes, up to four gigabytes. Blocks are
/// passed over by the sizes of the chunks in them, which is how a decompressor finds its way, so none of them can be hidden from this.
/// </summary>
/// <remarks>The .xz file format, version 1.2.1; LZMA2 chunks as in the LZMA SDK.</remarks>
internal static class XzDictionaries
{
    /// <summary>The most that <c>xz -9</c> takes, and with it dpkg.</summary>
    internal const long Limit = 64 * 1024 * 1024;

    private const int StreamHeaderSize = 12;
    private const int MaxFilters = 4;
    private const ulong Lzma2 = 0x21;
    private static readonly int[] s_checkSizes = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];

    /// <summary>Finds the largest dictionary.</summary>
    /// <param name="xz">The file, from its begin on; read, not disposed.</param>
    /// <returns>Its size, in bytes; 0 for a file without blocks.</returns>
    /// <exception cref="InvalidDataException">It is no xz file, or one of a kind that no tool makes.</exception>
    /// <exception cref="EndOfStreamException">It ends in the middle.</exception>
    internal static long Largest(Stream xz)
    {
        var position = 0L;
        var header = Read(StreamHeaderSize);
        if (!header.AsSpan(0, 6).SequenceEqual((ReadOnlySpan<byte>)[0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]))
        {
            throw new InvalidDataException("it is no xz file");
        }

        var checkSize = s_checkSizes[header[7] & 0x0f];
        var largest = 0L;
        // A zero where a block's size should be begins the index, and with it the end.
        for (int size; (size = Read(1)[0]) != 0;)
        {
            largest = Math.Max(largest, DictionaryOf(Read((size * 4) + 3)));
            SkipChunks();
            Skip((-position & 3) + checkSize);
        }

        return largest;

        byte[] Read(int count)
        {
            var bytes = new byte[count];
            xz.ReadExactly(bytes);
            position += count;
            return bytes;
        }

        void Skip(long count)
        {
            for (var left = count; left > 0; left -= 4096)
            {
                Read((int)Math.Min(left, 4096));
            }
        }

        void SkipChunks()
        {
            for (int control; (control = Read(1)[0]) != 0;)
            {
                var sizes = Read(control < 0x80 ? 2 : 4);
                Skip(control switch
                {
                    1 or 2 => BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1,
                    >= 0x80 => BinaryPrimitives.ReadUInt16BigEndian(sizes.AsSpan(2)) + 1 + (control >= 0xc0 ? 1 : 0),
                    _ => throw new InvalidDataException("an xz block is damaged"),
                });
            }
        }
    }

    /// <summary>Reads what follows the first byte of a block's header.</summary>
    private static long DictionaryOf(ReadOnlySpan<byte> header)
    {
        var flags = header[0];
        var rest = header[1..^4];
        for (var sizes = (flags >> 6 & 1) + (flags >> 7); sizes > 0; sizes--)
        {
            Number(ref rest);
        }

        for (var filter = 0; filter < Math.Min((flags & 3) + 1, MaxFilters); filter++)
        {
            var id = Number(ref rest);
            var length = Number(ref rest);
            if (length > (ulong)rest.Length)
            {
                break;
            }

            if (id == Lzma2 && length == 1)
            {
                var bits = rest[0] & 0x3f;
                return bits >= 40 ? uint.MaxValue : (2L | (uint)(bits & 1)) << ((bits / 2) + 11);
            }

            rest = rest[(int)length..];
        }

        throw new InvalidDataException("an xz block is not of LZMA2");
    }

    private static ulong Number(ref ReadOnlySpan<byte> rest)
    {
        var number = 0UL;
        for (var shift = 0; shift < 63 && !rest.IsEmpty; shift += 7)
        {
            var next = rest[0];
            rest = rest[1..];
            number |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return number;
            }
        }

        throw new InvalidDataException("the header of an xz block is damaged");
    }
}
