using System.Buffers.Binary;
using System.Text;
using Containerize.Files;
using Microsoft.Win32.SafeHandles;

namespace Containerize.Programs;

/// <summary>
/// A program of .NET that has its app inside (<c>PublishSingleFile</c>). Its host has a mark, and in front of that the place of a header,
/// which says where the app's files are.
/// </summary>
/// <remarks>dotnet/runtime, <i>src/native/corehost/bundle/header.h</i>; dotnet/designs, <i>single-file/bundler.md</i>.</remarks>
internal static class AppBundle
{
    private const int Block = 1024 * 1024;
    private const long MostHost = 64 * Block;
    private const int MostConfig = Block;

    // Two numbers of 4 bytes for the version, one for the count of files, and a name with its length in front.
    private const int NameAt = 12;

    // Since version 2: place and length of the app's deps.json, then of its runtimeconfig.json.
    private const int ConfigAfterName = 16;

    private static ReadOnlySpan<byte> Mark =>
    [
        0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32,
        0x13, 0xf5, 0xb9, 0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
    ];

    /// <summary>The <c>runtimeconfig.json</c> of the app inside a program.</summary>
    /// <returns>Its text; null when the program has no app inside, or none of a form that is known.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static string? ReadConfig(string path)
    {
        using var file = RegularFile.OpenHandle(path);
        var size = RandomAccess.GetLength(file);
        if (FindHeader(file, size) is not (> 0 and var header))
        {
            return null;
        }

        Span<byte> start = stackalloc byte[NameAt + 1 + byte.MaxValue + ConfigAfterName + 16];
        start = start[..RandomAccess.Read(file, start, header)];
        if (start.Length <= NameAt || BinaryPrimitives.ReadUInt32LittleEndian(start) < 2 || start[NameAt] > sbyte.MaxValue)
        {
            return null;
        }

        var at = NameAt + 1 + start[NameAt] + ConfigAfterName;
        if (start.Length < at + 16)
        {
            return null;
        }

        var offset = BinaryPrimitives.ReadInt64LittleEndian(start[at..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(start[(at + 8)..]);
        if (offset <= 0 || length is <= 0 or > MostConfig || offset > size - length)
        {
            return null;
        }

        var config = new byte[length];
        return RegularFile.ReadFully(file, config, offset) == length ? Encoding.UTF8.GetString(config) : null;
    }

    // The host comes first, so its mark does, too.
    private static long? FindHeader(SafeFileHandle file, long size)
    {
        var overlap = sizeof(long) + Mark.Length;
        var buffer = new byte[Block + overlap];
        for (long place = 0; place < Math.Min(size, MostHost); place += Block)
        {
            var read = buffer.AsSpan(0, RegularFile.ReadFully(file, buffer, place));
            if (read.IndexOf(Mark) is >= sizeof(long) and var at)
            {
                var header = BinaryPrimitives.ReadInt64LittleEndian(read[(at - sizeof(long))..]);
                return header < size ? header : null;
            }
        }

        return null;
    }
}
