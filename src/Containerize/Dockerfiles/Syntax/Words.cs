using System.Text;

namespace Containerize.Dockerfiles.Syntax;

/// <summary>Words of an instruction, as docker and shells split them.</summary>
internal static class Words
{
    /// <summary>Splits at blanks outside of quotes. Quotes are removed, variables are filled in.</summary>
    /// <param name="variables">Fills in variables; null leaves them.</param>
    internal static IReadOnlyList<string> Split(string text, char escape, Variables? variables = null)
    {
        var (words, word, hasWord) = (new List<string>(), new StringBuilder(), false);
        for (var at = 0; at < text.Length; at++)
        {
            var character = text[at];
            if (char.IsWhiteSpace(character))
            {
                if (hasWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    hasWord = false;
                }

                continue;
            }

            hasWord = true;
            at = Take(text, at, escape, variables, word);
        }

        return hasWord ? [.. words, word.ToString()] : words;
    }

    /// <summary>A text without its quotes, with its variables filled in.</summary>
    internal static string Unquote(string text, char escape, Variables? variables = null)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            at = Take(text, at, escape, variables, result);
        }

        return result.ToString();
    }

    /// <summary>
    /// The simple commands of a command line: what <c>&amp;&amp;</c>, <c>;</c> and line breaks separate, without comments.
    /// </summary>
    /// <returns>Null where the line does more than that: pipes, redirections, loops, substitutions.</returns>
    internal static IReadOnlyList<string>? Commands(string line)
    {
        var (commands, start, quote) = (new List<string>(), 0, '\0');
        for (var at = 0; at < line.Length; at++)
        {
            var character = line[at];
            if (quote != '\0')
            {
                quote = character == quote ? '\0' : quote;
            }
            else if (character is '"' or '\'')
            {
                quote = character;
            }
            else if (character == '\\')
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

    // Takes one character, or what is in quotes, or a variable; returns the index of the last one.
    private static int Take(string text, int at, char escape, Variables? variables, StringBuilder result)
    {
        switch (text[at])
        {
            case '\'':
                var end = text.IndexOf('\'', at + 1);
                end = end < 0 ? text.Length : end;
                result.Append(text, at + 1, end - at - 1);
                return end;
            case '"':
                return TakeQuoted(text, at, escape, variables, result);
            case '$' when variables is not null:
                return variables.Take(text, at, result);
            case var character when character == escape && at + 1 < text.Length:
                result.Append(text[at + 1]);
                return at + 1;
            case var character:
                result.Append(character);
                return at;
        }
    }

    private static int TakeQuoted(string text, int at, char escape, Variables? variables, StringBuilder result)
    {
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == escape && at + 1 < text.Length && (text[at + 1] is '"' or '$' || text[at + 1] == escape))
            {
                result.Append(text[++at]);
            }
            else if (text[at] == '$' && variables is not null)
            {
                at = variables.Take(text, at, result);
            }
            else
            {
                result.Append(text[at]);
            }
        }

        return at;
    }
}
