namespace Containerize.Inputs.Secrets;

/// <summary>
/// What a kind of secret looks like. The scanner looks for all anchors at once, in any case; a shape is asked only where one of its anchors
/// stands, and looks no further than <see cref="Reach"/> around it.
/// </summary>
/// <param name="kind">What it finds.</param>
/// <param name="anchors">ASCII texts, at least two characters each; each secret of this shape contains one.</param>
internal abstract class SecretShape(SecretKind kind, params IReadOnlyList<string> anchors)
{
    /// <summary>How many characters before and after an anchor count at most.</summary>
    internal const int Reach = 4096;

    /// <summary>What it finds.</summary>
    internal SecretKind Kind => kind;

    /// <summary>By what its place is found.</summary>
    internal IReadOnlyList<string> Anchors => anchors;

    /// <summary>Whether a secret is at a place.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where the anchor begins; its case may differ.</param>
    /// <param name="anchor">The anchor, as the shape gave it.</param>
    internal abstract bool IsAt(ReadOnlySpan<char> text, int start, string anchor);

    /// <summary>What follows, within reach.</summary>
    protected static ReadOnlySpan<char> After(ReadOnlySpan<char> text, int start, int length) =>
        text.Slice(start + length, Math.Min(Reach, text.Length - start - length));

    /// <summary>The first characters that are all of an alphabet.</summary>
    protected static ReadOnlySpan<char> Run(ReadOnlySpan<char> text, System.Buffers.SearchValues<char> alphabet) =>
        text.IndexOfAnyExcept(alphabet) is var end and >= 0 ? text[..end] : text;

    /// <summary>Whether no word goes on to the left of a place.</summary>
    protected static bool BeginsWord(ReadOnlySpan<char> text, int start) => start == 0 || !IsWord(text[start - 1]);

    /// <summary>Whether no word begins with a text.</summary>
    protected static bool EndsWord(ReadOnlySpan<char> rest) => rest.IsEmpty || !IsWord(rest[0]);

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';
}
