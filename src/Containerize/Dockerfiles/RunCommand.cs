using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>A command of a RUN.</summary>
/// <param name="Words">Without what stands before it and changes how it runs: assignments, <c>env</c>, <c>sudo</c>. Empty for these
/// alone.</param>
/// <param name="Directory">Where it runs.</param>
internal sealed record RunCommand(string[] Words, string Directory)
{
    private static readonly string[] s_envWithValue = ["-u", "--unset", "-C", "--chdir"];
    private static readonly string[] s_sudoWithValue =
        ["-u", "--user", "-g", "--group", "-h", "--host", "-p", "--prompt", "-C", "-D", "--chdir", "-R", "--chroot", "-T", "-U"];

    /// <summary>The commands of a RUN, in order; null where it is more than commands one after the other.</summary>
    internal static IReadOnlyList<RunCommand>? Of(StagePoint point, char escape, bool isWindows)
    {
        if (WordsOf(point, escape) is not { } lines)
        {
            return null;
        }

        var (commands, directory) = (new List<RunCommand>(), point.Directory);
        foreach (var words in lines.Select(Bare))
        {
            commands.Add(new(words, directory));
            directory = words is ["cd", var path] ? ImagePath.Combine(directory, path, isWindows) : directory;
        }

        return commands;
    }

    private static IReadOnlyList<string[]>? WordsOf(StagePoint point, char escape)
    {
        if (point.Instruction.Json is { } json)
        {
            return [[.. json]];
        }

        var text = point.Instruction.Heredocs is [var script, ..] ? script : point.Instruction.Text;
        return Syntax.Words.Commands(text) is { } commands
            ? [.. commands.Select(command => Syntax.Words.Split(command, escape == '`' ? '^' : escape, point.Variables).ToArray())]
            : null;
    }

    private static string[] Bare(string[] words) => words switch
    {
        ["env", .. var rest] => Bare(CommandOptions.Read(rest, s_envWithValue, stopsAtOperand: true).Operands),
        ["sudo", .. var rest] => Bare(CommandOptions.Read(rest, s_sudoWithValue, stopsAtOperand: true).Operands),
        [var first, ..] when IsAssignment(first) => Bare(words[1..]),
        _ => words,
    };

    /// <summary>Whether a shell takes a word before a command for a variable.</summary>
    internal static bool IsAssignment(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        && !char.IsAsciiDigit(word[0]) && word[..equals].All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
