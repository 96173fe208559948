using System.Buffers.Binary;
using System.Text;

namespace Containerize.Programs;

/// <summary>Reads bytes of a file at a place; fewer than asked for at its end.</summary>
internal delegate int ReadBytes(long offset, Span<byte> buffer);

/// <summary>
/// Reads what the loader reads of an ELF file: by program headers only, as sections may be stripped. Files come from packages and base
/// images, so every number in them is bounded before it is used.
/// </summary>
internal sealed class ElfReader
{
    private const int HeaderSize = 64;
    private const int MostHeaders = 512;
    private const int MostDynamic = 4096;
    private const int MostNames = 4096;
    private const int MostVersions = 8192;
    private const int LongestName = 4096;
    private const int MostStrings = 16 * 1024 * 1024;
    private const int WeakVersion = 2;
    private const int BaseVersion = 1;

    private readonly ReadBytes _read;
    private readonly ElfKind _kind;
    private readonly List<Segment> _loads = [];
    private byte[] _strings = [];

    private ElfReader(ReadBytes read, ElfKind kind)
    {
        _read = read;
        _kind = kind;
    }

    private int WordSize => _kind.Is64 ? 8 : 4;

    /// <summary>Reads a file.</summary>
    /// <param name="read">Its bytes.</param>
    /// <returns>What it says; <see cref="UnknownFile"/> for one that says nothing that makes sense.</returns>
    internal static ProgramFile Read(ReadBytes read)
    {
        var header = new byte[HeaderSize];
        var length = read(0, header);
        if (length < 52 || header[4] is not (1 or 2) || header[5] is not (1 or 2) || (header[4] == 2 && length < HeaderSize))
        {
            return UnknownFile.Instance;
        }

        var isLittle = header[5] == 1;
        var kind = new ElfKind(header[4] == 2, isLittle, U16(header, 18, isLittle));
        return new ElfReader(read, kind).Read(header) ?? (ProgramFile)UnknownFile.Instance;
    }

