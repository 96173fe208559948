using System.Buffers;
using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>
/// Translates ENTRYPOINT and CMD: the app is started by itself, so what is around it remains. Each word is in an item, or a note says what
/// became of it.
/// </summary>
internal sealed class StartCommand(ImportResult result, bool isWindows)
{
    // What only a shell knows.
    private static readonly SearchValues<char> s_ofShells = SearchValues.Create("$*?[~{");
    private static readonly string[] s_builtins =
        [".", ":", "!", "{", "source", "cd", "export", "set", "unset", "ulimit", "umask", "eval", "trap", "if", "for", "while", "until",
            "case", "time", "command", "alias", "read", "wait", "start", "call"];

    private Instruction? _entrypoint;
    private Instruction? _arguments;
    private Stage? _argumentsStage;

    /// <summary>Takes an ENTRYPOINT or a CMD; the last one of each counts, and an ENTRYPOINT drops a CMD of a stage below.</summary>
    internal void Take(StagePoint point)
    {
        var instruction = point.Instruction;
        if (instruction.Keyword == "ENTRYPOINT")
        {
            Replace(ref _entrypoint, instruction, instruction);
            if (_argumentsStage != point.Stage)
            {
                Replace(ref _arguments, null, instruction);
            }
        }
        else
        {
            Replace(ref _arguments, instruction, instruction);
            _argumentsStage = point.Stage;
        }
    }

    /// <summary>Translates both.</summary>
    /// <param name="project">The name of the project; null where it is not known.</param>
    /// <param name="directory">The directory of the app.</param>
    /// <param name="from">The FROM, which is shown where there is neither.</param>
    internal void Finish(string? project, string directory, Instruction from)
    {
        var (entrypoint, arguments) = (WordsOf(_entrypoint, beside: _arguments), WordsOf(_arguments, beside: _entrypoint));
        if (entrypoint.Count == 0 && arguments.Count == 0)
        {
            result.Check(from, "the Dockerfile has neither ENTRYPOINT nor CMD; the image starts the app");
        }
        else if (entrypoint.Count == 0)
        {
            ArgumentsAlone(arguments, Find(arguments, project, directory), project);
        }
        else if (Find([.. entrypoint, .. arguments], project, directory) is not { } app)
        {
            Add(_entrypoint, "ContainerEntrypoint", entrypoint);
            Add(_arguments, "ContainerDefaultArgs", arguments);
            result.Set(_entrypoint!.Line, "ContainerAppCommandInstruction", "None");
        }
        else
        {
            Around(entrypoint, arguments, app);
            Check(app.Start < entrypoint.Count ? _entrypoint! : _arguments!, app, project);
        }
    }

    /// <summary>Says what becomes of both where a web server is started in place of an app.</summary>
    internal void FinishSite()
    {
        foreach (var instruction in new[] { _entrypoint, _arguments }.OfType<Instruction>())
        {
            result.Check(instruction, "nginx is started with the configuration of the site; for another one, set ContainerAppCommand");
        }
    }

    // A CMD without an entrypoint starts the app, or is what it is.
    private void ArgumentsAlone(IReadOnlyList<string> arguments, App? app, string? project)
    {
        if (app is { Start: 0 } first)
        {
            result.Set(_arguments!.Line, "ContainerAppCommandInstruction", "DefaultArgs");
            Add(_arguments, "ContainerAppCommandArgs", [.. arguments.Skip(first.End)]);
            Check(_arguments, first, project);
        }
        else
        {
            result.Set(_arguments!.Line, "ContainerAppCommandInstruction", "None");
            Add(_arguments, "ContainerDefaultArgs", arguments);
        }
    }

