using System.Text;
using Containerize.Files;

namespace Containerize.Programs;

/// <summary>Finds out what a file says of how it is started, by its first bytes.</summary>
internal static class ProgramReader
{
    /// <summary>How many bytes of a script's first line Linux reads.</summary>
    internal const int StartSize = 256;

    /// <summary>The largest file in a layer that is looked into.</summary>
    internal const int MostBytes = 128 * 1024 * 1024;

    /// <summary>Whether a file begins as an ELF file does; then more than its first bytes are read.</summary>
    internal static bool IsElf(ReadOnlySpan<byte> start) => start.StartsWith("\u007fELF"u8);

    /// <summary>Reads a file in memory.</summary>
    internal static ProgramFile Read(ReadOnlyMemory<byte> content) =>
        IsElf(content.Span) ? ElfReader.Read((offset, buffer) => Copy(content.Span, offset, buffer)) : OfStart(content.Span);

    /// <summary>Reads a file of this machine.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    internal static ProgramFile ReadFile(string path)
    {
        using var file = RegularFile.OpenHandle(path);
        Span<byte> start = stackalloc byte[StartSize];
        start = start[..RandomAccess.Read(file, start, 0)];
        return IsElf(start) ? ElfReader.Read((offset, buffer) => RegularFile.ReadFully(file, buffer, offset)) : OfStart(start);
    }

    /// <summary>What the first bytes of a file say that is not ELF.</summary>
    internal static ProgramFile OfStart(ReadOnlySpan<byte> start)
    {
        if (!start.StartsWith("#!"u8))
        {
            return OtherFile.Instance;
        }

        var line = start[2..Math.Min(start.Length, StartSize)];
        var end = line.IndexOf((byte)'\n');
        // A '\r' at the end belongs to the name, as far as Linux is concerned: such a script does not start.
        var text = Encoding.UTF8.GetString(end < 0 ? line : line[..end]).Trim(' ', '\t');
        var space = text.AsSpan().IndexOfAny(' ', '\t');
        return space < 0 ? new ScriptFile(text, null) : new ScriptFile(text[..space], text[space..].Trim(' ', '\t'));
    }

    private static int Copy(ReadOnlySpan<byte> content, long offset, Span<byte> buffer)
    {
        if (offset < 0 || offset >= content.Length)
        {
            return 0;
        }

        var part = content[(int)offset..];
        part = part[..Math.Min(part.Length, buffer.Length)];
        part.CopyTo(buffer);
        return part.Length;
    }
}