    private static int U16(ReadOnlySpan<byte> bytes, int at, bool isLittle) => isLittle
        ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..])
        : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private int U16(ReadOnlySpan<byte> bytes, int at) => U16(bytes, at, _kind.IsLittleEndian);

    private uint U32(ReadOnlySpan<byte> bytes, int at) => _kind.IsLittleEndian
        ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..])
        : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private ulong Word(ReadOnlySpan<byte> bytes, int at) => !_kind.Is64 ? U32(bytes, at)
        : _kind.IsLittleEndian ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..])
        : BinaryPrimitives.ReadUInt64BigEndian(bytes[at..]);

    private ElfFile? Read(byte[] header)
    {
        var table = Word(header, _kind.Is64 ? 32 : 28);
        var size = U16(header, _kind.Is64 ? 54 : 42);
        var count = U16(header, _kind.Is64 ? 56 : 44);
        if (count > MostHeaders || (count > 0 && size < (_kind.Is64 ? 56 : 32)) || table > long.MaxValue / 2)
        {
            return null;
        }

        Segment? dynamic = null;
        Segment? interpreter = null;
        for (var number = 0; number < count; number++)
        {
            if (Bytes((long)table + ((long)number * size), _kind.Is64 ? 56 : 32) is not { } entry)
            {
                return null;
            }

            var segment = _kind.Is64
                ? new Segment(Word(entry, 8), Word(entry, 16), Word(entry, 32))
                : new Segment(Word(entry, 4), Word(entry, 8), Word(entry, 16));
            switch (U32(entry, 0))
            {
                case 1:
                    _loads.Add(segment);
                    break;
                case 2:
                    dynamic = segment;
                    break;
                case 3:
                    interpreter = segment;
                    break;
                default:
                    break;
            }
        }

        var file = new ElfFile(_kind);
        if (interpreter is { } named)
        {
            if (named.Size > LongestName || Bytes(named.Offset, (int)named.Size) is not { } path)
            {
                return null;
            }

            file = file with { Interpreter = Text(path, 0) };
        }

        return dynamic is { } part ? Read(file, part) : file;
    }

    private ElfFile? Read(ElfFile file, Segment dynamic)
    {
        var size = WordSize * 2;
        var count = (int)Math.Min(dynamic.Size / (ulong)size, MostDynamic);
        if (Bytes(dynamic.Offset, count * size) is not { } entries)
        {
            return null;
        }

        var values = new Dictionary<ulong, ulong>();
        var needed = new List<ulong>();
        for (var at = 0; at < entries.Length && Word(entries, at) is var tag && tag != 0; at += size)
        {
            var value = Word(entries, at + WordSize);
            if (tag == 1)
            {
                needed.Add(value);
            }

            values.TryAdd(tag, value);
        }

        if (!values.TryGetValue(5, out var table))
        {
            return file;
        }

        var length = values.GetValueOrDefault(10UL);
        if (length > MostStrings || OffsetOf(table) is not { } offset || Bytes(offset, (int)length) is not { } strings)
        {
            return null;
        }

        _strings = strings;
        return file with
        {
            Needed = [.. needed.Take(MostNames).Select(Name).Where(name => name.Length > 0)],
            Soname = NameOf(14),
            RPath = NameOf(15),
            RunPath = NameOf(29),
            HasDotnet = strings.AsSpan().IndexOf("\0DotNetRuntime"u8) >= 0,
            Defines = [.. Defined(values.GetValueOrDefault(0x6ffffffcUL), values.GetValueOrDefault(0x6ffffffdUL))],
            Requires = [.. Required(values.GetValueOrDefault(0x6ffffffeUL), values.GetValueOrDefault(0x6fffffffUL))],
        };

        string? NameOf(ulong tag) => values.TryGetValue(tag, out var at) && Name(at) is { Length: > 0 } name ? name : null;
    }

    // Elf_Verdef and Elf_Verdaux: the first name of each is the version, the others are those that it grew from.
    private IEnumerable<string> Defined(ulong address, ulong count)
    {
        var at = OffsetOf(address);
        for (var number = 0; number < (int)Math.Min(count, MostVersions) && at is { } offset; number++)
        {
            if (Bytes(offset, 20) is not { } entry)
            {
                yield break;
            }

            if ((U16(entry, 2) & BaseVersion) == 0 && Bytes(Ahead(offset, U32(entry, 12)), 8) is { } name)
            {
                yield return Name(U32(name, 0));
            }

            at = U32(entry, 16) is var next and > 0 ? Ahead(offset, next) : null;
        }
    }

    // Elf_Verneed: a library, and an Elf_Vernaux for each version.
    private IEnumerable<SymbolVersion> Required(ulong address, ulong count)
    {
        var left = MostVersions;
        var at = OffsetOf(address);
        for (var number = 0; number < (int)Math.Min(count, MostNames) && at is { } offset; number++)
        {
            if (Bytes(offset, 16) is not { } entry)
            {
                yield break;
            }

            var library = Name(U32(entry, 4));
            ulong? aux = Ahead(offset, U32(entry, 8));
            for (var index = U16(entry, 2); index > 0 && aux is { } place && left-- > 0; index--)
            {
                if (Bytes(place, 16) is not { } version)
                {
                    yield break;
                }

                if ((U16(version, 4) & WeakVersion) == 0)
                {
                    yield return new SymbolVersion(library, Name(U32(version, 8)));
                }

                aux = U32(version, 12) is var more and > 0 ? Ahead(place, more) : null;
            }

            at = U32(entry, 12) is var next and > 0 ? Ahead(offset, next) : null;
        }
    }

    private static ulong Ahead(ulong offset, uint by) => unchecked(offset + by);

    /// <summary>Where an address of the running program lies in the file.</summary>
    private ulong? OffsetOf(ulong address)
    {
        foreach (var load in _loads)
        {
            if (address >= load.Address && address - load.Address < load.Size)
            {
                return unchecked(load.Offset + (address - load.Address));
            }
        }

        return null;
    }

    private byte[]? Bytes(ulong offset, int count) => offset > long.MaxValue / 2 ? null : Bytes((long)offset, count);

    private byte[]? Bytes(long offset, int count)
    {
        // Room is made for what is there, whatever the file says it has.
        if (count > LongestName)
        {
            Span<byte> last = stackalloc byte[1];
            if (_read(offset + count - 1, last) < 1)
            {
                return null;
            }
        }

        var bytes = new byte[count];
        return _read(offset, bytes) == count ? bytes : null;
    }

    private string Name(ulong at) => at < (ulong)_strings.Length ? Text(_strings, (int)at) : "";

    private static string Text(ReadOnlySpan<byte> bytes, int at)
    {
        var rest = bytes[at..];
        rest = rest[..Math.Min(rest.Length, LongestName)];
        var end = rest.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]);
    }

    /// <param name="Offset">Where it begins in the file.</param>
    /// <param name="Address">Where it begins in the running program.</param>
    /// <param name="Size">How many bytes of the file it has.</param>
    private readonly record struct Segment(ulong Offset, ulong Address, ulong Size);
}
