namespace Containerize.Dockerfiles.Syntax;

/// <summary>Words of an instruction, as docker and shells split them.</summary>
internal static class Words
{
    /// <summary>Splits at blanks outside of quotes. Quotes are removed, variables are left.</summary>
    internal static IReadOnlyList<string> Split(string text, char escape) =>
        [.. new WordReader(text, escape, variables: null).Words().Select(word => word.Written)];

    /// <summary>Splits at blanks outside of quotes, and changes nothing else.</summary>
    internal static IReadOnlyList<string> Raw(string text) => new WordReader(text, '\\', new Variables()).RawWords();

    /// <summary>Splits at blanks outside of quotes. Quotes are removed, variables are filled in.</summary>
    internal static IReadOnlyList<ExpandedText> Split(string text, char escape, Variables variables) =>
        new WordReader(text, escape, variables).Words();

    /// <summary>The words of an instruction, also in the form of JSON. Variables are filled in.</summary>
    internal static IReadOnlyList<ExpandedText> Of(Instruction instruction, char escape, Variables variables) =>
        instruction.Json is { } json
            ? [.. json.Select(word => Unquote(word, escape, variables))]
            : Split(instruction.Text, escape, variables);

    /// <summary>A text without its quotes, with its variables filled in.</summary>
    internal static ExpandedText Unquote(string text, char escape, Variables variables) =>
        new WordReader(text, escape, variables).All();

    /// <summary>
    /// The simple commands of a command line: what <c>&amp;&amp;</c>, <c>;</c> and line breaks separate, without comments.
    /// </summary>
    /// <param name="escape">The shell's character that escapes.</param>
    /// <returns>Null where the line does more than that: pipes, redirections, loops, substitutions.</returns>
    internal static IReadOnlyList<string>? Commands(string line, char escape)
    {
        var (commands, start, quote) = (new List<string>(), 0, '\0');
        for (var at = 0; at < line.Length; at++)
        {
            var character = line[at];
            if (quote == '"' && (character == '`' || (character == '$' && at + 1 < line.Length && line[at + 1] == '(')))
            {
                return null;
            }
            else if (quote == '"' && character == escape)
            {
                at++;
            }
            else if (quote != '\0')
            {
                quote = character == quote ? '\0' : quote;
            }
            else if (character is '"' or '\'')
            {
                quote = character;
            }
            else if (character == escape)
            {
                at++;
            }
            else if (character is ';' or '\n' || (character == '&' && at + 1 < line.Length && line[at + 1] == '&'))
            {
                commands.Add(line[start..at]);
                at += character == '&' ? 1 : 0;
                start = at + 1;
            }
            else if (character == '#' && (at == start || char.IsWhiteSpace(line[at - 1])))
            {
                commands.Add(line[start..at]);
                at = line.IndexOf('\n', at) is var end and >= 0 ? end : line.Length;
                start = at + 1;
            }
            else if (character is '|' or '<' or '>' or '`' or '(' or ')' or '&')
            {
                return null;
            }
        }

        commands.Add(line[Math.Min(start, line.Length)..]);
        return [.. commands.Select(command => command.Trim()).Where(command => command.Length > 0)];
    }
}
