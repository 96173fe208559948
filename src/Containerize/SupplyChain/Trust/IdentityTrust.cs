using System.Text.RegularExpressions;
using Containerize.Oci;
using Containerize.SupplyChain.Keyless;

namespace Containerize.SupplyChain.Trust;

/// <summary>Signatures without a key count when a trusted root vouches for who made them.</summary>
/// <param name="Identity">Who has to sign: the URI or mail address in the certificate.</param>
/// <param name="IsPattern">Whether the identity is a regular expression, which the whole of the certificate's has to match.</param>
/// <param name="Issuer">Who vouches for the identity: the issuer of tokens in the certificate.</param>
/// <param name="RootFile">The file of the trusted root.</param>
/// <param name="Root">Its content, one trusted root or several, of which each counts; it is read when it is needed.</param>
internal sealed record IdentityTrust(string Identity, bool IsPattern, string Issuer, string RootFile, ReadOnlyMemory<byte> Root)
{
    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant | RegexOptions.Singleline;

    /// <summary>All that it demands, one a line.</summary>
    internal string Demand => $"identity {(IsPattern ? "pattern" : "exact")} {Identity} {Issuer} {Digest.Of(Root.Span)}";

    /// <summary>Whether a text is a regular expression that is taken here.</summary>
    internal static bool IsRegex(string pattern)
    {
        try
        {
            _ = new Regex(Whole(pattern), Options);
            return true;
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Verifies a signature.</summary>
    /// <param name="form">Which signature it is, for <paramref name="why"/>: <c>a bundle</c>.</param>
    /// <param name="why">Why it is refused, as a sentence's part.</param>
    /// <returns>The signer, in words; null when it is refused.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.TrustAnchorUnusable"/>.</exception>
    internal string? Find(KeylessSignature? signature, string form, out string why)
    {
        if (signature is null)
        {
            why = $"{form} has no certificate that says who signed";
            return null;
        }

        var roots = TrustedRoot.Parse(Root.ToArray(), RootFile, DiagnosticCode.TrustAnchorUnusable, "ContainerizeBaseTrust");
        using var certificate = Verify(signature, roots, out why);
        roots.ForEach(root => root.Dispose());
        if (certificate is null)
        {
            why = $"{form} is refused: {why}";
            return null;
        }

        var (identity, issuer) = (certificate.Identity!, certificate.Issuer!);
        why = $"{form} is signed by {Printable.Clean(identity)} ({Printable.Clean(issuer)}), which {(issuer == Issuer ? "" : "Issuer or ")}"
            + $"{(IsPattern ? "CertificateIdentityRegex" : "CertificateIdentity")} does not name";
        return issuer == Issuer && IsIdentity(identity) ? $"{Printable.Clean(identity)} ({Printable.Clean(issuer)})" : null;
    }

    // What one root lacks another one does not add: each has to vouch for all of a signature.
    private static IdentityCertificate? Verify(KeylessSignature signature, IEnumerable<TrustedRoot> roots, out string why)
    {
        var reasons = new List<string>();
        foreach (var root in roots)
        {
            if (new KeylessVerifier(root).Verify(signature, out why) is { } certificate)
            {
                return certificate;
            }

            reasons.Add(why);
        }

        why = string.Join("; ", reasons.Distinct());
        return null;
    }

    private static string Whole(string pattern) => $@"\A(?:{pattern})\z";

    private bool IsIdentity(string identity) => IsPattern
        ? new Regex(Whole(Identity), Options).IsMatch(identity)
        : string.Equals(identity, Identity, StringComparison.Ordinal);
}
