using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// A private or symmetric key as JSON (RFC 7517): an object with <c>kty</c> and <c>d</c>, or <c>k</c>; also as a text of JSON, where quotes
/// are escaped. Public keys have neither. The keys that the RFCs print are none.
/// </summary>
internal sealed class JsonWebKeyShape() : SecretShape(SecretKind.PrivateKey, "kty")
{
    // 16 bytes, the shortest key for AES.
    private const int Shortest = 22;

    private static readonly SearchValues<char> s_base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    // RFC 7515, appendix A; RFC 7517, appendix A; RFC 8037, appendix A.
    private static readonly string[] s_printed =
        ["870MB6gfuTJ4HtUn", "jpsQnnGQmL-YBIff", "X4cTteJY_gn4FYPs", "Eq5xpGnNCivDflJs", "nWGxne_9WmC6hEr0", "AyM1SysPpbyDfgZl"];

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (start == 0 || text[start - 1] != '"' || !IsName(text[(start + anchor.Length)..]))
        {
            return false;
        }

        var before = text[Math.Max(0, start - Reach)..start];
        before = before[(before.LastIndexOf('{') + 1)..];
        var after = After(text, start, anchor.Length);
        after = after.IndexOf('}') is var end and >= 0 ? after[..end] : after;
        return HasKey(before, "\"d") || HasKey(after, "\"d") || HasKey(before, "\"k") || HasKey(after, "\"k");
    }

    private static bool HasKey(ReadOnlySpan<char> text, string name)
    {
        while (text.IndexOf(name, StringComparison.Ordinal) is >= 0 and var at)
        {
            text = text[(at + name.Length)..];
            if (!IsName(text))
            {
                continue;
            }

            var value = Run(text[(text.IndexOf(':') + 1)..].TrimStart().TrimStart('\\').TrimStart('"'), s_base64Url);
            if (value.Length >= Shortest && !Placeholder.IsSample(value) && !IsPrinted(value))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsPrinted(ReadOnlySpan<char> value)
    {
        foreach (var printed in s_printed)
        {
            if (value.StartsWith(printed, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a name ends here, with its quote and a colon.</summary>
    private static bool IsName(ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart('\\');
        return rest is ['"', ..] && rest[1..].TrimStart() is [':', ..];
    }
}
