namespace Containerize.Manifests.Yaml;

/// <summary>Where the value of a scalar stands in the text: without anchor, tag, quotes and the header of a block.</summary>
internal static class ScalarText
{
    /// <summary>The edit that gives a scalar another value, and keeps how it is written.</summary>
    /// <param name="value">A value that needs no quotes and no escapes: an image's name, tag or digest.</param>
    /// <returns>The edit; null where the text is not one piece that could be replaced.</returns>
    internal static TextEdit? Replace(string text, YamlScalar scalar, string value)
    {
        var (start, end) = (SkipProperties(text, scalar.Span), scalar.Span.End);
        if (start >= end)
        {
            return IsEmptyValue(text, start) ? new(start, 0, text[start - 1] is ':' ? " " + value : value) : null;
        }

        if (text[start] is '"' or '\'')
        {
            return end - start >= 2 && text[end - 1] == text[start] ? new(start + 1, end - start - 2, value) : null;
        }

        var written = scalar.Value.Trim();
        var raw = text.AsSpan(start, end - start);
        var at = written.Length == 0 ? -1 : raw.LastIndexOf(written, StringComparison.Ordinal);
        return at >= 0 && raw.IndexOf(written, StringComparison.Ordinal) == at ? new(start + at, written.Length, value) : null;
    }

    private static int SkipProperties(string text, YamlSpan span)
    {
        var at = span.Start;
        while (at < span.End && text[at] is '&' or '!')
        {
            while (at < span.End && !char.IsWhiteSpace(text[at]))
            {
                at++;
            }

            while (at < span.End && char.IsWhiteSpace(text[at]))
            {
                at++;
            }
        }

        return at;
    }

    // What is missing between "digest:" and the end of its line.
    private static bool IsEmptyValue(string text, int at)
    {
        while (at > 0 && text[at - 1] is ' ')
        {
            at--;
        }

        return at > 0 && text[at - 1] == ':';
    }
}
