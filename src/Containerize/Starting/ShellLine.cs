using System.Buffers;
using System.Text;

namespace Containerize.Starting;

/// <summary>
/// What a shell is told to start. Only what every shell reads in the same way is understood: one command, with redirections, whose failure
/// is that of the line.
/// </summary>
/// <remarks>POSIX.1-2024, "Shell Command Language", 2.2 "Quoting", 2.7 "Redirection", 2.9 "Shell Commands".</remarks>
internal sealed class ShellLine
{
    /// <summary>Stands in a word for what only the running shell knows.</summary>
    private const char Unknown = '\0';

    private const string Or = "||";
    private const string And = "&&";
    private const string Parameters = "$@";
    private const string Name = "$0";

    // What follows a failure and leaves it one.
    private static readonly string[] s_failing = ["exit", "false"];

    // What may change the arguments, the directory or the whole course of a script.
    private static readonly string[] s_changing = ["set", "shift", "cd", "exec", ".", "source", "eval"];

    // Commands and words that a shell does not look up in PATH, of POSIX, dash, BusyBox and bash together.
    private static readonly HashSet<string> s_own = new(
        (". : [ [[ ! { } alias bg bind break builtin caller case cd chdir command compgen complete compopt continue declare dirs disown do "
            + "done echo elif else enable esac eval exit export false fc fg fi for function getopts hash help history if in jobs kill let "
            + "local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt source suspend test then "
            + "time times trap true type typeset ulimit umask unalias unset until wait while").Split(' '),
        StringComparer.Ordinal);

    // What a word of a file's name, or of a variable's, is made of.
    private static readonly SearchValues<char> s_inner = SearchValues.Create("$`'\"{\\");

    private static readonly SearchValues<char> s_plain =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-");

    private readonly string _text;
    private readonly IReadOnlyList<string> _parameters;
    private readonly List<string> _tokens = [];
    private int _at;

    private ShellLine(string text, IReadOnlyList<string> parameters) => (_text, _parameters) = (text, parameters);

    /// <summary>Finds the command that a shell is given.</summary>
    /// <param name="line">The words; the first names the shell.</param>
    /// <returns>What it starts; null when that is not understood.</returns>
    internal static InnerLine? Open(IReadOnlyList<string> line)
    {
        // Options that change nothing of what is started; one like -l, which reads profiles, is another.
        var at = 1;
        while (at < line.Count && line[at] is ['-' or '+', _, ..] option && option != "--" && option[1..].All("eux".Contains))
        {
            at++;
        }

        return at + 1 < line.Count && line[at] is ['-', .. var letters, 'c'] && letters.All("eux".Contains)
            ? Read(line[at + 1], [.. line.Skip(at + 2)])
            : null;
    }

    /// <summary>Finds the command in a text of one.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parameters">What follows it: the first is <c>$0</c>.</param>
    internal static InnerLine? Read(string text, IReadOnlyList<string> parameters)
    {
        var reader = new ShellLine(text, parameters);
        return reader.Tokenize() ? reader.Command() : null;
    }

    /// <summary>Whether a script starts, last of all, what its arguments say, and changes them nowhere.</summary>
    /// <param name="script">The script's text.</param>
    internal static bool PassesOn(string script)
    {
        var lines = script.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && !line.StartsWith('#')).ToList();
        return lines.Count > 0 && lines[^1] is "exec \"$@\"" or "exec \"${@}\""
            && !lines.SkipLast(1).Any(line => Words(line).Any(s_changing.Contains) || line.Contains("PATH=", StringComparison.Ordinal));

