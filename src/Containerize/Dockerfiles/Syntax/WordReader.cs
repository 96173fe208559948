namespace Containerize.Dockerfiles.Syntax;

/// <summary>Reads a text as docker and shells do: quotes, escapes and variables, which may be in each other.</summary>
/// <param name="variables">Fills in variables; null leaves them.</param>
internal sealed class WordReader(string text, char escape, Variables? variables)
{
    // Expansions in expansions; more are not read.
    private const int MaxDepth = 50;

    private int _at;
    private int _depth;

    /// <summary>The words: what blanks outside of quotes separate.</summary>
    internal IReadOnlyList<ExpandedText> Words() => [.. Divided().Select(word => word.Text)];

    /// <summary>The same words as they are written.</summary>
    internal IReadOnlyList<string> RawWords() => [.. Divided().Select(word => word.Raw)];

    private IEnumerable<(string Raw, ExpandedText Text)> Divided()
    {
        var (word, start) = (new ExpandedTextBuilder(), -1);
        while (_at < text.Length)
        {
            if (text[_at] == escape && _at + 1 < text.Length && text[_at + 1] == '\n')
            {
                // A shell reads on in the next line.
                _at += 2;
            }
            else if (!char.IsWhiteSpace(text[_at]))
            {
                start = start < 0 ? _at : start;
                Take(word);
            }
            else
            {
                if (start >= 0)
                {
                    yield return (text[start.._at], word.Take());
                    start = -1;
                }

                _at++;
            }
        }

        if (start >= 0)
        {
            yield return (text[start..], word.Take());
        }
    }

    /// <summary>All of the text as one word.</summary>
    internal ExpandedText All()
    {
        var word = new ExpandedTextBuilder();
        while (_at < text.Length)
        {
            Take(word);
        }

        return word.Take();
    }

    // One character, or what is in quotes, or a variable.
    private void Take(ExpandedTextBuilder word, bool isPattern = false)
    {
        switch (text[_at])
        {
            case '\'':
                var end = text.IndexOf('\'', _at + 1) is var found and >= 0 ? found : text.Length;
                word.Append(text.AsSpan((_at + 1)..end));
                _at = Math.Min(end + 1, text.Length);
                break;
            case '"':
                TakeQuoted(word);
                break;
            case '$' when variables is not null:
                TakeVariable(word, variables);
                break;
            case var character when character == escape && _at + 1 < text.Length:
                // A pattern keeps it, so that *, for example, is itself.
                word.Append(isPattern ? "\\" : "");
                word.Append(text[_at + 1]);
                _at += 2;
                break;
            case var character:
                word.Append(character);
                _at++;
                break;
        }
    }

    private void TakeQuoted(ExpandedTextBuilder word)
    {
        for (_at++; _at < text.Length && text[_at] != '"';)
        {
            if (text[_at] == '$' && variables is not null)
            {
                TakeVariable(word, variables);
                continue;
            }

            var isEscaped = text[_at] == escape && _at + 1 < text.Length && (text[_at + 1] is '"' or '$' || text[_at + 1] == escape);
            word.Append(text[isEscaped ? _at + 1 : _at]);
            _at += isEscaped ? 2 : 1;
        }

        _at = Math.Min(_at + 1, text.Length);
    }

    private void TakeVariable(ExpandedTextBuilder word, Variables known)
    {
        var start = _at++;
        if (_at < text.Length && text[_at] == '{')
        {
            word.Append(TakeBraced(start, known));
        }
        else if (TakeName() is { Length: > 0 } name)
        {
            word.Append(known.Find(name) ?? new(text[start.._at], [name]));
        }
        else
        {
            word.Append('$');
        }
    }

    private ExpandedText TakeBraced(int start, Variables known)
    {
        _at++;
        var name = TakeName();
        var form = TakeOperator();
        var isPattern = form is ['#' or '%' or '/', ..];
        var word = TakeUntil(form is ['/', ..] ? '/' : '}', isPattern);
        var replacement = form is ['/', ..] && word is not null ? TakeUntil('}') : ExpandedText.Of("");
        var source = text[start.._at];
        return name.Length == 0 || form is null || word is null || replacement is null
            ? new(source, [source])
            : new Expansion(source, name, form, word, replacement).Apply(known.Find(name));
    }

    // A number and $?, $@ … are names, which only a shell knows.
    private string TakeName()
    {
        var start = _at;
        if (_at < text.Length && text[_at] is '@' or '*' or '#' or '?' or '-' or '$' or '!')
        {
            _at++;
            return text[start.._at];
        }

        var isNumber = _at < text.Length && char.IsAsciiDigit(text[_at]);
        while (_at < text.Length && (isNumber ? char.IsAsciiDigit(text[_at]) : char.IsAsciiLetterOrDigit(text[_at]) || text[_at] == '_'))
        {
            _at++;
        }

        return text[start.._at];
    }

    // Empty for none; null for one that docker does not have.
    private string? TakeOperator()
    {
        if (_at == text.Length || text[_at] == '}')
        {
            return "";
        }

        var form = Expansion.Operators.FirstOrDefault(form => text.AsSpan(_at).StartsWith(form, StringComparison.Ordinal));
        _at += form?.Length ?? 0;
        return form;
    }

    // Null where the end is missing.
    private ExpandedText? TakeUntil(char end, bool isPattern = false)
    {
        if (_depth == MaxDepth)
        {
            _at = text.Length;
            return null;
        }

        _depth++;
        var word = new ExpandedTextBuilder();
        while (_at < text.Length && text[_at] != end)
        {
            Take(word, isPattern);
        }

        _depth--;
        if (_at == text.Length)
        {
            return null;
        }

        _at++;
        return word.Take();
    }
}
