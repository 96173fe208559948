using Containerize.Programs;

namespace Containerize.Starting;

/// <summary>What an image starts first: a program that exists, may be started, and fits the platform, with all that starts it.</summary>
/// <param name="files">The image.</param>
/// <param name="user">Who starts it.</param>
internal sealed class StartedLine(StartedImage files, ImageUser user)
{
    private const int MostInterpreters = 4;
    private const string Shells = "sh bash ash dash";

    /// <summary>Finds what keeps a command line from being started.</summary>
    /// <param name="line">Entrypoint and command.</param>
    /// <param name="program">The ELF program that is started in the end; null when there is none, or it cannot be told.</param>
    /// <returns>The first reason; null when the kernel starts it.</returns>
    internal StartFinding? Check(IReadOnlyList<string> line, out string? program)
    {
        program = null;
        if (line is not [{ Length: > 0 } name, ..])
        {
            // A container of it is given its command when it is started.
            return null;
        }

        if (Locate(name) is not { } path)
        {
            return Missing(name, line);
        }

        for (var depth = 0; depth < MostInterpreters; depth++)
        {
            if (Refuse(path) is { } refused)
            {
                return refused;
            }

            if (files.ProgramAt(path) is not ScriptFile script)
            {
                program = path;
                return null;
            }

            if (Interpret(path, script) is not { } next)
            {
                return NoInterpreter(path, script);
            }

            path = next;
        }

        return null;
    }

    /// <summary>The path of a program by its name in a command line; null when the image has none.</summary>
    internal string? Locate(string name) => !name.Contains('/', StringComparison.Ordinal)
        ? files.FindInPath(name, user.MayExecute) ?? files.FindInPath(name, _ => true)
        : files.Find(files.Absolute(name)) is null ? null : files.Absolute(name);

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

    private static StartFinding Missing(string name, IReadOnlyList<string> line)
    {
        if (Path.GetFileName(name) == DotnetCheck.Host && line is [_, var second, ..]
            && second.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
        {
            return DotnetCheck.NoHost(name);
        }

        var shell = Shells.Split(' ').Contains(Path.GetFileName(name))
            ? " The base image has no shell: name the program itself, without one, or choose another base image."
            : " Correct ContainerAppCommand or ContainerEntrypoint, or put the program into the image (ContainerizeFile, "
                + $"ContainerizeDebianPackage, another base image).";
        var where = name.Contains('/', StringComparison.Ordinal) ? "is not in the image, or is no program" : "is in no directory of PATH";
        return StartFinding.Certain(DiagnosticCode.StartMissing, $"The image would start '{name}', which {where}.{(Message)shell}");
    }

    private StartFinding? Refuse(string path)
    {
        if (files.Find(path) is not { } node)
        {
            return null;
        }

        if (node.Children is not null)
        {
            return StartFinding.Certain(
                DiagnosticCode.StartNotExecutable, $"The image would start '{path}', which is a directory. Name a program.");
        }

        if (Closed(path) is { } closed)
        {
            return StartFinding.Certain(
                DiagnosticCode.StartNotExecutable,
                $"The image would start '{path}' as the user '{files.Config.User}', who may not enter '{closed}'. "
                + $"Give the directory another mode or owner, or choose another ContainerUser.");
        }

        if (!user.MayExecute(node))
        {
            return StartFinding.Certain(
                DiagnosticCode.StartNotExecutable,
                $"The image would start '{path}', which the user '{(user.IsRoot ? "root" : files.Config.User)}' may not execute "
                + $"(mode {Convert.ToString((int)node.Mode, 8)}). Give it a Mode like \"755\", where it comes from a ContainerizeFile, "
                + $"or an Owner.");
        }

        return node.File?.Program switch
        {
            OtherFile => StartFinding.Certain(
                DiagnosticCode.StartNotExecutable,
                $"The image would start '{path}', which is no program that Linux starts: neither ELF nor a script that begins with '#!'. "
                + $"Start it with the program that reads it, like 'dotnet' or 'sh'."),
            ElfFile elf => Refuse(path, elf),
            _ => null,
        };
    }

    private StartFinding? Refuse(string path, ElfFile elf)
    {
        var platform = files.Config.Platform;
        if (!Fits(platform.Architecture, elf.Kind))
        {
            return StartFinding.Certain(
                DiagnosticCode.StartOtherMachine,
                $"The image is for {platform}, and '{path}' is a program for another processor ({Describe(elf.Kind)}). "
                + $"Publish with the RuntimeIdentifier of the image, or set ContainerRuntimeIdentifier to that of the program.");
        }

        if (elf.Interpreter is not { Length: > 0 } loader || files.Find(files.Absolute(loader)) is not null)
        {
            return null;
        }

        var (wanted, cure) = LibrarySearch.IsMusl(loader)
            ? ("musl, the C library of Alpine",
                "Publish without the -musl of the RuntimeIdentifier, or choose a base image of Alpine")
            : ("glibc, the C library of Debian, Ubuntu, Fedora and others",
                files.NamesIn("/lib").Any(name => name.StartsWith("ld-musl-", StringComparison.Ordinal))
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
        if (files.FindFile(files.Absolute(script.Interpreter)) is null)
        {
            return null;
        }

        // 'env' looks its argument up in PATH; with options it does more, which is not followed.
        return Path.GetFileName(script.Interpreter) == "env" && script.Argument is { Length: > 0 } name
            && !name.AsSpan().ContainsAny(' ', '=', '-') && !name.Contains('/', StringComparison.Ordinal)
            ? files.FindInPath(name, user.MayExecute)
            : files.Absolute(script.Interpreter);
    }

    private StartFinding NoInterpreter(string path, ScriptFile script)
    {
        var isThere = files.FindFile(files.Absolute(script.Interpreter)) is not null;
        var name = isThere ? script.Argument! : script.Interpreter;
        var ends = (script.Argument ?? script.Interpreter).EndsWith('\r')
            ? " Its first line ends as on Windows, and Linux counts that end to the name: save the script with the line ends of Linux."
            : " Choose a base image that has it, or write the script for one that is there.";
        return StartFinding.Certain(
            DiagnosticCode.StartLoaderMissing,
            $"The image would start the script '{path}', whose interpreter '{name}' is not in it.{(Message)ends}");
    }

    /// <summary>The first directory on the way to a path that the user may not enter.</summary>
    private string? Closed(string path)
    {
        var real = files.Resolve(path);
        for (var slash = real.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = real.IndexOf('/', slash + 1))
        {
            if (files.Find("/" + real[..slash]) is { Children: not null } directory && !user.MaySearch(directory))
            {
                return "/" + real[..slash];
            }
        }

        return null;
    }
}
