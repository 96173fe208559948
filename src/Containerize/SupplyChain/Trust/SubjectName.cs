using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.SupplyChain.Trust;

/// <summary>Parts of a certificate's subject that have to be there: what Notation calls a trusted identity.</summary>
/// <remarks>Notary Project, <i>trust-store-trust-policy.md</i>, "Trusted Identities".</remarks>
internal sealed class SubjectName
{
    /// <summary>What the texts begin with.</summary>
    internal const string Prefix = "x509.subject:";

    private readonly HashSet<(string? Type, string? Value)> _parts;

    private SubjectName(string text, HashSet<(string?, string?)> parts)
    {
        Text = text;
        _parts = parts;
    }

    /// <summary>The name, as the project wrote it.</summary>
    internal string Text { get; }

    /// <summary>Reads a name.</summary>
    /// <param name="text"><c>x509.subject: C=US, ST=WA, O=Example, CN=Signer</c>.</param>
    /// <returns>The name; null when the text is none.</returns>
    internal static SubjectName? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        try
        {
            // ST is what Notation writes, and S what the framework reads.
            var parts = Parts(new X500DistinguishedName(
                string.Join(',', text[Prefix.Length..].Split(',').Select(each =>
                    each.TrimStart().StartsWith("ST=", StringComparison.OrdinalIgnoreCase) ? $"S{each.TrimStart()[2..]}" : each)),
                X500DistinguishedNameFlags.UseCommas));
            return parts.Count > 0 ? new(text, parts) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether a certificate's subject has all parts.</summary>
    internal bool IsIn(X509Certificate2 certificate) => _parts.IsSubsetOf(Parts(certificate.SubjectName));

    private static HashSet<(string?, string?)> Parts(X500DistinguishedName name) =>
        [.. name.EnumerateRelativeDistinguishedNames().Where(each => !each.HasMultipleElements)
            .Select(each => (each.GetSingleElementType().Value, each.GetSingleElementValue()))];
}