        static string[] Words(string line) => line.Split([' ', '\t', ';', '&', '|', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Whether part of a word is known only when the image runs.</summary>
    internal static bool IsUnknown(string word) => word.Contains(Unknown, StringComparison.Ordinal);

    /// <summary>Whether a word before the command sets a variable.</summary>
    internal static bool IsAssignment(string word) => word.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals
        && word[..equals].All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !char.IsAsciiDigit(word[0]);

    /// <summary>The variables that such words set; the last word counts.</summary>
    internal static IReadOnlyDictionary<string, string> Assignments(IEnumerable<string> words)
    {
        var set = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parts in words.Select(word => word.Split('=', 2)))
        {
            set[parts[0]] = parts[1];
        }

        return set;
    }

    private InnerLine? Command()
    {
        var end = _tokens.FindIndex(token => token is Or or And);
        if (!IsFailing(end < 0 ? [] : [.. _tokens.Skip(end)]))
        {
            return null;
        }

        var words = end < 0 ? _tokens : _tokens[..end];
        var assigned = words.TakeWhile(IsAssignment).ToList();
        var command = words.Skip(assigned.Count).ToList();
        var isReplaced = command is ["exec", ..];
        command = isReplaced ? command[1..] : command;
        return command is [var name, ..] && !IsUnknown(name) && !assigned.Exists(IsUnknown) && name.Length > 0 && name[0] != '-'
            && (isReplaced || !s_own.Contains(name))
            ? new InnerLine(command) { Variables = Assignments(assigned) }
            : null;
    }

    /// <summary>Whether a command that fails makes the whole line fail, by what follows it.</summary>
    private static bool IsFailing(IReadOnlyList<string> rest) => rest switch
    {
        [] => true,
        [And, ..] => !rest.Contains(Or),
        [Or, var name] => s_failing.Contains(name),
        [Or, "exit", var code] => code.Length > 0 && code.All(char.IsAsciiDigit) && code.Any(digit => digit != '0'),
        _ => false,
    };

    private bool Tokenize()
    {
        while (_at < _text.Length)
        {
            var rest = _text.AsSpan(_at);
            if (rest[0] is ' ' or '\t')
            {
                _at++;
            }
            else if (rest.StartsWith(Or) || rest.StartsWith(And))
            {
                _tokens.Add(rest[..2].ToString());
                _at += 2;
            }
            else if (RedirectionLength(rest) is > 0 and var length)
            {
                _at += length;
            }
            else if (!Word())
            {
                return false;
            }
        }

        return true;
    }

    // [n]>file, [n]>>file, [n]>&n, with a file that is one plain word.
    private static int RedirectionLength(ReadOnlySpan<char> rest)
    {
        var at = char.IsAsciiDigit(rest[0]) ? 1 : 0;
        if (at >= rest.Length || rest[at] != '>')
        {
            return 0;
        }

        at++;
        at += at < rest.Length && rest[at] is '>' or '&' ? 1 : 0;
        at += rest[at..].IndexOfAnyExcept(' ') is > 0 and var blanks ? blanks : 0;
        var end = rest[at..].IndexOfAnyExcept(s_plain);
        var length = end < 0 ? rest.Length - at : end;
        return length == 0 ? 0 : at + length;
    }

    private bool Word()
    {
        var word = new StringBuilder();
        while (_at < _text.Length)
        {
            switch (_text[_at])
            {
                case ' ' or '\t':
                    _tokens.Add(word.ToString());
                    return true;
                case '\'' when _text.IndexOf('\'', _at + 1) is > 0 and var end:
                    word.Append(_text, _at + 1, end - _at - 1);
                    _at = end + 1;
                    break;
                case '"':
                    if (Quoted(word) is not { } isWhole)
                    {
                        return false;
                    }

                    if (isWhole)
                    {
                        return true;
                    }

                    break;
                case '$':
                    if (!Expansion(word))
                    {
                        return false;
                    }

                    break;
                case '*' or '?' or '[' or ']' or '~' or '{' or '}':
                    word.Append(Unknown);
                    _at++;
                    break;
                // What divides commands, and what is rarer than a mistake in reading it.
                case '`' or '\\' or '\n' or '\r' or ';' or '&' or '|' or '<' or '>' or '(' or ')' or '#' or '!' or '\'' or Unknown:
                    return false;
                case var letter:
                    word.Append(letter);
                    _at++;
                    break;
            }
        }

        _tokens.Add(word.ToString());
        return true;
    }

    /// <summary>Reads what stands in double quotes.</summary>
    /// <returns>Whether that was words of their own; null when it is not understood.</returns>
    private bool? Quoted(StringBuilder word)
    {
        var end = _text.IndexOf('"', _at + 1);
        if (end < 0)
        {
            return null;
        }

        var inner = _text[(_at + 1)..end];
        if (word.Length == 0 && inner is Parameters or Name && (end + 1 == _text.Length || _text[end + 1] is ' ' or '\t'))
        {
            if (inner == Name && _parameters.Count == 0)
            {
                return null;
            }

            _tokens.AddRange(inner == Name ? [_parameters[0]] : _parameters.Skip(1));
            _at = end + 1;
            return true;
        }

        _at++;
        while (_at < end)
        {
            if (_text[_at] is '`' or '\\' or '\n' or Unknown || (_text[_at] == '$' && !Expansion(word)))
            {
                return null;
            }

            if (_at < end && _text[_at] is not ('$' or '`' or '\\' or '\n' or Unknown))
            {
                word.Append(_text[_at++]);
            }
        }

        _at = end + 1;
        return false;
    }

    // $NAME, $1 and ${NAME…}; a command in it is not followed.
    private bool Expansion(StringBuilder word)
    {
        var rest = _text.AsSpan(_at + 1);
        int length;
        if (rest.StartsWith("{"))
        {
            length = rest.IndexOf('}') + 1;
            if (length == 0 || rest[1..(length - 1)].ContainsAny(s_inner))
            {
                return false;
            }
        }
        else
        {
            length = rest.IndexOfAnyExcept(s_plain) is var end and >= 0 ? end : rest.Length;
            length = rest[..length].IndexOfAny('/', '.', '-') is >= 0 and var other ? other : length;
        }

        if (length == 0)
        {
            return false;
        }

        word.Append(Unknown);
        _at += 1 + length;
        return true;
    }
}
