using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>A client secret of Entra ID: three characters, a digit, <c>Q~</c>, and 31 to 34 more.</summary>
internal sealed class EntraSecretShape() : SecretShape(SecretKind.EntraClientSecret, "Q~")
{
    private const int Before = 4;
    private const int Least = 31;
    private const int Most = 34;

    private static readonly SearchValues<char> s_alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~.-");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (start < Before || !char.IsAsciiDigit(text[start - 1]) || text[start] != 'Q'
            || text[(start - Before)..start].IndexOfAnyExcept(s_alphabet) >= 0
            || (start > Before && s_alphabet.Contains(text[start - Before - 1])))
        {
            return false;
        }

        var body = Run(After(text, start, anchor.Length), s_alphabet);
        return body.Length is >= Least and <= Most && !Placeholder.IsSample(body);
    }
}

/// <summary>An API key of OpenAI: <c>sk-</c>, and somewhere in it the mark <c>T3BlbkFJ</c>.</summary>
internal sealed class OpenAIKeyShape() : SecretShape(SecretKind.OpenAIKey, Mark)
{
    private const string Mark = "T3BlbkFJ";
    private const int Least = 20;
    private const int Most = 120;

    private static readonly SearchValues<char> s_alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        var before = text[Math.Max(0, start - Most)..start];
        before = before[(before.LastIndexOfAnyExcept(s_alphabet) + 1)..];
        return text[start..].StartsWith(anchor, StringComparison.Ordinal) && before.StartsWith("sk-", StringComparison.Ordinal)
            && before.Length >= Least && Run(After(text, start, anchor.Length), s_alphabet) is { Length: >= Least and <= Most } rest
            && !Placeholder.IsSample(rest);
    }
}
