using System.Buffers;

namespace Containerize.Starting;

/// <summary>
/// A program that prepares the way and then starts the one that its arguments name: an init, a change of user, a limit of time. Its options
/// are those of its manual; a line with others is not followed.
/// </summary>
/// <param name="Flags">Options without a value.</param>
/// <param name="Values">Options with one.</param>
/// <remarks>
/// tini 0.19 and catatonit 0.2 (README), dumb-init(1), su-exec and gosu (README), setpriv(1), runuser(1), nice(1), ionice(1), timeout(1),
/// nohup(1), stdbuf(1), setsid(1), s6-setuidgid.
/// </remarks>
internal sealed record Wrapper(IReadOnlyList<string> Flags, IReadOnlyList<string> Values)
{
    private const string Env = "env";

    // The init of Docker is a tini of another name.
    private static readonly Dictionary<string, Wrapper> s_all = new(StringComparer.Ordinal)
    {
        ["tini"] = Of("-s -g -w -v", "-p -e"),
        ["tini-static"] = Of("-s -g -w -v", "-p -e"),
        ["docker-init"] = Of("-s -g -w -v", "-p -e"),
        ["dumb-init"] = Of("-c --single-child -v --verbose", "-r --rewrite"),
        // With -P, it starts nothing.
        ["catatonit"] = Of("-g", ""),
        ["su-exec"] = Of("", "") with { Operands = 1, UserIsOperand = true },
        ["gosu"] = Of("", "") with { Operands = 1, UserIsOperand = true },
        ["s6-setuidgid"] = Of("", "") with { Operands = 1, UserIsOperand = true },
        ["setpriv"] = Of(
            "--clear-groups --keep-groups --init-groups --no-new-privs --nnp",
            "--reuid --ruid --euid --regid --rgid --egid --groups --inh-caps --ambient-caps --bounding-set --securebits --pdeathsig "
                + "--selinux-label --apparmor-profile") with { ChangesUser = true },
        ["runuser"] = Of("", "-u --user") with { ChangesUser = true, NeedsOptions = true },
        ["nice"] = Of("", "-n --adjustment") with { TakesNumbers = true },
        ["ionice"] = Of("-t --ignore", "-c --class -n --classdata"),
        ["timeout"] = Of("-v --verbose --foreground --preserve-status", "-s --signal -k --kill-after") with { Operands = 1 },
        ["nohup"] = Of("", ""),
        ["stdbuf"] = Of("", "-i --input -o --output -e --error"),
        ["setsid"] = Of("-c --ctty -w --wait", ""),
    };

    private static readonly SearchValues<char> s_quoting = SearchValues.Create("'\"\\$#");

    /// <summary>How many words stand between the options and the program.</summary>
    private int Operands { get; init; }

    /// <summary>Whether the first of these is the user that the program runs as.</summary>
    private bool UserIsOperand { get; init; }

    /// <summary>Whether its options may change user or groups.</summary>
    private bool ChangesUser { get; init; }

    /// <summary>Whether it starts something else without options.</summary>
    private bool NeedsOptions { get; init; }

    /// <summary>Whether a number may follow the dash.</summary>
    private bool TakesNumbers { get; init; }

    /// <summary>Finds the command line in one.</summary>
    /// <param name="line">The words; the first names the program.</param>
    /// <returns>What is started in the end; null for a program that is no wrapper, and for a line that is not understood.</returns>
    internal static InnerLine? Open(IReadOnlyList<string> line)
    {
        var name = Path.GetFileName(line[0]);
        return name == Env ? OpenEnv([.. line.Skip(1)])
            : s_all.GetValueOrDefault(name)?.Open([.. line.Skip(1)]);
    }

    private InnerLine? Open(string[] words)
    {
        if (Skip(words, Flags, Values, TakesNumbers) is not { } first || first + Operands >= words.Length
            || (NeedsOptions && first == 0) || words.Take(first + Operands).Any(ShellLine.IsUnknown))
        {
            return null;
        }

        var operands = words[first..(first + Operands)];
        return new InnerLine(words[(first + Operands)..])
        {
            User = UserIsOperand ? operands[0] : null,
            HasOtherUser = ChangesUser && first > 0,
        };
    }

    private static InnerLine? OpenEnv(string[] words)
    {
        if (words is ["-S" or "--split-string", var text, .. var others])
        {
            return text.AsSpan().ContainsAny(s_quoting) ? null
                : OpenEnv([.. text.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries), .. others]);
        }

        if (words is [['-', 'S', _, ..] joined, .. var rest])
        {
            return OpenEnv(["-S", joined[2..], .. rest]);
        }

        // Its other options take variables away, or change the directory: what follows from that is not known here.
        var first = words is ["--", ..] ? 1 : 0;
        var assigned = words.Skip(first).TakeWhile(ShellLine.IsAssignment).ToList();
        var command = first + assigned.Count;
        return command >= words.Length || words[command].StartsWith('-') || assigned.Exists(ShellLine.IsUnknown)
            ? null
            : new InnerLine(words[command..]) { Variables = ShellLine.Assignments(assigned) };
    }

    /// <summary>The place of the first word that is no option; null when an option is not known.</summary>
    private static int? Skip(string[] words, IReadOnlyList<string> flags, IReadOnlyList<string> values, bool takesNumbers)
    {
        for (var at = 0; at < words.Length; at++)
        {
            var word = words[at];
            if (word == "--")
            {
                return at + 1;
            }

            if (!word.StartsWith('-') || word == "-")
            {
                return at;
            }

            var isLong = word.StartsWith("--", StringComparison.Ordinal);
            if (values.Contains(word))
            {
                at++;
            }
            else if (!(flags.Contains(word)
                || (isLong && word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && values.Contains(word[..equals]))
                || (!isLong && values.Contains(word[..2]))
                || (!isLong && word.Skip(1).All(letter => flags.Contains($"-{letter}")))
                || (takesNumbers && word.Skip(1).All(char.IsAsciiDigit))))
            {
                return null;
            }
        }

        return words.Length;
    }

    private static Wrapper Of(string flags, string values) => new(
        flags.Split(' ', StringSplitOptions.RemoveEmptyEntries), values.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}

/// <summary>The command line that another one starts in the end.</summary>
/// <param name="Words">Its words.</param>
internal sealed record InnerLine(IReadOnlyList<string> Words)
{
    /// <summary>The variables that are set for it.</summary>
    internal IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>The user that it runs as; null for the one that runs the outer line.</summary>
    internal string? User { get; init; }

    /// <summary>Whether it may run as another user, who cannot be told.</summary>
    internal bool HasOtherUser { get; init; }

    /// <summary>Whether it is started in every case: a script may do something else before.</summary>
    internal bool IsCertain { get; init; } = true;
}
