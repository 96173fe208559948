using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.SupplyChain.Signing;

/// <summary>Who issues certificates: roots at which a chain has to end, and certificates on the way there.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>The use of certificates that sign code.</summary>
    internal const string CodeSigning = "1.3.6.1.5.5.7.3.3";

    /// <summary>The use of certificates that sign time stamps.</summary>
    internal const string TimeStamping = "1.3.6.1.5.5.7.3.8";

    private readonly ValidityPeriod _period;

    private CertificateAuthority(IReadOnlyList<X509Certificate2> all, ValidityPeriod period)
    {
        All = all;
        _period = period;
    }

    /// <summary>Its certificates.</summary>
    internal IReadOnlyList<X509Certificate2> All { get; }

    /// <summary>Reads certificates.</summary>
    /// <param name="ders">The certificates in DER.</param>
    /// <param name="period">When the authority is trusted.</param>
    /// <exception cref="CryptographicException">One cannot be read.</exception>
    internal static CertificateAuthority Read(IEnumerable<byte[]> ders, ValidityPeriod period)
    {
        var all = new List<X509Certificate2>();
        try
        {
            all.AddRange(ders.Select(der => X509CertificateLoader.LoadCertificate(der)));
            return new(all, period);
        }
        catch (CryptographicException)
        {
            all.ForEach(each => each.Dispose());
            throw;
        }
    }

    /// <summary>Whether a certificate is its own issuer.</summary>
    internal static bool IsRoot(X509Certificate2 certificate) =>
        certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);

    /// <summary>Has chains of certificates end here.</summary>
    internal void AddTo(X509ChainPolicy policy)
    {
        foreach (var each in All)
        {
            (IsRoot(each) ? policy.CustomTrustStore : policy.ExtraStore).Add(each);
        }
    }

    /// <summary>Whether it issued a certificate, directly or not, for a use.</summary>
    /// <param name="others">Certificates that may be on the way; they are not trusted for it.</param>
    /// <param name="time">When all certificates have to be valid.</param>
    /// <param name="issuerKey">The key of the direct issuer, as SubjectPublicKeyInfo; empty when the certificate is refused.</param>
    /// <returns>Why not, as a sentence's part; null when it did.</returns>
    internal string? Refuse(
        X509Certificate2 certificate, IEnumerable<X509Certificate2> others, DateTimeOffset time, string use, out byte[] issuerKey)
    {
        issuerKey = [];
        if (!_period.Contains(time))
        {
            return "the authority is not trusted at that time";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(use));
        chain.ChainPolicy.VerificationTime = time.UtcDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(others.ToArray());
        AddTo(chain.ChainPolicy);
        if (!chain.Build(certificate))
        {
            return string.Join(", ", chain.ChainStatus.Select(each => each.Status).Distinct());
        }

        issuerKey = chain.ChainElements[Math.Min(1, chain.ChainElements.Count - 1)].Certificate.PublicKey.ExportSubjectPublicKeyInfo();
        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var each in All)
        {
            each.Dispose();
        }
    }
}
