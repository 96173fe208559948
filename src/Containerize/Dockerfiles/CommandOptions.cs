using Containerize.Dockerfiles.Syntax;

namespace Containerize.Dockerfiles;

/// <summary>The words of a command, divided as getopt does.</summary>
/// <param name="Options">Names with their dashes (<c>-t</c>, <c>--target-release</c>), and their values; null for none.</param>
/// <param name="Operands">The other words.</param>
internal sealed record CommandOptions(IReadOnlyList<(string Name, ExpandedText? Value)> Options, ExpandedText[] Operands)
{
    /// <summary>Divides words.</summary>
    /// <param name="words">Those after the name of the command.</param>
    /// <param name="withValue">The options whose value may be the next word.</param>
    /// <param name="stopsAtOperand">Whether what follows the first operand belongs to it, as with <c>env</c>.</param>
    internal static CommandOptions Read(
        IReadOnlyList<ExpandedText> words, IReadOnlyList<string> withValue, bool stopsAtOperand = false)
    {
        var (options, operands) = (new List<(string, ExpandedText?)>(), new List<ExpandedText>());
        for (var at = 0; at < words.Count; at++)
        {
            var word = words[at];
            var isEnd = word.Written == "--";
            if (isEnd || (stopsAtOperand && !IsOption(word)))
            {
                operands.AddRange(words.Skip(isEnd ? at + 1 : at));
                break;
            }

            if (!IsOption(word))
            {
                operands.Add(word);
                continue;
            }

            options.AddRange(Split(word, withValue));
            if (options[^1] is (var name, null) && withValue.Contains(name))
            {
                options[^1] = (name, words.ElementAtOrDefault(++at));
            }
        }

        return new(options, [.. operands]);
    }

    /// <summary>Whether one of these options is there.</summary>
    internal bool HasAny(params ReadOnlySpan<string> names) => Find(names) is not null;

    /// <summary>The value of the last of these options; null when it is not there, or has none.</summary>
    internal ExpandedText? Value(params ReadOnlySpan<string> names) => Find(names)?.Value;

    private (string Name, ExpandedText? Value)? Find(ReadOnlySpan<string> names)
    {
        for (var at = Options.Count - 1; at >= 0; at--)
        {
            if (names.Contains(Options[at].Name))
            {
                return Options[at];
            }
        }

        return null;
    }

    private static bool IsOption(ExpandedText word) => word.Written is ['-', _, ..];

    // --name=value; or letters, the value of the last one behind it: -yqq, -q=2, -tstable.
    private static IEnumerable<(string Name, ExpandedText? Value)> Split(ExpandedText option, IReadOnlyList<string> withValue)
    {
        var word = option.Written;
        if (word.StartsWith("--", StringComparison.Ordinal))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            yield return equals < 0 ? (word, null) : (word[..equals], option.Select(written => written[(equals + 1)..]));
            yield break;
        }

        for (var at = 1; at < word.Length; at++)
        {
            var (name, rest) = ($"-{word[at]}", word[(at + 1)..]);
            if (rest.StartsWith('=') || (rest.Length > 0 && withValue.Contains(name)))
            {
                yield return (name, option with { Written = rest.TrimStart('=') });
                yield break;
            }

            yield return (name, null);
        }
    }
}
