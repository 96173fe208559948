using Containerize.Programs;

namespace Containerize.Starting;

/// <summary>A program that is started: there, executable, for this processor, with loader or interpreter.</summary>
/// <param name="Subject">Who starts it, at the beginning of a sentence: <c>The image would start</c>.</param>
/// <param name="Cure">What to correct when it is missing.</param>
/// <param name="Files">The image.</param>
/// <param name="User">Who starts it.</param>
/// <param name="UserName">What he is called.</param>
internal sealed record ProgramCheck(Message Subject, Message Cure, StartedImage Files, ImageUser User, string UserName)
{
    private const int MostInterpreters = 4;
    private const string Shells = "sh bash ash dash";

    /// <summary>Whether a wrapper starts the program: with what libraries do on top of the kernel.</summary>
    internal bool IsWrapped { get; init; }

    /// <summary>Whether the outer program may have others in itself, which it does not look up in <c>PATH</c>.</summary>
    internal bool MayHaveOwn { get; init; }

    /// <summary>Whether the program is started in every case.</summary>
    internal bool IsCertain { get; init; } = true;

    /// <summary>Whether a program is a shell, by its name.</summary>
    internal static bool IsShell(string name) => Shells.Split(' ').Contains(Path.GetFileName(name));

    /// <summary>Finds what keeps one command line from being started.</summary>
    /// <param name="program">The ELF program that is started; null when there is none, or it cannot be told.</param>
    /// <param name="script">The script that names the program as its interpreter; null for none.</param>
    internal StartFinding? Check(IReadOnlyList<string> line, out string? program, out string? script)
    {
        (program, script) = (null, null);
        if (line is not [{ Length: > 0 } name, ..] || ShellLine.IsUnknown(name))
        {
            // A container of it is given its command when it is started.
            return null;
        }

        if (Locate(name) is not { } path)
        {
            return MayHaveOwn && !name.Contains('/', StringComparison.Ordinal) ? null : Missing(name, line);
        }

        for (var depth = 0; depth < MostInterpreters; depth++)
        {
            if (Refuse(path) is { } refused)
            {
                return refused;
            }

            if (Files.ProgramAt(path) is not ScriptFile found)
            {
                program = Files.ProgramAt(path) is OtherFile ? null : path;
                return null;
            }

            if (Interpret(path, found) is not { } next)
            {
                return NoInterpreter(path, found);
            }

            if (depth == 0)
            {
                script = path;
            }

            path = next;
        }

        return null;
    }

    /// <summary>The path of a program by its name in a command line; null when the image has none.</summary>
    private string? Locate(string name) => !name.Contains('/', StringComparison.Ordinal)
        ? Files.FindInPath(name, User.MayExecute) ?? Files.FindInPath(name, _ => true)
        : Files.Find(Files.Absolute(name)) is null ? null : Files.Absolute(name);

    /// <summary>Whether a processor runs what was made for another kind: 32 bits of the same family.</summary>
    internal static bool Fits(string architecture, ElfKind kind) => Machines(architecture) is not [_, ..] machines
        || machines.Contains(kind.Machine);

    private static int[] Machines(string architecture) => architecture switch
    {
        // e_machine: EM_X86_64 and EM_386, EM_AARCH64 and EM_ARM, EM_PPC64, EM_S390, EM_RISCV, EM_LOONGARCH.
        "amd64" => [62, 3],
        "386" => [3],
        "arm64" => [183, 40],
        "arm" => [40],
        "ppc64le" => [21],
        "s390x" => [22],
        "riscv64" => [243],
        "loong64" => [258],
        _ => [],
    };

    private StartFinding Missing(string name, IReadOnlyList<string> line)
    {
        if (Path.GetFileName(name) == DotnetCheck.Host && line is [_, var second, ..]
            && second.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return DotnetCheck.NoHost(name);
        }

        var cure = IsShell(name)
            ? $"The base image has no shell: name the program itself, without one, or choose another base image."
            : Cure;
        var where = name.Contains('/', StringComparison.Ordinal) ? "is not in the image, or is no program" : "is in no directory of PATH";
        return StartFinding.Certain(DiagnosticCode.StartMissing, $"{Subject} '{name}', which {where}. {cure}");
    }

