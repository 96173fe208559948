using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>Translates ENTRYPOINT and CMD: the app is started by itself, so what is around it remains.</summary>
internal sealed class StartCommand(ImportResult result, bool isWindows)
{
    private Instruction? _entrypoint;
    private Instruction? _arguments;

    /// <summary>Takes an ENTRYPOINT or a CMD; the last one of each counts, and an ENTRYPOINT drops a CMD of a stage below.</summary>
    internal void Take(Instruction instruction)
    {
        if (instruction.Keyword == "ENTRYPOINT")
        {
            _entrypoint = instruction;
        }
        else
        {
            _arguments = instruction;
        }
    }

    /// <summary>Translates both.</summary>
    /// <param name="project">The name of the project; null where it is not known.</param>
    /// <param name="directory">The directory of the app.</param>
    /// <param name="from">The FROM, which is shown where there is neither.</param>
    internal void Finish(string? project, string directory, Instruction from)
    {
        var (entrypoint, arguments) = (WordsOf(_entrypoint), WordsOf(_arguments));
        if (entrypoint.Count > 0 && arguments.Count > 0 && Find([.. entrypoint, .. arguments], project, directory) is var (app, next)
            && app < entrypoint.Count && next > entrypoint.Count)
        {
            Before(_entrypoint!, [.. entrypoint.Take(app)]);
            Add(_arguments, "ContainerDefaultArgs", [.. arguments.Skip(next - entrypoint.Count)]);
            result.Check(_arguments!, "the name of the app is part of the entrypoint; callers replace only what follows it");
        }
        else if (entrypoint.Count > 0 && Find(entrypoint, project, directory) is var (start, end))
        {
            Before(_entrypoint!, [.. entrypoint.Take(start)]);
            Add(_entrypoint!, "ContainerAppCommandArgs", [.. entrypoint.Skip(end)]);
            Add(_arguments, "ContainerDefaultArgs", arguments);
        }
        else if (entrypoint.Count > 0)
        {
            if (arguments.Count > 0 && Find(arguments, project, directory) is var (first, last))
            {
                Add(_entrypoint!, "ContainerEntrypoint", [.. entrypoint, .. arguments.Take(first)]);
                Add(_arguments!, "ContainerAppCommandArgs", [.. arguments.Skip(last)]);
                return;
            }

            Add(_entrypoint!, "ContainerEntrypoint", entrypoint);
            Add(_arguments, "ContainerDefaultArgs", arguments);
            result.Set(_entrypoint!.Line, "ContainerAppCommandInstruction", "None");
        }
        else if (arguments.Count > 0)
        {
            var found = Find(arguments, project, directory);
            result.Set(_arguments!.Line, "ContainerAppCommandInstruction", found is null ? "None" : "DefaultArgs");
            Add(_arguments, found is null ? "ContainerDefaultArgs" : "ContainerAppCommandArgs", [.. arguments.Skip(found?.End ?? 0)]);
        }
        else
        {
            result.Check(from, "the Dockerfile has neither ENTRYPOINT nor CMD; the image starts the app");
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

    // dotnet app.dll, or the program of the app.
    private (int Start, int End)? Find(IReadOnlyList<string> words, string? project, string directory)
    {
        for (var at = 0; at < words.Count; at++)
        {
            var name = Path.GetFileName(words[at].Replace('\\', '/'));
            if (name is "dotnet" or "dotnet.exe"
                && words.ElementAtOrDefault(at + 1)?.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) == true)
            {
                return (at, at + 2);
            }

            var isInApp = words[at].StartsWith("./", StringComparison.Ordinal)
                || (words[at].Contains('/', StringComparison.Ordinal) && Path.GetExtension(name) is not ".sh"
                    && ImagePath.Combine(directory, words[at], isWindows) == ImagePath.Combine(directory, name, isWindows));
            if (Path.GetExtension(name) is not ".sh" && (isInApp || (project is not null && IsNamed(name, project))))
            {
                return (at, at + 1);
            }
        }

        return null;
    }

    private static bool IsNamed(string name, string project) =>
        name.Equals(project, StringComparison.OrdinalIgnoreCase) || name.Equals(project + ".exe", StringComparison.OrdinalIgnoreCase);

    private void Before(Instruction entrypoint, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
        {
            Add(entrypoint, "ContainerEntrypoint", words);
        }
        else
        {
            result.NotNeeded(entrypoint, "the app is the entrypoint");
        }
    }

    private void Add(Instruction? instruction, string item, IReadOnlyList<string> words)
    {
        if (words.Count > 0)
        {
            result.Add(instruction!.Line, item, words);
        }
    }

    private IReadOnlyList<string> WordsOf(Instruction? instruction)
    {
        if (instruction is null || instruction.Text.Length == 0)
        {
            return [];
        }

        if (instruction.Json is { } json)
        {
            return json;
        }

        if (!instruction.Text.Contains('$', StringComparison.Ordinal) && Words.Commands(instruction.Text) is [var command])
        {
            result.Check(instruction, "it starts without a shell, so that signals reach it");
            return [.. Words.Split(command, isWindows ? '^' : '\\').SkipWhile((word, at) => at == 0 && word == "exec")];
        }

        return isWindows ? ["cmd", "/S", "/C", instruction.Text] : ["/bin/sh", "-c", instruction.Text];
    }
}
