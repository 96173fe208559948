using System.Text;

namespace Containerize.Dockerfiles.Syntax;

/// <summary>A text whose variables are filled in, as far as the Dockerfile says their values.</summary>
/// <param name="Written">For messages and for comparison: what has no value is as the Dockerfile has it.</param>
/// <param name="Unknown">The variables without a value; empty where the text is known.</param>
internal sealed record ExpandedText(string Written, IReadOnlyList<string> Unknown)
{
    /// <summary>The text; null where a part of it is not known.</summary>
    internal string? Value => Unknown.Count == 0 ? Written : null;

    /// <summary>A text without variables.</summary>
    internal static ExpandedText Of(string text) => new(text, []);

    /// <summary>A text that is made of this one; what is not known stays so.</summary>
    internal ExpandedText Select(Func<string, string> change) => this with { Written = change(Written) };

    /// <summary>A text that is made of two.</summary>
    internal ExpandedText With(ExpandedText other, Func<string, string, string> join) =>
        new(join(Written, other.Written), [.. Unknown.Union(other.Unknown)]);

    /// <inheritdoc/>
    public override string ToString() => Written;
}

/// <summary>Puts an <see cref="ExpandedText"/> together.</summary>
internal sealed class ExpandedTextBuilder
{
    // No text of an image is longer; a Dockerfile can double one in each line.
    internal const int MaxLength = 1 << 15;

    private readonly StringBuilder _text = new();
    private readonly List<string> _unknown = [];

    internal void Append(char character) => _text.Append(character);

    internal void Append(ReadOnlySpan<char> text) => _text.Append(text);

    internal void Append(ExpandedText text)
    {
        var isTooLong = _text.Length + text.Written.Length > MaxLength;
        _text.Append(isTooLong ? "…" : text.Written);
        _unknown.AddRange((isTooLong ? ["…"] : text.Unknown).Except(_unknown));
    }

    /// <summary>The text; the builder is empty then.</summary>
    internal ExpandedText Take()
    {
        var text = new ExpandedText(_text.ToString(), [.. _unknown]);
        _text.Clear();
        _unknown.Clear();
        return text;
    }
}
