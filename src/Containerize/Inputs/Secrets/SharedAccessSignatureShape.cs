using System.Buffers;

namespace Containerize.Inputs.Secrets;

/// <summary>A shared access signature of Azure: the query of a URL with <c>sv</c> and a <c>sig</c> of 32 bytes in base64.</summary>
internal sealed class SharedAccessSignatureShape() : SecretShape(SecretKind.AzureSharedAccessSignature, "sig=")
{
    private const int SignatureLength = 43;

    // Each character may be escaped by three.
    private const int LongestSignature = 3 * (SignatureLength + 1);
    private const int LongestQuery = 1024;

    private static readonly SearchValues<char> s_value =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=%-_");

    private static readonly SearchValues<char> s_ends = SearchValues.Create(" \t\r\n\"'`<>");

    /// <inheritdoc/>
    internal override bool IsAt(ReadOnlySpan<char> text, int start, string anchor)
    {
        if (start > 0 && char.IsAsciiLetter(text[start - 1]))
        {
            return false;
        }

        var rest = After(text, start, anchor.Length);
        var value = Run(rest[..Math.Min(rest.Length, LongestSignature + 1)], s_value);
        var signature = value.Length > LongestSignature ? "" : Uri.UnescapeDataString(value.ToString()).TrimEnd('=');
        if (signature.Length != SignatureLength || Placeholder.IsSample(signature))
        {
            return false;
        }

        var before = text[Math.Max(0, start - LongestQuery)..start];
        before = before[(before.LastIndexOfAny(s_ends) + 1)..];
        var after = rest[..Math.Min(rest.Length, LongestQuery)];
        after = after.IndexOfAny(s_ends) is var end and >= 0 ? after[..end] : after;
        return HasVersion(before) || HasVersion(after);
    }

    private static bool HasVersion(ReadOnlySpan<char> query) =>
        query.IndexOf("sv=", StringComparison.Ordinal) is var place and >= 0 && (place == 0 || !char.IsAsciiLetter(query[place - 1]));
}
