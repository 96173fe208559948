using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>A URL with a password in its user information (RFC 3986, 3.2.1), of another host than this machine.</summary>
internal sealed class UrlShape() : SecretShape(SecretKind.UrlPassword, "://")
{
    private const int LongestAuthority = 512;

    private static readonly SearchValues<char> s_ends = SearchValues.Create(" \t\r\n\"'`<>/?#\\,;()|*&^");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (start < 2 || !char.IsAsciiLetterOrDigit(text[start - 1]) || !char.IsAsciiLetterOrDigit(text[start - 2]))
        {
            return false;
        }

        var rest = After(text, start, anchor.Length);
        rest = rest[..Math.Min(rest.Length, LongestAuthority)];
        // Of several, the last one counts; a placeholder in the password may have any character.
        var authority = rest.IndexOfAny(s_ends) is var end and >= 0 ? rest[..end] : rest;
        var at = authority.LastIndexOf('@');
        var colon = authority.IndexOf(':');
        if (at < 0 || colon < 0 || colon > at)
        {
            return false;
        }

        var user = authority[..colon];
        var password = authority[(colon + 1)..at];
        var host = authority[(at + 1)..];
        var port = host.LastIndexOf(':');
        host = port > 0 && host[^1] != ']' ? host[..port] : host;
        return !Placeholder.IsHost(host) && !Placeholder.IsPassword(Uri.UnescapeDataString(password.ToString()), user);
    }
}
