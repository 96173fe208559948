using System.Buffers;

namespace Containerize.SupplyChain.Statements;

/// <summary>Keeps logins out of documents.</summary>
internal static class Credentials
{
    private static readonly SearchValues<char> s_ends = SearchValues.Create("/?#;, \t\r\n\"'");

    /// <summary>Removes user and password from the addresses in a text.</summary>
    /// <remarks>RFC 3986, 3.2.1: what is before the last <c>@</c> of the authority.</remarks>
    internal static string Strip(string text)
    {
        const string Scheme = "://";
        for (var at = text.IndexOf(Scheme, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Scheme, at, StringComparison.Ordinal))
        {
            at += Scheme.Length;
            var end = text.AsSpan(at).IndexOfAny(s_ends);
            var authority = end < 0 ? text.AsSpan(at) : text.AsSpan(at, end);
            if (authority.LastIndexOf('@') is >= 0 and var last)
            {
                text = text.Remove(at, last + 1);
            }
        }

        return text;
    }
}
