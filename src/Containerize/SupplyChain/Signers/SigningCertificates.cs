using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>The certificates of a signature: the one whose key signed, then who issued it, up to a root.</summary>
/// <remarks>Notary Project, <i>signature-specification.md</i>, "Certificate Requirements". Whether the root is trusted is for those to say
/// who verify the image.</remarks>
internal sealed class SigningCertificates : IDisposable
{
    private const X509KeyUsageFlags NoSigner = X509KeyUsageFlags.KeyEncipherment | X509KeyUsageFlags.DataEncipherment
        | X509KeyUsageFlags.KeyAgreement | X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.EncipherOnly | X509KeyUsageFlags.DecipherOnly
        | X509KeyUsageFlags.CrlSign;

    private const int Most = 10;

    private const int SmallestRsa = 2048;
    private const int SmallestEc = 256;

    // anyExtendedKeyUsage, serverAuth, clientAuth, emailProtection, timeStamping, OCSPSigning.
    private static readonly string[] s_otherUses =
        ["2.5.29.37.0", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.4", "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.9"];

    private static readonly string[] s_weakHashes = ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];

    private readonly IReadOnlyList<X509Certificate2> _all;

    private SigningCertificates(IReadOnlyList<X509Certificate2> all) => _all = all;

    /// <summary>The certificate whose key signed.</summary>
    internal X509Certificate2 Leaf => _all[0];

    /// <summary>The digest of the key that signed, as SubjectPublicKeyInfo.</summary>
    internal Digest KeyDigest => Digest.Of(Leaf.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The SHA-256 of each certificate, in hexadecimal.</summary>
    internal IEnumerable<string> Thumbprints => _all.Select(each => each.GetCertHashString(HashAlgorithmName.SHA256).ToLowerInvariant());

    /// <summary>The certificates in DER.</summary>
    internal IEnumerable<byte[]> Ders => _all.Select(each => each.RawData);

    /// <summary>When the first of them expires.</summary>
    internal DateTimeOffset Expiry => _all.Min(each => new DateTimeOffset(each.NotAfter.ToUniversalTime()));

    /// <summary>Reads certificates.</summary>
    /// <param name="ders">The certificates in DER, in order.</param>
    /// <returns>The certificates; null when there is none, or one cannot be read.</returns>
    internal static SigningCertificates? Read(IReadOnlyList<byte[]?> ders)
    {
        var all = new List<X509Certificate2>();
        try
        {
            if (ders.Count is > 0 and <= Most)
            {
                all.AddRange(ders.Select(der => X509CertificateLoader.LoadCertificate(der!)));
                return new(all);
            }
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentNullException)
        {
            all.ForEach(each => each.Dispose());
        }

        return null;
    }

    /// <summary>Whether verifiers can take the certificates.</summary>
    /// <param name="time">When the signature was made.</param>
    /// <returns>Why not, as a sentence without its end; null when they can.</returns>
    internal string? Refuse(DateTimeOffset time) =>
        RefuseLeaf()
            ?? _all.Skip(1).Select(RefuseAuthority).FirstOrDefault(why => why is not null)
            ?? (_all.Any(each => s_weakHashes.Contains(each.SignatureAlgorithm.Value)) ? "a certificate is signed with SHA-1 or MD5" : null)
            ?? (_all.Any(IsWeak) ? $"a certificate has a key that is too short; RSA needs {SmallestRsa} bits" : null)
            ?? RefuseChain(time);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var each in _all)
        {
            each.Dispose();
        }
    }

    private string? RefuseLeaf()
    {
        var uses = Leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(each => each.EnhancedKeyUsages.Cast<Oid>()).Select(use => use.Value).ToList();
        return Leaf.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { Critical: true, KeyUsages: var usages }
                || (usages & X509KeyUsageFlags.DigitalSignature) == 0
            ? "the key usage of the signing certificate is not critical, or is not digitalSignature"
            : (usages & NoSigner) != 0 ? "the key usage of the signing certificate allows more than signatures"
            : uses.Any(s_otherUses.Contains) || (uses.Count > 0 && !uses.Contains(CertificateAuthority.CodeSigning))
                ? "the signing certificate is for other uses than signing code"
            : Leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(each => each.CertificateAuthority)
                ? "the signing certificate is that of an authority"
            : null;
    }

    private static bool IsWeak(X509Certificate2 certificate)
    {
        using var ecdsa = certificate.GetECDsaPublicKey();
        using var rsa = certificate.GetRSAPublicKey();
        return ecdsa is not null ? ecdsa.KeySize < SmallestEc : rsa is null or { KeySize: < SmallestRsa };
    }

    private static string? RefuseAuthority(X509Certificate2 authority) =>
        authority.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()
                is not { Critical: true, CertificateAuthority: true }
            ? "an issuer's certificate is not marked as that of an authority (critical basicConstraints)"
            : authority.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is not { Critical: true, KeyUsages: var usages }
                    || (usages & X509KeyUsageFlags.KeyCertSign) == 0
                ? "the key usage of an issuer's certificate is not critical, or is not keyCertSign"
                : null;

    private string? RefuseChain(DateTimeOffset time)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_all[^1]);
        chain.ChainPolicy.ExtraStore.AddRange(_all.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = time.UtcDateTime;
        if (!chain.Build(Leaf))
        {
            return $"its certificates do not fit together ({string.Join(", ", chain.ChainStatus.Select(each => each.Status).Distinct())})";
        }

        var built = chain.ChainElements.Select(each => each.Certificate.Thumbprint);
        return !built.SequenceEqual(_all.Select(each => each.Thumbprint))
            ? "its certificates are not a chain in order, from the signing one to the root"
            : _all[^1].SubjectName.RawData.AsSpan().SequenceEqual(_all[^1].IssuerName.RawData)
                ? null
                : "its certificates do not end with a root";
    }
}
