using System.Text;

namespace Containerize.Dockerfiles.Syntax;

/// <summary>A pattern of an expansion: <c>*</c> is any text, <c>?</c> any character, and what follows a backslash is itself.</summary>
internal sealed class TextPattern
{
    // What stands between the asterisks; null is any character.
    private readonly List<char?[]> _parts;

    internal TextPattern(string pattern)
    {
        var (parts, part) = (new List<char?[]>(), new List<char?>());
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '*':
                    parts.Add([.. part]);
                    part.Clear();
                    break;
                case '?':
                    part.Add(null);
                    break;
                case '\\' when at + 1 < pattern.Length:
                    part.Add(pattern[++at]);
                    break;
                case var character:
                    part.Add(character);
                    break;
            }
        }

        _parts = [.. parts, [.. part]];
    }

    private TextPattern(List<char?[]> parts) => _parts = parts;

    /// <summary>A text without the match with which it begins.</summary>
    internal string WithoutStart(string text, bool isLongest) => EndOf(text, 0, isLongest) is { } end ? text[end..] : text;

    /// <summary>A text without the match with which it ends.</summary>
    internal string WithoutEnd(string text, bool isLongest)
    {
        var reversed = new TextPattern([.. Enumerable.Reverse(_parts).Select(part => part.Reverse().ToArray())]);
        return Reverse(reversed.WithoutStart(Reverse(text), isLongest));
    }

    /// <summary>A text with another one in place of its first match, or of each.</summary>
    internal string Replace(string text, string replacement, bool isEach)
    {
        var (result, at) = (new StringBuilder(), 0);
        // What is longer is not used.
        while (at < text.Length && result.Length <= ExpandedTextBuilder.MaxLength)
        {
            if (EndOf(text, at, isLongest: true) is not { } end || end == at)
            {
                result.Append(text[at++]);
                continue;
            }

            result.Append(replacement);
            at = end;
            if (!isEach)
            {
                break;
            }
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    // Of what stands between two asterisks, the first place leaves most to what follows.
    private int? EndOf(string text, int start, bool isLongest)
    {
        if (!IsAt(text, start, _parts[0]))
        {
            return null;
        }

        var end = start + _parts[0].Length;
        for (var at = 1; at < _parts.Count; at++)
        {
            if (Find(text, _parts[at], end, isLongest && at == _parts.Count - 1) is not { } place)
            {
                return null;
            }

            end = place + _parts[at].Length;
        }

        return end;
    }

    private static int? Find(string text, char?[] part, int from, bool isLast)
    {
        var last = text.Length - part.Length;
        for (var step = 0; step <= last - from; step++)
        {
            var at = isLast ? last - step : from + step;
            if (IsAt(text, at, part))
            {
                return at;
            }
        }

        return null;
    }

    private static bool IsAt(string text, int at, char?[] part)
    {
        if (at + part.Length > text.Length)
        {
            return false;
        }

        for (var offset = 0; offset < part.Length; offset++)
        {
            if (part[offset] is { } character && character != text[at + offset])
            {
                return false;
            }
        }

        return true;
    }

    private static string Reverse(string text) => string.Concat(Enumerable.Reverse(text));
}
