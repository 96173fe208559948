using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>A certificate that says for whom a key signs, and for a few minutes only.</summary>
/// <remarks>Fulcio, <i>certificate-specification.md</i> and <i>oid-info.md</i>.</remarks>
internal sealed class IdentityCertificate : IDisposable
{
    private const string AlternativeName = "2.5.29.17";
    private const string UserName = "1.3.6.1.4.1.57264.1.7";
    private const string OldIssuer = "1.3.6.1.4.1.57264.1.1";
    private const string Issuer2 = "1.3.6.1.4.1.57264.1.8";

    private readonly X509Certificate2 _leaf;
    private readonly IReadOnlyList<X509Certificate2> _issuers;

    private IdentityCertificate(IReadOnlyList<X509Certificate2> all)
    {
        _leaf = all[0];
        _issuers = [.. all.Skip(1)];
        (Identity, Issuer) = (ReadIdentity(_leaf), ReadIssuer(_leaf));
    }

    /// <summary>The certificate in DER.</summary>
    internal byte[] Der => _leaf.RawData;

    /// <summary>The certificate in PEM.</summary>
    internal string Pem => _leaf.ExportCertificatePem();

    /// <summary>The key that it certifies, as SubjectPublicKeyInfo.</summary>
    internal byte[] KeyInfo => _leaf.PublicKey.ExportSubjectPublicKeyInfo();

    /// <summary>Who signs: a URI or a mail address; null when the certificate says none.</summary>
    internal string? Identity { get; }

    /// <summary>Who vouches for that: the issuer of the token; null when the certificate says none.</summary>
    internal string? Issuer { get; }

    /// <summary>Reads a certificate with those that issued it.</summary>
    /// <param name="ders">The certificates in DER, the signing one first.</param>
    /// <returns>The certificate; null when there is none, or one cannot be read.</returns>
    internal static IdentityCertificate? Read(IReadOnlyList<byte[]?> ders)
    {
        var all = new List<X509Certificate2>();
        try
        {
            if (ders.Count > 0)
            {
                all.AddRange(ders.Select(der => X509CertificateLoader.LoadCertificate(der!)));
                return new(all);
            }
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentNullException or AsnContentException)
        {
            all.ForEach(each => each.Dispose());
        }

        return null;
    }

    /// <summary>Whether the certificate is good for a key.</summary>
    /// <param name="root">Whom the project trusts; null where the last certificate of the answer counts, so that only its order and
    /// signatures are verified.</param>
    /// <returns>Why it is not, as a sentence without its end; null when it is.</returns>
    internal string? Refuse(ECDsa key, TrustedRoot? root, DateTimeOffset now)
    {
        if (!_leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            return "its certificate is for another key";
        }

        if (Identity is null || Issuer is null)
        {
            return "its certificate does not say who signs";
        }

        if (_leaf.NotAfter.ToUniversalTime() <= now.UtcDateTime)
        {
            return "its certificate has expired; compare this machine's clock";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(CertificateAuthority.CodeSigning));
        // The clocks of two machines differ: the certificate is valid when it was issued.
        chain.ChainPolicy.VerificationTime = _leaf.NotBefore.ToUniversalTime().AddSeconds(1);
        chain.ChainPolicy.ExtraStore.AddRange(_issuers.ToArray());
        if (root is not null)
        {
            root.AddTo(chain.ChainPolicy);
        }
        else if (_issuers.Count > 0)
        {
            chain.ChainPolicy.CustomTrustStore.Add(_issuers[^1]);
        }

        return chain.Build(_leaf) ? null
            : $"its certificate is not issued by whom {(root is null ? "it says" : "ContainerizeSigningTrustedRoot trusts")} "
                + $"({string.Join(", ", chain.ChainStatus.Select(each => each.Status).Distinct())})";
    }

    /// <summary>Whether an authority that the project trusts issued the certificate, which was valid at a time.</summary>
    /// <returns>Why not, as a sentence without its end; null when it was.</returns>
    internal string? RefuseAt(TrustedRoot root, DateTimeOffset time)
    {
        if (Identity is null || Issuer is null)
        {
            return "its certificate does not say who signs";
        }

        if (_leaf.Extensions.OfType<X509BasicConstraintsExtension>().Any(each => each.CertificateAuthority)
            || !_leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().Any(each =>
                each.EnhancedKeyUsages.Cast<Oid>().Any(use => use.Value == CertificateAuthority.CodeSigning)))
        {
            return "its certificate is not for signing code";
        }

        var reasons = new List<string>();
        foreach (var authority in root.Authorities)
        {
            if (authority.Refuse(_leaf, _issuers, time, CertificateAuthority.CodeSigning, out var issuerKey) is { } why)
            {
                reasons.Add(why);
            }
            else if (!root.HasCertificateLogs || CertificateTimestamps.Verify(_leaf, issuerKey, root.FindCertificateLog))
            {
                return null;
            }
            else
            {
                return "no log of certificates that the trusted root names has its certificate (SCT)";
            }
        }

        return $"its certificate was not issued, when it signed, by an authority of the trusted root "
            + $"({string.Join(", ", reasons.Distinct())})";
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _leaf.Dispose();
        foreach (var issuer in _issuers)
        {
            issuer.Dispose();
        }
    }

    private static string? ReadIdentity(X509Certificate2 certificate)
    {
        if (certificate.Extensions[AlternativeName] is not { } extension)
        {
            return null;
        }

        var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
        while (names.HasData)
        {
            var tag = names.PeekTag();
            if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 1))
                || tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 6)))
            {
                return names.ReadCharacterString(UniversalTagNumber.IA5String, tag);
            }

            if (tag.HasSameClassAndValue(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                var other = names.ReadSequence(tag);
                if (other.ReadObjectIdentifier() == UserName)
                {
                    return other.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadCharacterString(UniversalTagNumber.UTF8String);
                }

                continue;
            }

            names.ReadEncodedValue();
        }

        return null;
    }

    private static string? ReadIssuer(X509Certificate2 certificate) =>
        certificate.Extensions[Issuer2] is { } extension
            ? new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadCharacterString(UniversalTagNumber.UTF8String)
            : certificate.Extensions[OldIssuer] is { } old ? Encoding.UTF8.GetString(old.RawData) : null;
}
