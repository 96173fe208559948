using System.Security.Cryptography;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// A block of a text in PEM. Texts hold several, and what is wanted need not be the first: OpenSSL writes the parameters of a curve before
/// the key, other tools a certificate.
/// </summary>
/// <param name="Label">What it says that it is: <c>CERTIFICATE</c>.</param>
/// <param name="Content">Its bytes.</param>
/// <remarks>RFC 7468.</remarks>
internal sealed record PemBlock(string Label, byte[] Content)
{
    /// <summary>The label of a certificate.</summary>
    internal const string Certificate = "CERTIFICATE";

    /// <summary>The blocks of a text; what is none is passed over.</summary>
    internal static IEnumerable<PemBlock> ReadAll(string text)
    {
        for (var rest = text; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            yield return new(rest[fields.Label], Convert.FromBase64String(rest[fields.Base64Data]));
        }
    }

    /// <summary>The certificates of a text, in DER.</summary>
    internal static IEnumerable<byte[]> Certificates(string text) =>
        ReadAll(text).Where(block => block.Label == Certificate).Select(block => block.Content);

    /// <summary>Reads the first block of which something is known.</summary>
    /// <param name="read">Reads a block; null for one that is something else.</param>
    /// <param name="why">Why there is none, as a sentence's part: what there is instead.</param>
    internal static T? First<T>(string text, Func<PemBlock, T?> read, out string why)
        where T : class
    {
        var others = new List<string>();
        foreach (var block in ReadAll(text))
        {
            if (read(block) is { } found)
            {
                why = "";
                return found;
            }

            others.Add($"'{Printable.Clean(block.Label)}'");
        }

        why = others.Count == 0 ? "there is nothing in PEM in it" : $"it holds only {string.Join(", ", others.Distinct())}";
        return null;
    }
}
