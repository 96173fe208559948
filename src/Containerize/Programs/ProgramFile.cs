namespace Containerize.Programs;

/// <summary>What a file says of how it is started or loaded.</summary>
internal abstract record ProgramFile;

/// <summary>A file that starts with <c>#!</c>.</summary>
/// <param name="Interpreter">The program that runs it, as it is written there.</param>
/// <param name="Argument">What follows the program, as one argument; null for nothing.</param>
internal sealed record ScriptFile(string Interpreter, string? Argument) : ProgramFile;

/// <summary>A file whose content no kernel starts by itself: text, an assembly, nothing at all.</summary>
internal sealed record OtherFile : ProgramFile
{
    /// <summary>There is nothing that tells two of them apart.</summary>
    internal static OtherFile Instance { get; } = new();
}

/// <summary>A program or library of a form that was not read: too large, damaged or unusual. Nothing is concluded from it.</summary>
internal sealed record UnknownFile : ProgramFile
{
    /// <summary>There is nothing that tells two of them apart.</summary>
    internal static UnknownFile Instance { get; } = new();
}

/// <summary>A program or library in the format ELF.</summary>
/// <param name="Kind">What it runs on.</param>
/// <remarks>System V Application Binary Interface, "Object Files" and "Program Loading and Dynamic Linking".</remarks>
internal sealed record ElfFile(ElfKind Kind) : ProgramFile
{
    /// <summary>The loader that starts the program (<c>PT_INTERP</c>); null for libraries and static programs.</summary>
    public string? Interpreter { get; init; }

    /// <summary>The name that the library is known by while a program runs.</summary>
    public string? Soname { get; init; }

    /// <summary>The libraries that it is loaded with (<c>DT_NEEDED</c>), in order.</summary>
    public IReadOnlyList<string> Needed { get; init; } = [];

    /// <summary>Where these are looked for before all else (<c>DT_RPATH</c>); it counts for what they need, too.</summary>
    public string? RPath { get; init; }

    /// <summary>Where these are looked for after <c>LD_LIBRARY_PATH</c> (<c>DT_RUNPATH</c>).</summary>
    public string? RunPath { get; init; }

    /// <summary>
    /// Whether the runtime of .NET is in it: native code (<c>PublishAot</c>) and single files export what debuggers look for.
    /// </summary>
    public bool HasDotnet { get; init; }

    /// <summary>The versions of symbols that the library has.</summary>
    public IReadOnlyList<string> Defines { get; init; } = [];

    /// <summary>The versions of symbols without which it is not loaded.</summary>
    public IReadOnlyList<SymbolVersion> Requires { get; init; } = [];
}

/// <summary>What an ELF file runs on.</summary>
/// <param name="Is64">Whether its addresses have 64 bits.</param>
/// <param name="IsLittleEndian">Whether the lowest byte comes first.</param>
/// <param name="Machine">The processor (<c>e_machine</c>).</param>
internal readonly record struct ElfKind(bool Is64, bool IsLittleEndian, int Machine);

/// <summary>A version of symbols that a library must have.</summary>
/// <param name="Library">The library, as <c>DT_NEEDED</c> names it.</param>
/// <param name="Version">The version: <c>GLIBC_2.38</c>.</param>
internal readonly record struct SymbolVersion(string Library, string Version);