    private StartFinding? Refuse(string path)
    {
        if (Files.Find(path) is not { } node)
        {
            return null;
        }

        if (node.Children is not null)
        {
            return StartFinding.Certain(
                DiagnosticCode.StartNotExecutable, $"{Subject} '{path}', which is a directory. Name a program.");
        }

        if (Closed(path) is { } closed)
        {
            return StartFinding.Certain(
                DiagnosticCode.StartNotExecutable,
                $"{Subject} '{path}' as the user '{UserName}', who may not enter '{closed}'. "
                + $"Give the directory another mode or owner, or choose another ContainerUser.");
        }

        if (!User.MayExecute(node))
        {
            return StartFinding.Certain(
                DiagnosticCode.StartNotExecutable,
                $"{Subject} '{path}', which the user '{UserName}' may not execute "
                + $"(mode {Convert.ToString((int)node.Mode, 8)}). Give it a Mode like \"755\", where it comes from a ContainerizeFile, "
                + $"or an Owner.");
        }

        return node.File?.Program switch
        {
            // A shell, and the C library, take such a file for a script.
            OtherFile when !IsWrapped => StartFinding.Certain(
                DiagnosticCode.StartNotExecutable,
                $"{Subject} '{path}', which is no program that Linux starts: neither ELF nor a script that begins with '#!'. "
                + $"Start it with the program that reads it, like 'dotnet' or 'sh'."),
            ElfFile elf => Refuse(path, elf),
            _ => null,
        };
    }

    private StartFinding? Refuse(string path, ElfFile elf)
    {
        var platform = Files.Config.Platform;
        if (!Fits(platform.Architecture, elf.Kind))
        {
            return StartFinding.Certain(
                DiagnosticCode.StartOtherMachine,
                $"The image is for {platform}, and '{path}' is a program for another processor ({Describe(elf.Kind)}). "
                + $"Publish with the RuntimeIdentifier of the image, or set ContainerRuntimeIdentifier to that of the program.");
        }

        if (elf.Interpreter is not { Length: > 0 } loader || Files.Find(Files.Absolute(loader)) is not null)
        {
            return null;
        }

        var (wanted, cure) = LibrarySearch.IsMusl(loader)
            ? ("musl, the C library of Alpine",
                "Publish without the -musl of the RuntimeIdentifier, or choose a base image of Alpine")
            : ("glibc, the C library of Debian, Ubuntu, Fedora and others",
                Files.NamesIn("/lib").Any(name => name.StartsWith("ld-musl-", StringComparison.Ordinal))
                    ? "Publish with a RuntimeIdentifier like linux-musl-x64, or choose another base image"
                    : "Choose a base image that has it, like debian-packages:bookworm; a program without any needs PublishAot with "
                        + $"StaticExecutable");
        return StartFinding.Certain(
            DiagnosticCode.StartLoaderMissing,
            $"'{path}' is started by '{loader}', which the image does not have: the program was made for {wanted}, which the base image "
            + $"lacks. {(Message)cure}.");
    }

    private static string Describe(ElfKind kind) => kind.Machine switch
    {
        3 => "x86",
        62 => "x64",
        40 => "arm",
        183 => "arm64",
        var other => $"ELF machine {other}",
    };

    private string? Interpret(string path, ScriptFile script)
    {
        if (Files.FindFile(Files.Absolute(script.Interpreter)) is null)
        {
            return null;
        }

        // 'env' looks its argument up in PATH; with options it does more, which is not followed.
        return Path.GetFileName(script.Interpreter) == "env" && script.Argument is { Length: > 0 } name
            && !name.AsSpan().ContainsAny(' ', '=', '-') && !name.Contains('/', StringComparison.Ordinal)
            ? Files.FindInPath(name, User.MayExecute)
            : Files.Absolute(script.Interpreter);
    }

    private StartFinding NoInterpreter(string path, ScriptFile script)
    {
        var isThere = Files.FindFile(Files.Absolute(script.Interpreter)) is not null;
        var name = isThere ? script.Argument! : script.Interpreter;
        var ends = (script.Argument ?? script.Interpreter).EndsWith('\r')
            ? " Its first line ends as on Windows, and Linux counts that end to the name: save the script with the line ends of Linux."
            : " Choose a base image that has it, or write the script for one that is there.";
        return StartFinding.Certain(
            DiagnosticCode.StartLoaderMissing,
            $"{Subject} the script '{path}', whose interpreter '{name}' is not in it.{(Message)ends}");
    }

    /// <summary>The first directory on the way to a path that the user may not enter.</summary>
    private string? Closed(string path)
    {
        var real = Files.Resolve(path);
        for (var slash = real.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = real.IndexOf('/', slash + 1))
        {
            if (Files.Find("/" + real[..slash]) is { Children: not null } directory && !User.MaySearch(directory))
            {
                return "/" + real[..slash];
            }
        }

        return null;
    }
}
