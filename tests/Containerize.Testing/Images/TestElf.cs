using System.Buffers.Binary;
using System.Text;

namespace Containerize.Testing.Images;

/// <summary>A small ELF file with the parts that loaders read, and no code.</summary>
internal sealed record TestElf
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;

    /// <summary>The processor: x64 unless set.</summary>
    public ushort Machine { get; init; } = 62;

    /// <summary>The loader; null for a library.</summary>
    public string? Interpreter { get; init; }

    /// <summary>The library's name.</summary>
    public string? Soname { get; init; }

    /// <summary>Where needed libraries are looked for first.</summary>
    public string? RPath { get; init; }

    /// <summary>Where needed libraries are looked for, after the environment's directories.</summary>
    public string? RunPath { get; init; }

    /// <summary>The libraries that it needs.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];

    /// <summary>The versions of symbols that it has.</summary>
    public IReadOnlyList<string> Defines { get; init; } = [];

    /// <summary>The versions of symbols that it needs, each of a library.</summary>
    public IReadOnlyList<(string Library, string Version)> Requires { get; init; } = [];

    /// <summary>A program of glibc for x64.</summary>
    public static TestElf Program(params string[] needed) => new() { Interpreter = "/lib64/ld-linux-x86-64.so.2", Needed = needed };

    /// <summary>A library for x64.</summary>
    public static TestElf Library(string soname, params string[] needed) => new() { Soname = soname, Needed = needed };

    /// <summary>The file.</summary>
    public byte[] ToBytes()
    {
        var names = new List<byte> { 0 };
        uint Name(string text)
        {
            var at = (uint)names.Count;
            names.AddRange([.. Encoding.UTF8.GetBytes(text), 0]);
            return at;
        }

        var dynamic = new List<(ulong Tag, ulong Value)>();
        dynamic.AddRange(Needed.Select(name => (1UL, (ulong)Name(name))));
        foreach (var (tag, text) in new[] { (14UL, Soname), (15UL, RPath), (29UL, RunPath) })
        {
            if (text is not null)
            {
                dynamic.Add((tag, Name(text)));
            }
        }

        var defined = Defined(Name);
        var required = Required(Name);
        var interpreter = Interpreter is null ? [] : (byte[])[.. Encoding.UTF8.GetBytes(Interpreter), 0];
        var count = Interpreter is null ? 2 : 3;
        var at = HeaderSize + (count * ProgramHeaderSize);
        var (interpreterAt, namesAt) = (at, at + interpreter.Length);
        var (definedAt, requiredAt) = (namesAt + names.Count, namesAt + names.Count + defined.Length);
        var dynamicAt = requiredAt + required.Length;
        dynamic.AddRange([(5, (ulong)namesAt), (10, (ulong)names.Count)]);
        if (Defines.Count > 0)
        {
            dynamic.AddRange([(0x6ffffffc, (ulong)definedAt), (0x6ffffffd, (ulong)Defines.Count)]);
        }

        if (Requires.Count > 0)
        {
            dynamic.AddRange([(0x6ffffffe, (ulong)requiredAt), (0x6fffffff, (ulong)Requires.Count)]);
        }

        dynamic.Add((0, 0));
        var size = dynamicAt + (dynamic.Count * 16);
        var file = new byte[size];
        "\u007fELF\u0002\u0001\u0001"u8.CopyTo(file);
        U16(16, 3);
        U16(18, Machine);
        U64(32, HeaderSize);
        U16(54, ProgramHeaderSize);
        U16(56, (ushort)count);
        Segment(0, 1, 0, size);
        Segment(1, 2, dynamicAt, dynamic.Count * 16);
        if (Interpreter is not null)
        {
            Segment(2, 3, interpreterAt, interpreter.Length);
        }

        interpreter.CopyTo(file, interpreterAt);
        names.CopyTo(file, namesAt);
        defined.CopyTo(file, definedAt);
        required.CopyTo(file, requiredAt);
        foreach (var ((tag, value), index) in dynamic.Select((entry, index) => (entry, index)))
        {
            U64(dynamicAt + (index * 16), tag);
            U64(dynamicAt + (index * 16) + 8, value);
        }

        return file;

        void U16(int place, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(place), value);
        void U64(int place, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(place), value);
        void Segment(int number, uint type, int offset, int length)
        {
            var header = HeaderSize + (number * ProgramHeaderSize);
            BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(header), type);
            U64(header + 8, (ulong)offset);
            U64(header + 16, (ulong)offset);
            U64(header + 32, (ulong)length);
        }
    }

    // Elf64_Verdef and its Elf64_Verdaux, one after the other.
    private byte[] Defined(Func<string, uint> name) =>
    [
        .. Defines.SelectMany((version, index) => (byte[])[.. Half(1), .. Half(0), .. Half(index + 2), .. Half(1), .. Word(0), .. Word(20),
            .. Word(index == Defines.Count - 1 ? 0u : 28), .. Word(name(version)), .. Word(0)]),
    ];

    // Elf64_Verneed and its Elf64_Vernaux, one after the other.
    private byte[] Required(Func<string, uint> name) =>
    [
        .. Requires.SelectMany((required, index) => (byte[])[.. Half(1), .. Half(1), .. Word(name(required.Library)), .. Word(16),
            .. Word(index == Requires.Count - 1 ? 0u : 32), .. Word(0), .. Half(0), .. Half(2), .. Word(name(required.Version)),
            .. Word(0)]),
    ];

    private static byte[] Half(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Word(uint value) => [(byte)value, (byte)(value >> 8), (byte)(value >> 16), (byte)(value >> 24)];
}
