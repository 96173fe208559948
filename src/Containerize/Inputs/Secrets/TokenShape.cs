using System.Buffers;
using System.IO.Hashing;

namespace Containerize.Inputs.Secrets;

/// <summary>A token with a prefix, an alphabet and a length that its issuer published.</summary>
/// <param name="kind">What it finds.</param>
/// <param name="alphabet">The characters after the prefix.</param>
/// <param name="least">How many there are at least.</param>
/// <param name="most">How many there are at most.</param>
/// <param name="prefixes">How it begins.</param>
internal sealed class TokenShape(SecretKind kind, SearchValues<char> alphabet, int least, int most, params IReadOnlyList<string> prefixes)
    : SecretShape(kind, prefixes)
{
    /// <summary>Tells of what follows the prefix whether it is one; for a checksum, or parts.</summary>
    internal delegate bool BodyCheck(ReadOnlySpan<char> body);

    /// <summary>What else must be true of the part after the prefix; null for nothing.</summary>
    internal BodyCheck? Check { get; init; }

    /// <summary>
    /// Whether the last six characters are the CRC-32 of those before, in base 62. GitHub and npm publish that, so that examples and what
    /// only looks like a token can be told from one.
    /// </summary>
    internal static bool HasChecksum(ReadOnlySpan<char> body)
    {
        const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        const int Length = 6;
        if (body.Length <= Length || body.Length > 256)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[body.Length - Length];
        System.Text.Encoding.ASCII.GetBytes(body[..^Length], bytes);
        var sum = Crc32.HashToUInt32(bytes);
        for (var place = 1; place <= Length; place++, sum /= (uint)Digits.Length)
        {
            if (body[^place] != Digits[(int)(sum % (uint)Digits.Length)])
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (!text[start..].StartsWith(anchor, StringComparison.Ordinal) || !BeginsWord(text, start))
        {
            return false;
        }

        var rest = After(text, start, anchor.Length);
        var body = Run(rest, alphabet);
        return body.Length >= least && body.Length <= most && EndsWord(rest[body.Length..])
            && !Placeholder.IsSample(body) && Check?.Invoke(body) != false;
    }
}
