using System.Text;
using Containerize.Debian.Apt;
using Containerize.Debian.Archive;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry.Machine;
using Containerize.Testing;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry;

/// <summary>Hosts and ports that no URL can have, wherever they are written: a message, and never a failure of ours (CTZ1000).</summary>
[TestClass]
internal sealed class PortTests
{
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow("registry.example:65536")]
    [DataRow("registry.example:70000")]
    [DataRow("registry.example:99999")]
    [DataRow("registry.example:0")]
    [DataRow("localhost:65536")]
    [DataRow("127.0.0.1:99999")]
    [DataRow("[::1]:65536")]
    [DataRow("[::::]")]
    [DataRow("[1]")]
    [DataRow("[fe80::1.2]")]
    [DataRow("a..example")]
    public void A_reference_to_a_registry_that_cannot_be_is_refused(string registry)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ImageReference.Parse($"{registry}/team/app:1.0"));

        Assert.AreEqual(DiagnosticCode.InvalidReference, failure.Code);
        StringAssert.Contains(failure.Message, Printable.Clean(registry));
        Assert.IsFalse(ImageReference.IsRegistry(registry));
    }

    [TestMethod]
    [DataRow("registry.example:1")]
    [DataRow("registry.example:65535")]
    [DataRow("registry_one.example:5000")]
    [DataRow("127.0.0.1:65535")]
    [DataRow("[::1]:5000")]
    [DataRow("localhost")]
    [DataRow("Registry.Example")]
    public void A_registry_that_can_be_is_taken(string registry) => Assert.IsTrue(ImageReference.IsRegistry(registry));

    [TestMethod]
    public void What_is_taken_for_a_registry_makes_a_URL()
    {
        var random = new Random(7);
        const string characters = "abz019.-_:[]AF";
        for (var number = 0; number < 100_000; number++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => characters[random.Next(characters.Length)]));
            if (ImageReference.IsRegistry(text))
            {
                Assert.IsGreaterThan(0, new Uri($"https://{text}").IdnHost.Length, text);
                Assert.IsNotNull(VerbatimUrl.Create($"http://{text}/v2/"));
            }
        }
    }

    [TestMethod]
    [DataRow("[[registry]]\nprefix = \"{0}\"\nlocation = \"other.example:65536\"")]
    [DataRow("[[registry]]\nprefix = \"{0}\"\nlocation = \"other.example:65536/path\"")]
    [DataRow("[[registry]]\nlocation = \"{0}\"\n[[registry.mirror]]\nlocation = \"mirror.example:99999\"")]
    [DataRow("[[registry]]\nlocation = \"{0}\"\n[[registry.mirror]]\nlocation = \"mirror.example:99999\"\ninsecure = true")]
    [DataRow("[[registry]]\nlocation = \"{0}\"\n[[registry.mirror]]\nlocation = \"mirror example\"")]
    [DataRow("[[registry]]\nlocation = \"{0}\"\n[[registry.mirror]]\nlocation = \"mirror.example/UPPER CASE\"")]
    public async Task An_entry_of_registries_conf_that_cannot_be_is_a_warning(string configuration)
    {
        await using var lab = await StartAsync();
        lab.WriteFile("etc/containers/registries.conf", configuration.Replace("{0}", lab.Registry.Authority, StringComparison.Ordinal));

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        StringAssert.Contains(lab.Reporter.Text, "CTZ3008");
        StringAssert.Contains(lab.Reporter.Text, "registries.conf");
    }

    [TestMethod]
    [DataRow("""{"registry-mirrors":["https://mirror.example:65536"]}""")]
    [DataRow("""{"registry-mirrors":["http://mirror.example:99999/"]}""")]
    [DataRow("""{"insecure-registries":["registry.example:65536"]}""")]
    [DataRow("""{"insecure-registries":["http://"]}""")]
    public async Task An_entry_of_dockers_configuration_that_cannot_be_is_a_warning(string configuration)
    {
        await using var lab = await StartAsync();
        lab.WriteFile("etc/docker/daemon.json", configuration);

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        StringAssert.Contains(lab.Reporter.Text, "CTZ3008");
        StringAssert.Contains(lab.Reporter.Text, "daemon.json");
    }

    [TestMethod]
    [DataRow("registry.example:65536")]
    [DataRow("http://registry.example:99999/")]
    [DataRow("10.0.0.0/99")]
    [DataRow("[::1")]
    public async Task A_list_of_insecure_registries_may_hold_what_cannot_be(string entry)
    {
        var insecure = new InsecureRegistries([entry, "plain.example"]);

        Assert.IsTrue(await insecure.ContainsAsync("plain.example:5000", CancellationToken.None));
        Assert.IsFalse(await insecure.ContainsAsync("registry.example", CancellationToken.None));
    }

    [TestMethod]
    [DataRow("registry.example:65536")]
    [DataRow("[::::]")]
    public async Task A_repository_at_a_registry_that_cannot_be_is_refused_before_anything_is_sent(string registry)
    {
        await using var lab = await StartAsync();

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(new(registry, "team/app"), "1.0", CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.InvalidReference, failure.Code);
    }

    [TestMethod]
    [DataRow("http://127.0.0.1:65536/token")]
    [DataRow("http://127.0.0.1:999999999999/token")]
    [DataRow("http://[::::]/token")]
    public async Task A_realm_that_cannot_be_is_explained(string realm)
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") { Realm = realm } });
        lab.LogIn("ada", "secret");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
    }

    [TestMethod]
    [DataRow("http://127.0.0.1:65536/u")]
    [DataRow("//127.0.0.1:99999/u")]
    [DataRow("http://[::::]/u")]
    public async Task A_location_that_cannot_be_is_explained(string location)
    {
        await using var lab = await StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, _ => location));
        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.SetHeader("Location", location));

        var pull = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        var push = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(2000)));

        Assert.AreEqual(DiagnosticCode.RegistryError, pull.Code);
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, push.Code);
    }

    [TestMethod]
    public async Task A_foreign_layer_at_a_URL_that_cannot_be_is_missing()
    {
        await using var lab = await StartAsync();
        var layer = new Descriptor
        {
            MediaType = MediaTypes.DockerForeignLayer,
            Digest = Digest.Of("x"u8),
            Size = 1,
            Urls = ["https://mcr.example:65536/x", "https://[::::]/x"],
        };

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(layer));

        Assert.AreEqual(DiagnosticCode.RegistryNotFound, failure.Code);
    }

    [TestMethod]
    [DataRow("http://mirror.example:65536/debian")]
    [DataRow("https://mirror.example:99999/debian")]
    [DataRow("http://[::::]/debian")]
    public void A_package_mirror_that_cannot_be_is_explained(string mirror)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => ArchiveSources.ParseAddress(mirror, "ContainerizeDebianMirror"));

        Assert.AreEqual(DiagnosticCode.InvalidProperty, failure.Code);
        Assert.IsEmpty(AptAddress.ParseAll(mirror, out var why));
        StringAssert.Contains(why, "malformed");
    }

    [TestMethod]
    [DataRow("http://proxy.example:65536/")]
    [DataRow("http://proxy.example:99999")]
    public void A_proxy_of_apt_that_cannot_be_is_a_warning(string proxy)
    {
        using var directory = new TemporaryDirectory();
        var reporter = new RecordingReporter();
        directory.Write("apt.conf", $"Acquire::http::Proxy \"{proxy}\";\n");

        Assert.IsNull(new AptAccess(directory.FullName, reporter).Proxy.GetProxy(new Uri("http://archive.example/")));

        Assert.AreEqual(DiagnosticCode.AptSettingIgnored, reporter.Warnings.Single().Code);
    }

    private static async Task<ClientLab> StartAsync()
    {
        var lab = await ClientLab.StartAsync();
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }
}
