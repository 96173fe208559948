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
    [DataRow("config/containers")]
    [DataRow("config/docker")]
    [DataRow("home/.docker")]
    [DataRow("containers")]
    [DataRow("share/containers")]
    [DataRow("docker")]
    [DataRow("data/docker")]
    public async Task A_directory_is_found_in_each_place_of_Docker_and_Podman(string place)
    {
        await WriteAsync("registry.example:5000", place);
        Assert.AreEqual(1, Create().Of("registry.example:5000")!.Authorities.Count);
    }

    [TestMethod]
    [DataRow("registry.example:5000", "registry.example5000", true, true)]
    [DataRow("registry.example", "registry.example443", true, true)]
    [DataRow("registry.example", "registry.example", true, true)]
    [DataRow("registry-1.docker.io", "docker.io443", true, true)]
    [DataRow("registry.example:5000", "registry.example", true, false)]
    [DataRow("registry.example:5000", "registry.example5000", false, false)]
    [DataRow("registry.example", "registry.example443", false, false)]
    public async Task On_Windows_a_directory_has_no_colon_in_its_name(string authority, string directory, bool isWindows, bool isFound)
    {
        await WriteAsync(directory);
        Assert.AreEqual(isFound, Create(isWindows).Of(authority) is not null);
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

    private CertificateDirectories Create(bool isWindows = false) => new(
        new RegistryOptions
        {
            SystemConfigDirectory = _folder.FullName,
            SystemDataDirectory = _folder["share"],
            Environment = name => name switch
            {
                "HOME" => _folder["home"],
                "XDG_CONFIG_HOME" => _folder["config"],
                "ProgramData" => _folder["data"],
                _ => null,
            },
        },
        _reporter,
        isWindows);

    private async Task WriteAsync(string directory, string place = "docker")
    {
        await using var registry = await TestRegistry.StartAsync(new() { Https = true });
        Write(directory, registry.Certificates!.AuthorityPem, place);
    }

    private string Write(string directory, string content, string place = "docker") =>
        _folder.Write($"{place}/certs.d/{directory}/ca.crt", content);
}
