using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Containerize.SupplyChain.Signers;

namespace Containerize.Tests.SupplyChain.Signers;

/// <summary>A key with certificates: the signing one, and the root that issued it.</summary>
internal sealed class TestChain : IDisposable
{
    private readonly ECDsa _rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _leaf;

    public TestChain(
        DateTimeOffset now,
        ECCurve? curve = null,
        X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature,
        string extendedUse = "1.3.6.1.5.5.7.3.3",
        bool rootIsAuthority = true)
    {
        Key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        var root = new CertificateRequest("CN=Root,O=Test", _rootKey, HashAlgorithmName.SHA256);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(rootIsAuthority, false, 0, true));
        root.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _root = root.CreateSelfSigned(now.AddDays(-2), now.AddDays(100));
        var leaf = new CertificateRequest("CN=Signer,O=Test", Key, HashAlgorithmName.SHA256);
        leaf.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        leaf.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(extendedUse)], false));
        _leaf = leaf.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForECDsa(_rootKey), now.AddDays(-1), now.AddDays(10), [1, 2, 3]);
    }

    internal ECDsa Key { get; }

    /// <summary>The certificates in DER, the signing one first.</summary>
    internal IReadOnlyList<byte[]> Certificates => [_leaf.RawData, _root.RawData];

    internal NotaryAlgorithm Algorithm => NotaryAlgorithm.Of(_leaf)!;

    /// <summary>The signature of bytes, in the form of JWS.</summary>
    internal byte[] Sign(byte[] content) =>
        Key.SignData(content, new HashAlgorithmName(Algorithm.Hash.Replace("-", "", StringComparison.Ordinal)));

    public void Dispose()
    {
        Key.Dispose();
        _rootKey.Dispose();
        _root.Dispose();
        _leaf.Dispose();
    }
}
