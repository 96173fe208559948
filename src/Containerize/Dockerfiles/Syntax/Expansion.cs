namespace Containerize.Dockerfiles.Syntax;

/// <summary>What stands between the braces of <c>${NAME…}</c>.</summary>
/// <param name="Source">All of it as it is written, with the braces.</param>
/// <param name="Name">The variable.</param>
/// <param name="Operator">One of <see cref="Operators"/>; empty for none.</param>
/// <param name="Word">What follows the operator: an alternative, or a pattern.</param>
/// <param name="Replacement">What takes the place of the pattern.</param>
internal sealed record Expansion(string Source, string Name, string Operator, ExpandedText Word, ExpandedText Replacement)
{
    private static readonly ExpandedText s_empty = ExpandedText.Of("");

    /// <summary>All operators; one that begins as another one stands before it.</summary>
    internal static IReadOnlyList<string> Operators { get; } = [":-", ":+", ":?", "-", "+", "?", "##", "#", "%%", "%", "//", "/"];

    /// <summary>The text that takes its place.</summary>
    /// <remarks>
    /// Without a value, docker has the empty text, or what the base image says; which of them is not known, unless the Dockerfile says what
    /// to take then.
    /// </remarks>
    /// <param name="value">The value of the variable; null for none.</param>
    internal ExpandedText Apply(ExpandedText? value) => (Operator, value) switch
    {
        ("-", _) => value ?? Word,
        ("+", _) => value is null ? s_empty : Word,
        (":-", null or { Value: "" }) => Word,
        (":+", null or { Value: "" }) => s_empty,
        (_, null) or (":?", { Value: "" }) => new(Source, [Name]),
        (_, { Value: null }) => value with { Written = Source },
        (":+", _) => Word,
        ("#" or "##" or "%" or "%%" or "/" or "//", _) => Change(value.Written),
        _ => value,
    };

    private ExpandedText Change(string value)
    {
        if (Word.Value is not { } word || Replacement.Value is not { } replacement)
        {
            return new(Source, [.. Word.Unknown.Union(Replacement.Unknown)]);
        }

        var pattern = new TextPattern(word);
        return ExpandedText.Of(Operator switch
        {
            "#" => pattern.WithoutStart(value, isLongest: false),
            "##" => pattern.WithoutStart(value, isLongest: true),
            "%" => pattern.WithoutEnd(value, isLongest: false),
            "%%" => pattern.WithoutEnd(value, isLongest: true),
            _ => pattern.Replace(value, replacement, isEach: Operator == "//"),
        });
    }
}
