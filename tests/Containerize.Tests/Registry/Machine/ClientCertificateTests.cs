using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Machine;

/// <summary>A registry that knows only a root authority gets all that leads from the client's certificate to it.</summary>
[TestClass]
internal sealed class ClientCertificateTests
{
    private static readonly DateTimeOffset s_start = DateTimeOffset.UtcNow.AddDays(-1);
    private static readonly DateTimeOffset s_end = DateTimeOffset.UtcNow.AddDays(1);

    [TestMethod]
    [DataRow(0, "CN=client")]
    [DataRow(1, "CN=client, CN=issuer 1")]
    [DataRow(2, "CN=client, CN=issuer 2, CN=issuer 1")]
    [Timeout(60_000, CooperativeCancellation = true)]
    public async Task The_issuers_in_the_file_are_sent_with_the_certificate(int issuers, string expected)
    {
        await using var lab = await ClientLab.StartAsync();
        using var server = new TlsServer();
        var (certificates, key) = Create(issuers);
        lab.WriteFile($"etc/docker/certs.d/{server.Authority}/client.cert", certificates);
        lab.WriteFile($"etc/docker/certs.d/{server.Authority}/client.key", key);
        var client = lab.NewClient(options => options with { InsecureRegistries = [server.Authority], MaxRetries = 0 });

        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => client.TryGetManifestAsync(new(server.Authority, "app"), "1.0", CancellationToken.None));

        Assert.AreEqual(expected, await server.Received);
    }

    private static (string Certificates, string Key) Create(int issuers)
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = Request("root", rootKey, isAuthority: true).CreateSelfSigned(s_start, s_end);
        var chain = new List<string>();
        for (var number = 1; number <= issuers; number++)
        {
            var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            issuer = Request($"issuer {number}", key, isAuthority: true).Create(issuer, s_start, s_end, [(byte)number])
                .CopyWithPrivateKey(key);
            chain.Insert(0, issuer.ExportCertificatePem());
        }

        using var own = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Request("client", own, isAuthority: false).Create(issuer, s_start, s_end, [100]);
        return (string.Join('\n', chain.Prepend(leaf.ExportCertificatePem())), own.ExportPkcs8PrivateKeyPem());
    }

    private static CertificateRequest Request(string name, ECDsa key, bool isAuthority)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        return request;
    }

    /// <summary>Takes any client certificate, tells what came with it, and hangs up.</summary>
    private sealed class TlsServer : IDisposable
    {
        private readonly TestCertificates _certificates = TestCertificates.Create();
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

        internal TlsServer()
        {
            _listener.Start();
            Received = ServeAsync();
        }

        internal string Authority => _listener.LocalEndpoint.ToString()!;

        internal Task<string> Received { get; }

        public void Dispose()
        {
            _listener.Dispose();
            _certificates.Dispose();
        }

        private async Task<string> ServeAsync()
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync();
                var received = "";
                await using var stream = new SslStream(connection.GetStream());
                try
                {
                    await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = _certificates.Server,
                        ClientCertificateRequired = true,
                        RemoteCertificateValidationCallback = (_, certificate, chain, _) =>
                        {
                            // What the other side sends is where the chain is looked for; the certificate itself may be among it.
                            var sent = chain!.ChainPolicy.ExtraStore.Select(each => each.Subject);
                            received = string.Join(", ", sent.Prepend(certificate?.Subject ?? "").Distinct());
                            return true;
                        },
                    });
                    return received;
                }
                catch (Exception failure) when (failure is AuthenticationException or IOException)
                {
                    // A client asks in plain HTTP first.
                }
            }
        }
    }
}
