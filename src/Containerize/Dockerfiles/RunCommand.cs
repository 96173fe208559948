using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>A command of a RUN.</summary>
/// <param name="Words">Without what stands before it and changes how it runs: assignments, <c>env</c>, <c>sudo</c>. Empty for these
/// alone.</param>
/// <param name="Directory">Where it runs.</param>
internal sealed record RunCommand(ExpandedText[] Words, ExpandedText Directory)
{
    private static readonly string[] s_envWithValue = ["-u", "--unset", "-C", "--chdir"];
    private static readonly string[] s_sudoWithValue =
        ["-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "-D", "--chdir", "-R", "--chroot", "-T", "-U"];

    /// <summary>The name of the program; null where it is not known.</summary>
    internal string? Name => Words is [var name, ..] ? name.Value : null;

    /// <summary>The words after the name.</summary>
    internal ExpandedText[] Arguments => Words is [_, .. var arguments] ? arguments : [];

    /// <summary>Whether it begins with these words.</summary>
    internal bool Is(params ReadOnlySpan<string> words)
    {
        for (var at = 0; at < words.Length; at++)
        {
            if (at == Words.Length || Words[at].Value != words[at])
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The commands of a RUN, in order; null where it is more than commands one after the other.</summary>
    internal static IReadOnlyList<RunCommand>? Of(StagePoint point, bool isWindows)
    {
        if (WordsOf(point, isWindows) is not { } lines)
        {
            return null;
        }

        var (commands, directory) = (new List<RunCommand>(), point.Directory);
        foreach (var words in lines.Select(Bare))
        {
            var command = new RunCommand(words, directory);
            commands.Add(command);
            directory = command is { Name: "cd", Arguments: [var path] } ? ImagePath.Combine(directory, path, isWindows) : directory;
        }

        return commands;
    }

    private static IReadOnlyList<ExpandedText[]>? WordsOf(StagePoint point, bool isWindows)
    {
        if (point.Instruction.Json is { } json)
        {
            return [[.. json.Select(ExpandedText.Of)]];
        }

        var escape = isWindows ? '^' : '\\';
        return point.Instruction.Script is { } script && Syntax.Words.Commands(script, escape) is { } commands
            ? [.. commands.Select(command => Syntax.Words.Split(command, escape, point.Variables).ToArray())]
            : null;
    }

    private static ExpandedText[] Bare(ExpandedText[] words) => words switch
    {
        [{ Value: "env" }, .. var rest] => Bare(CommandOptions.Read(rest, s_envWithValue, stopsAtOperand: true).Operands),
        [{ Value: "sudo" }, .. var rest] => Bare(CommandOptions.Read(rest, s_sudoWithValue, stopsAtOperand: true).Operands),
        [var first, ..] when IsAssignment(first.Written) => Bare(words[1..]),
        _ => words,
    };

    /// <summary>Whether a shell takes a word before a command for a variable.</summary>
    internal static bool IsAssignment(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        && !char.IsAsciiDigit(word[0]) && word[..equals].All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
