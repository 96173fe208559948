using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// A private key in PEM (RFC 7468): PKCS#1, PKCS#8, SEC 1, OpenSSH, PGP, encrypted ones too; also as a text of JSON or code, where its
/// lines end with <c>\n</c>. The mere header, as code that reads or writes keys has it, is none.
/// </summary>
internal sealed class PrivateKeyShape() : SecretShape(SecretKind.PrivateKey, Begin)
{
    private const string Begin = "-----BEGIN ";
    private const string Dashes = "-----";
    private const int LongestLabel = 40;

    // The shortest there is, Ed25519 in PKCS#8, has 64 characters.
    private const int ShortestBody = 60;

    private static readonly SearchValues<char> s_base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        var rest = After(text, start, anchor.Length);
        var end = rest[..Math.Min(rest.Length, LongestLabel)].IndexOf(Dashes, StringComparison.Ordinal);
        if (end < 0)
        {
            return false;
        }

        var label = rest[..end];
        if (!label.EndsWith("PRIVATE KEY", StringComparison.Ordinal) && !label.EndsWith("PRIVATE KEY BLOCK", StringComparison.Ordinal))
        {
            return false;
        }

        Span<char> body = stackalloc char[ShortestBody];
        return Fill(body, rest[(end + Dashes.Length)..]) && Placeholder.IsVaried(body);
    }

    private static bool Fill(Span<char> body, ReadOnlySpan<char> rest)
    {
        for (var filled = 0; filled < body.Length;)
        {
            rest = SkipBreaks(rest);
            var run = Run(rest, s_base64);
            if (run.IsEmpty)
            {
                return false;
            }

            // A header, as "Proc-Type: 4,ENCRYPTED", ends with its line.
            if (filled == 0 && HeaderLength(rest) is var header and > 0)
            {
                rest = rest[header..];
                continue;
            }

            var taken = Math.Min(run.Length, body.Length - filled);
            run[..taken].CopyTo(body[filled..]);
            filled += taken;
            rest = rest[run.Length..];
        }

        return true;
    }

    private static int HeaderLength(ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOfAny('\n', '\\');
        return end > 0 && rest[..end].Contains(": ", StringComparison.Ordinal) ? end : 0;
    }

    private static ReadOnlySpan<char> SkipBreaks(ReadOnlySpan<char> rest)
    {
        while (!rest.IsEmpty)
        {
            if (char.IsWhiteSpace(rest[0]))
            {
                rest = rest[1..];
            }
            else if (rest.Length > 1 && rest[0] == '\\' && rest[1] is 'n' or 'r')
            {
                rest = rest[2..];
            }
            else
            {
                break;
            }
        }

        return rest;
    }
}
