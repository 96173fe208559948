using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// A JSON Web Token with a real signature (RFC 7515). Tokens without one, the example of jwt.io, tokens for everybody (<c>anon</c>), and
/// documents that bring the certificate that verifies them, are none.
/// </summary>
internal sealed class WebTokenShape() : SecretShape(SecretKind.WebToken, "eyJ")
{
    // That of HS256, the shortest.
    private const int ShortestSignature = 43;

    private static readonly SearchValues<char> s_base64Url =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (!BeginsWord(text, start))
        {
            return false;
        }

        var rest = After(text, start, 0);
        var header = Run(rest, s_base64Url);
        rest = rest[header.Length..];
        if (rest.IsEmpty || rest[0] != '.')
        {
            return false;
        }

        var payload = Run(rest[1..], s_base64Url);
        rest = rest[(1 + payload.Length)..];
        return !rest.IsEmpty && rest[0] == '.'
            && Run(rest[1..], s_base64Url) is { Length: >= ShortestSignature } signature && !Placeholder.IsSample(signature)
            && Decode(header) is { } said && said.Contains("\"alg\"", StringComparison.Ordinal)
            && !said.Contains("\"x5c\"", StringComparison.Ordinal) && !said.Contains("\"none\"", StringComparison.OrdinalIgnoreCase)
            && Decode(payload) is { } claims && claims.StartsWith('{')
            && !IsForEverybody(claims.Replace(" ", "", StringComparison.Ordinal));
    }

    private static bool IsForEverybody(string claims) =>
        claims.Contains("\"sub\":\"1234567890\"", StringComparison.Ordinal)
        || claims.Contains("\"role\":\"anon\"", StringComparison.Ordinal);

    private static string? Decode(ReadOnlySpan<char> text) =>
        Base64Url.IsValid(text) ? Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text)) : null;
}