    private void Around(IReadOnlyList<string> entrypoint, IReadOnlyList<string> arguments, App app)
    {
        IReadOnlyList<string> words = [.. entrypoint, .. arguments];
        Add(_entrypoint, "ContainerEntrypoint", [.. words.Take(app.Start)]);
        if (app.Start == 0)
        {
            result.NotNeeded(_entrypoint!, "the app is the entrypoint");
        }

        if (app.End <= entrypoint.Count)
        {
            Add(_entrypoint, "ContainerAppCommandArgs", [.. entrypoint.Skip(app.End)]);
            Add(_arguments, "ContainerDefaultArgs", arguments);
        }
        else if (app.Start >= entrypoint.Count)
        {
            Add(_arguments, "ContainerAppCommandArgs", [.. words.Skip(app.End)]);
            if (app.Start > entrypoint.Count)
            {
                result.Check(_arguments!, "what stands before the app is part of the entrypoint; callers replace only what follows it");
            }
        }
        else
        {
            Add(_arguments, "ContainerDefaultArgs", [.. words.Skip(app.End)]);
            result.Check(_arguments!, "the name of the app is part of the entrypoint; callers replace only what follows it");
        }
    }

    // dotnet app.dll, or the program of the app.
    private App? Find(IReadOnlyList<string> words, string? project, string directory)
    {
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at].Replace('\\', '/');
            var name = ImagePath.Name(word);
            if (word.StartsWith('-'))
            {
                continue;
            }

            if (name is "dotnet" or "dotnet.exe"
                && words.ElementAtOrDefault(at + 1) is { } assembly && assembly.EndsWith(".dll", StringComparison.OrdinalIgnoreCase))
            {
                return new(at, at + 2, ImagePath.Name(assembly.Replace('\\', '/'))[..^4]);
            }

            // A file of another name may be anything to the program in front of it; what follows -- is a program.
            var (isNamed, isIn) = (IsNamed(name, project), IsIn(word, name, directory));
            var isProgram = at == 0 || words[at - 1] == "--";
            if (Path.GetExtension(name) is not (".sh" or ".dll") && (isProgram ? isNamed || isIn : isNamed && isIn))
            {
                return new(at, at + 1, name.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) ? name[..^4] : name);
            }
        }

        return null;
    }

    private bool IsIn(string word, string name, string directory) => word.StartsWith("./", StringComparison.Ordinal)
        || (word.Contains('/', StringComparison.Ordinal)
            && ImagePath.Combine(directory, word, isWindows) == ImagePath.Combine(directory, name, isWindows));

    private static bool IsNamed(string name, string? project) => project is not null
        && (name.Equals(project, StringComparison.OrdinalIgnoreCase) || name.Equals(project + ".exe", StringComparison.OrdinalIgnoreCase));

    private void Check(Instruction instruction, App app, string? project)
    {
        if (project is not null && !IsNamed(app.Name, project))
        {
            result.Check(instruction, $"{app.Name} is taken for the program of {project}, which the image starts");
        }
    }

    private void Replace(ref Instruction? last, Instruction? next, Instruction by)
    {
        if (last is not null)
        {
            result.NotNeeded(last, $"the {by.Keyword} of line {by.Line} takes its place");
        }

        last = next;
    }

    private void Add(Instruction? instruction, string item, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
        {
            result.Add(instruction!.Line, item, words);
        }
    }

    // Without what stands beside it, a shell that starts one program is not needed; else it is among the words that one gets of the other.
    private IReadOnlyList<string> WordsOf(Instruction? instruction, Instruction? beside)
    {
        if (instruction is null || IsEmpty(instruction))
        {
            return [];
        }

        if (instruction.Json is { } json)
        {
            return json;
        }

        var escape = isWindows ? '^' : '\\';
        if (IsEmpty(beside) && !instruction.Text.AsSpan().ContainsAny(s_ofShells)
            && Words.Commands(instruction.Text, escape) is [var command]
            && Words.Split(command, escape) is var words && NeedsNoShell(words))
        {
            result.Check(instruction, "it starts without a shell, so that signals reach it");
            return [.. words.SkipWhile((word, at) => at == 0 && word == "exec")];
        }

        return isWindows ? ["cmd", "/S", "/C", instruction.Text] : ["/bin/sh", "-c", instruction.Text];
    }

    private static bool IsEmpty(Instruction? instruction) => instruction is null or { Text: "" } or { Json: [] };

    private static bool NeedsNoShell(IReadOnlyList<string> words) => words is ["exec", var program, ..]
        ? !program.StartsWith('-') && !s_builtins.Contains(program)
        : words is [var first, ..] && !s_builtins.Contains(first) && !RunCommand.IsAssignment(first);

    /// <summary>The words that start the app.</summary>
    private sealed record App(int Start, int End, string Name);
}
