namespace Containerize.Debian.Model;

/// <summary>A version of a package: <c>[epoch:]upstream[-revision]</c>, ordered as dpkg orders them.</summary>
/// <remarks>The manual page <i>deb-version(7)</i>.</remarks>
internal readonly record struct DebianVersion : IComparable<DebianVersion>
{
    private readonly string? _text;

    /// <summary>Wraps a version.</summary>
    public DebianVersion(string text) => _text = text.Trim();

    private string Text => _text ?? "";

    /// <inheritdoc/>
    public int CompareTo(DebianVersion other)
    {
        var (epoch, upstream, revision) = Split(Text);
        var (otherEpoch, otherUpstream, otherRevision) = Split(other.Text);
        return epoch != otherEpoch ? epoch.CompareTo(otherEpoch)
            : ComparePart(upstream, otherUpstream) is not 0 and var byUpstream ? byUpstream
            : ComparePart(revision, otherRevision);
    }

    /// <summary>Equal versions may be written differently: <c>1.0</c> and <c>1.0-0</c>.</summary>
    /// <returns>Whether dpkg takes them for the same.</returns>
    public bool Equals(DebianVersion other) => CompareTo(other) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Whether the left one is older.</summary>
    public static bool operator <(DebianVersion left, DebianVersion right) => left.CompareTo(right) < 0;

    /// <summary>Whether the left one is newer.</summary>
    public static bool operator >(DebianVersion left, DebianVersion right) => left.CompareTo(right) > 0;

    /// <summary>Whether the left one is not newer.</summary>
    public static bool operator <=(DebianVersion left, DebianVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Whether the left one is not older.</summary>
    public static bool operator >=(DebianVersion left, DebianVersion right) => left.CompareTo(right) >= 0;

    private static (long Epoch, string Upstream, string Revision) Split(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon > 0
            && long.TryParse(
                text.AsSpan(0, colon),
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number) ? number : 0;
        var rest = text[(colon + 1)..];
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    // By turns what is no number, letter by letter, and what is one, as a number.
    private static int ComparePart(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        while (!x.IsEmpty || !y.IsEmpty)
        {
            while ((!x.IsEmpty && !char.IsAsciiDigit(x[0])) || (!y.IsEmpty && !char.IsAsciiDigit(y[0])))
            {
                var difference = Weight(x) - Weight(y);
                if (difference != 0)
                {
                    return difference;
                }

                x = x[1..];
                y = y[1..];
            }

            var left = Number(ref x);
            var right = Number(ref y);
            var byLength = left.Length - right.Length;
            var order = byLength != 0 ? byLength : left.SequenceCompareTo(right);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    // '~' comes before everything, even the end; then the end and digits; then letters; then the rest.
    private static int Weight(ReadOnlySpan<char> text) => text.IsEmpty || char.IsAsciiDigit(text[0]) ? 0
        : text[0] == '~' ? -1
        : char.IsAsciiLetter(text[0]) ? text[0]
        : text[0] + 256;

    private static ReadOnlySpan<char> Number(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        var digits = length < 0 ? text : text[..length];
        text = text[digits.Length..];
        return digits.TrimStart('0');
    }
}
