using System.Globalization;
using System.Text;
using Containerize.Files;

namespace Containerize.Programs;

/// <summary>What a file says of how it is started, as lines of text that can be remembered.</summary>
internal static class ProgramText
{
    private const string Elf = "elf";
    private const string Script = "script";
    private const string Other = "other";
    private const string Unknown = "unknown";

    /// <summary>Appends the lines of a file; the first says what it is.</summary>
    internal static void Write(StringBuilder text, ProgramFile? program)
    {
        switch (program)
        {
            case ScriptFile script:
                Line(text, Script, script.Argument is { } argument ? [script.Interpreter, argument] : [script.Interpreter]);
                break;
            case ElfFile elf:
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{Elf}\t{(elf.Kind.Is64 ? 64 : 32)}\t{(elf.Kind.IsLittleEndian ? "le" : "be")}\t{elf.Kind.Machine}\n");
                Line(text, "interpreter", elf.Interpreter);
                Line(text, "soname", elf.Soname);
                Line(text, "rpath", elf.RPath);
                Line(text, "runpath", elf.RunPath);
                Line(text, "dotnet", elf.HasDotnet ? "yes" : null);
                Line(text, "needed", elf.Needed);
                Line(text, "defines", elf.Defines);
                foreach (var library in elf.Requires.GroupBy(required => required.Library, StringComparer.Ordinal))
                {
                    Line(text, "requires", [library.Key, .. library.Select(required => required.Version)]);
                }

                break;
            case OtherFile:
                Line(text, Other, []);
                break;
            case UnknownFile:
                Line(text, Unknown, []);
                break;
            default:
                break;
        }
    }

    /// <summary>Adds a line to what is known so far.</summary>
    /// <param name="program">What earlier lines say.</param>
    /// <param name="line">The line; one of another subject changes nothing.</param>
    internal static ProgramFile? Read(ProgramFile? program, string line)
    {
        var fields = line.Split('\t');
        string[] values = [.. fields.Skip(1).Select(EscapedText.Read)];
        return (fields[0], program) switch
        {
            (Script, _) when values is [var interpreter, .. var rest] => new ScriptFile(interpreter, rest.FirstOrDefault()),
            (Other, _) => OtherFile.Instance,
            (Unknown, _) => UnknownFile.Instance,
            (Elf, _) when values is [var size, var order, var machine] =>
                new ElfFile(new ElfKind(size == "64", order == "le", int.Parse(machine, CultureInfo.InvariantCulture))),
            ("interpreter", ElfFile elf) => elf with { Interpreter = values[0] },
            ("soname", ElfFile elf) => elf with { Soname = values[0] },
            ("rpath", ElfFile elf) => elf with { RPath = values[0] },
            ("runpath", ElfFile elf) => elf with { RunPath = values[0] },
            ("dotnet", ElfFile elf) => elf with { HasDotnet = true },
            ("needed", ElfFile elf) => elf with { Needed = values },
            ("defines", ElfFile elf) => elf with { Defines = values },
            ("requires", ElfFile elf) =>
                elf with { Requires = [.. elf.Requires, .. values.Skip(1).Select(version => new SymbolVersion(values[0], version))] },
            _ => program,
        };
    }

    private static void Line(StringBuilder text, string subject, string? value)
    {
        if (value is not null)
        {
            Line(text, subject, [value]);
        }
    }

    private static void Line(StringBuilder text, string subject, IReadOnlyList<string> values)
    {
        if (values.Count > 0 || subject is Other or Unknown)
        {
            text.Append(subject);
            foreach (var value in values)
            {
                text.Append('\t').Append(EscapedText.Write(value));
            }

            text.Append('\n');
        }
    }
}
