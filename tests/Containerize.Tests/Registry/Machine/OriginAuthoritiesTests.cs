using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Machine;

/// <summary>The authorities that certs.d has for a registry vouch for where it leads, too: users make one directory.</summary>
[TestClass]
internal sealed class OriginAuthoritiesTests
{
    private const string Name = "team/app";

    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow("localhost")]
    [DataRow("127.0.0.1")]
    public async Task The_token_service_of_a_registry_is_trusted_by_the_registrys_authority(string host)
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { Host = host });
        lab.LogIn("ada", "secret");
        lab.Registry.AddManifest(Name, "1.0", s_index, MediaTypes.OciIndex);

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Token));
    }

    [TestMethod]
    [DataRow("localhost")]
    [DataRow("127.0.0.1")]
    public async Task The_host_of_the_blobs_is_trusted_by_the_registrys_authority(string host)
    {
        await using var lab = await StartAsync();
        var signed = await lab.Registry.StartSignedHostAsync(host);
        var blob = lab.Registry.AddBlob(Name, ClientLab.RandomBytes(1000));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, signed.Sign));

        Assert.AreEqual(blob.Digest, (await lab.FetchAsync(blob)).Descriptor.Digest);
    }

    [TestMethod]
    public async Task An_authority_vouches_for_no_other_registry()
    {
        await using var lab = await StartAsync();
        var other = await lab.AddRegistryAsync(new() { Https = true });
        lab.Options = options => options with { CertificateFiles = [], MaxRetries = 0 };
        lab.WriteFile($"etc/docker/certs.d/{lab.Registry.Authority}/other.crt", other.Certificates!.AuthorityPem);
        other.AddManifest(Name, "1.0", s_index, MediaTypes.OciIndex);
        await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(other.Repository(Name), "1.0", CancellationToken.None));

        StringAssert.Contains(failure.Message, "not trusted");
    }

    [TestMethod]
    public async Task What_this_machine_identifies_itself_with_is_sent_to_its_own_host_only()
    {
        await using var lab = await StartAsync();
        var other = await lab.AddRegistryAsync(new() { Https = true, RequireClientCertificate = true });
        lab.Options = options => options with { CertificateFiles = [], MaxRetries = 0 };
        var certificates = other.Certificates!;
        var directory = $"etc/docker/certs.d/{lab.Registry.Authority}";
        lab.WriteFile($"{directory}/other.crt", certificates.AuthorityPem);
        lab.WriteFile($"{directory}/client.cert", certificates.Server.ExportCertificatePem());
        lab.WriteFile($"{directory}/client.key", certificates.ServerKeyPem);
        var blob = lab.Registry.AddBlob(Name, ClientLab.RandomBytes(1000));
        other.AddBlob(Name, ClientLab.RandomBytes(1000));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, request => $"{other.BaseAddress}{request.Path[1..]}"));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        Assert.IsEmpty(other.RequestsTo(RequestKind.Blob));
    }

    private static async Task<ClientLab> StartAsync(RegistryAuth? auth = null)
    {
        var lab = await ClientLab.StartAsync(new() { Https = true, Auth = auth });
        lab.Options = options => options with { CertificateFiles = [], MaxRetries = 0 };
        lab.WriteFile($"etc/docker/certs.d/{lab.Registry.Authority}/ca.crt", lab.Registry.Certificates!.AuthorityPem);
        return lab;
    }
}
