using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>A root, a certificate below it, and their keys.</summary>
internal sealed class TestAuthority : IDisposable
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);

    // What is damaged is the extension of the certificate below the root: its bytes mean nothing.
    internal TestAuthority(
        string name,
        DateTimeOffset now,
        string use,
        AsymmetricAlgorithm? key = null,
        bool isAuthority = false,
        string? damaged = null)
    {
        Key = key ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest($"CN={name} root,O=Test", _rootKey, HashAlgorithmName.SHA384);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Root = root.CreateSelfSigned(now.AddYears(-2), now.AddYears(5));
        var request = Key is ECDsa ecdsa
            ? new CertificateRequest($"C=US,S=WA,O=Test,CN={name}", ecdsa, HashAlgorithmName.SHA256)
            : new CertificateRequest($"C=US,S=WA,O=Test,CN={name}", (RSA)Key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            isAuthority ? X509KeyUsageFlags.KeyCertSign : X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: true));
        if (damaged is not null)
        {
            var whole = request.CertificateExtensions.First(each => each.Oid!.Value == damaged);
            request.CertificateExtensions.Remove(whole);
            request.CertificateExtensions.Add(new(damaged, [0x30, 0x05, 1], critical: true));
        }

        Certificate = request.Create(
            Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), now.AddYears(-1), now.AddYears(1), [7, 7]);
    }

    internal X509Certificate2 Root { get; }

    internal X509Certificate2 Certificate { get; }

    /// <summary>The key of the certificate below the root.</summary>
    internal AsymmetricAlgorithm Key { get; }

    /// <summary>The certificates in DER, the root last.</summary>
    internal IReadOnlyList<byte[]> Chain => [Certificate.RawData, Root.RawData];

    public void Dispose()
    {
        Root.Dispose();
        Certificate.Dispose();
        Key.Dispose();
        _rootKey.Dispose();
    }
}
