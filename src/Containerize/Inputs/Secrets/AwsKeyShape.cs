using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>
/// An access key of AWS: the id, and near it the secret. The id alone is a name that may stand in configuration, and the secret alone
/// cannot be told from any other 40 characters.
/// </summary>
internal sealed class AwsKeyShape() : SecretShape(SecretKind.AwsAccessKey, "AKIA", "ASIA")
{
    private const int IdLength = 16;
    private const int SecretLength = 40;
    private const int Near = 400;

    private static readonly SearchValues<char> s_base32 = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567");

    private static readonly SearchValues<char> s_base64 =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (!text[start..].StartsWith(anchor, StringComparison.Ordinal) || !BeginsWord(text, start))
        {
            return false;
        }

        var rest = After(text, start, anchor.Length);
        var id = Run(rest, s_base32);
        return id.Length == IdLength && EndsWord(rest[IdLength..]) && !Placeholder.IsSample(id)
            && (HasSecret(rest[IdLength..Math.Min(rest.Length, Near)]) || HasSecret(text[Math.Max(0, start - Near)..start]));
    }

    private static bool HasSecret(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAny(s_base64) is var begin and >= 0)
        {
            text = text[begin..];
            // As the value of a variable, it follows a sign that also ends base64.
            text = text.TrimStart('=');
            var run = Run(text, s_base64);
            if (run.Length == SecretLength && run.IndexOfAnyInRange('a', 'z') >= 0 && run.IndexOfAnyInRange('A', 'Z') >= 0
                && run.IndexOfAnyInRange('0', '9') >= 0 && !Placeholder.IsSample(run))
            {
                return true;
            }

            // The name and the value may be one run.
            text = run.IndexOf('=') is var sign and >= 0 ? text[(sign + 1)..] : text[run.Length..];
        }

        return false;
    }
}
