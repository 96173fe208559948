using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Containerize.Testing.Registry;

/// <summary>A certificate authority made for a test, and a server certificate that it signed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private TestCertificates(X509Certificate2 authority, X509Certificate2 server, string serverKeyPem)
    {
        Authority = authority;
        Server = server;
        ServerKeyPem = serverKeyPem;
    }

    /// <summary>The authority, without its key.</summary>
    public X509Certificate2 Authority { get; }

    /// <summary>The authority as PEM, for programs that take a file.</summary>
    public string AuthorityPem => Authority.ExportCertificatePem();

    /// <summary>The server's certificate with its key.</summary>
    public X509Certificate2 Server { get; }

    /// <summary>The server's key as PEM, for programs that take a file.</summary>
    public string ServerKeyPem { get; }

    /// <summary>Makes certificates for localhost and the loopback addresses, or for other names.</summary>
    /// <param name="names">The host names or addresses; none means those of this machine's loopback.</param>
    public static TestCertificates Create(params string[] names) => Create(hasExpired: false, names);

    /// <summary>Makes certificates.</summary>
    /// <param name="hasExpired">Whether the server's was valid until yesterday.</param>
    /// <param name="names">The host names or addresses; none means those of this machine's loopback.</param>
    public static TestCertificates Create(bool hasExpired, params string[] names)
    {
        var now = DateTimeOffset.UtcNow;
        var (notBefore, notAfter) = (now.AddDays(-3), now.AddDays(2));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authorityRequest.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        authorityRequest.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(authorityRequest.PublicKey, false));
        using var authority = authorityRequest.CreateSelfSigned(notBefore, notAfter);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var serverRequest = new CertificateRequest("CN=Test registry", serverKey, HashAlgorithmName.SHA256);
        serverRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        serverRequest.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        serverRequest.CertificateExtensions.Add(AlternativeNames(names.Length > 0 ? names : ["localhost", "127.0.0.1", "::1"]));
        using var signed = serverRequest.Create(
            authority, notBefore, hasExpired ? now.AddDays(-1) : notAfter, RandomNumberGenerator.GetBytes(16));
        using var withKey = signed.CopyWithPrivateKey(serverKey);
        // Windows' TLS wants a key that was imported.
        var server = X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pkcs12), null);
        return new TestCertificates(X509CertificateLoader.LoadCertificate(authority.RawData), server, serverKey.ExportPkcs8PrivateKeyPem());
    }

    public void Dispose()
    {
        Authority.Dispose();
        Server.Dispose();
    }

    private static X509Extension AlternativeNames(IEnumerable<string> names)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                builder.AddIpAddress(address);
            }
            else
            {
                builder.AddDnsName(name);
            }
        }

        return builder.Build();
    }
}
