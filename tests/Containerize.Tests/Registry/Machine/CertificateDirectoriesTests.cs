using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Machine;

[TestClass]
internal sealed class CertificateDirectoriesTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("registry.example", "registry.example")]
    [DataRow("registry.example", "registry.example:443")]
    [DataRow("registry.example:5000", "registry.example:5000")]
    [DataRow("registry-1.docker.io", "docker.io")]
    [DataRow("registry-1.docker.io", "registry-1.docker.io")]
    public async Task A_registry_finds_its_directory(string authority, string directory)
    {
        await WriteAsync(directory);
        Assert.AreEqual(1, Create().Of(authority)!.Authorities.Count);
    }

    [TestMethod]
    [DataRow("registry.example:5000", "registry.example")]
    [DataRow("other.example", "registry.example")]
    public async Task Another_port_or_host_has_another_directory(string authority, string directory)
    {
        await WriteAsync(directory);
        Assert.IsNull(Create().Of(authority));
    }

    [TestMethod]
    public void A_damaged_certificate_is_named()
    {
        var file = Write("registry.example", "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n");
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => Create().Of("registry.example"));
        Assert.AreEqual(DiagnosticCode.CredentialsUnusable, failure.Code);
        StringAssert.Contains(failure.Message, file);
    }

    [TestMethod]
    [DataRow("\n")]
    [DataRow("no certificate")]
    [DataRow("0\u0082\u0003")]
    [DataRow("-----BEGIN PUBLIC KEY-----\nbm9uZQ==\n-----END PUBLIC KEY-----\n")]
    public async Task An_authority_in_another_form_is_ignored_with_a_warning(string content)
    {
        await WriteAsync("registry.example");
        var file = _folder.Write("docker/certs.d/registry.example/other.crt", content);

        Assert.AreEqual(1, Create().Of("registry.example")!.Authorities.Count);

        var warning = _reporter.Warnings.Single();
        Assert.AreEqual(DiagnosticCode.CredentialsUnusable, warning.Code);
        StringAssert.Contains($"{warning.Text}", file);
    }

    [TestMethod]
    public async Task An_empty_file_is_switched_off()
    {
        await WriteAsync("registry.example");
        _folder.Write("docker/certs.d/registry.example/other.crt", "");

        Assert.AreEqual(1, Create().Of("registry.example")!.Authorities.Count);
        Assert.IsEmpty(_reporter.Warnings);
    }

    private CertificateDirectories Create() =>
        new(new RegistryOptions { SystemConfigDirectory = _folder.FullName, Environment = _ => null }, _reporter);

    private async Task WriteAsync(string directory)
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true });
        Write(directory, registry.Certificates!.AuthorityPem);
    }

    private string Write(string directory, string content) => _folder.Write($"docker/certs.d/{directory}/ca.crt", content);
}
