using System.Net.Sockets;
using System.Net;
using System.Text;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Machine;
using Containerize.Registry.Protocol;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry;

[TestClass]
internal sealed class EndpointTests
{
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow("localhost")]
    [DataRow("127.0.0.1")]
    public async Task Plain_http_is_found_on_this_machine(string host)
    {
        await using var lab = await StartAsync(new() { Host = host });
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
    }

    [TestMethod]
    public async Task A_trusted_certificate_is_used_on_this_machine_too()
    {
        await using var lab = await StartAsync(new() { Https = true });
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        StringAssert.Contains(lab.Reporter.Text, "https://");
    }

    [TestMethod]
    public async Task An_untrusted_certificate_is_explained_and_no_reason_for_http()
    {
        await using var lab = await StartAsync(new() { Https = true });
        using var client = lab.NewClient(options => options with { CertificateFiles = [] });
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, client));
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "certificate");
        StringAssert.Contains(failure.Message, "ContainerizeCertificateFiles");
        StringAssert.Contains(failure.Message, "ContainerizeInsecureRegistries");
    }

    [TestMethod]
    [DataRow("etc/docker")]
    [DataRow("etc/containers")]
    [DataRow("config/containers")]
    public async Task An_authority_that_docker_or_podman_keep_for_this_registry_is_trusted_for_it(string directory)
    {
        await using var lab = await StartAsync(new() { Https = true });
        lab.Environment["XDG_CONFIG_HOME"] = Path.Combine(lab.Home, "config");
        lab.WriteFile($"{directory}/certs.d/{lab.Registry.Authority}/ca.crt", lab.Registry.Certificates!.AuthorityPem);
        Assert.IsNotNull(await PullAsync(lab, lab.NewClient(options => options with { CertificateFiles = [] })));
    }

    [TestMethod]
    public async Task An_authority_that_is_kept_for_another_registry_is_not_trusted()
    {
        await using var lab = await StartAsync(new() { Https = true });
        lab.WriteFile("etc/docker/certs.d/127.0.0.1:1/ca.crt", lab.Registry.Certificates!.AuthorityPem);
        var client = lab.NewClient(options => options with { CertificateFiles = [] });
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, client));
    }

    [TestMethod]
    public async Task A_registry_that_wants_a_client_certificate_gets_the_one_that_is_kept_for_it()
    {
        await using var lab = await StartAsync(new() { Https = true, RequireClientCertificate = true });
        var without = lab.NewClient();
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, without));
        lab.WriteFile($"etc/docker/certs.d/{lab.Registry.Authority}/client.cert", lab.Registry.Certificates!.Server.ExportCertificatePem());
        lab.WriteFile($"etc/docker/certs.d/{lab.Registry.Authority}/client.key", lab.Registry.Certificates.ServerKeyPem);
        Assert.IsNotNull(await PullAsync(lab, lab.NewClient()));
    }

    [TestMethod]
    public async Task A_client_certificate_without_its_key_is_named()
    {
        await using var lab = await StartAsync(new() { Https = true });
        var file = lab.WriteFile(
            $"etc/docker/certs.d/{lab.Registry.Authority}/client.cert", lab.Registry.Certificates!.Server.ExportCertificatePem());
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, lab.Client));
        Assert.AreEqual(DiagnosticCode.CredentialsUnusable, failure.Code);
        StringAssert.Contains(failure.Message, file);
    }

    [TestMethod]
    public async Task A_certificate_of_another_name_is_refused()
    {
        await using var lab = await StartAsync(new() { Https = true, CertificateNames = ["registry.example"] });
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, lab.Client));
        StringAssert.Contains(failure.Message, "another name");
    }

    [TestMethod]
    public async Task A_registry_at_a_port_of_this_machine_is_asked_in_plain_HTTP_first()
    {
        await using var lab = await ClientLab.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var registry = $"localhost:{((IPEndPoint)listener.LocalEndpoint).Port}";
        using var client = lab.NewClient(options => options with { MaxRetries = 0 });

        var asking = client.TryGetManifestAsync(new RepositoryReference(registry, "team/app"), "1.0", CancellationToken.None);

        using var connection = await listener.AcceptTcpClientAsync();
        var first = new byte[1];
        await connection.GetStream().ReadExactlyAsync(first);
        Assert.AreEqual((byte)'G', first[0], "A TLS handshake begins with 22.");
        listener.Stop();
        connection.Close();
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => asking);
    }

    [TestMethod]
    public async Task An_insecure_registry_may_have_any_certificate()
    {
        await using var lab = await StartAsync(new() { Https = true, CertificateNames = ["registry.example"] });
        using var client = lab.NewClient(options => options with { CertificateFiles = [], InsecureRegistries = [lab.Registry.Authority] });
        Assert.IsNotNull(await PullAsync(lab, client));
    }

    [TestMethod]
    [DataRow(',')]
    [DataRow(';')]
    public async Task The_sdks_list_of_insecure_registries_is_honoured(char separator)
    {
        await using var lab = await StartAsync(new() { Https = true, CertificateNames = ["registry.example"] });
        lab.Environment["DOTNET_CONTAINER_INSECURE_REGISTRIES"] = $"other.example{separator} {lab.Registry.Authority}";
        Assert.IsNotNull(await PullAsync(lab, lab.NewClient(options => options with { CertificateFiles = [] })));
    }

    [TestMethod]
    [DataRow("127.0.0.1:{0}", "etc/docker/daemon.json", "HOME")]
    [DataRow("127.0.0.0/8", "etc/docker/daemon.json", "HOME")]
    [DataRow("127.0.0.1:{0}", ".config/docker/daemon.json", "HOME")]
    [DataRow("127.0.0.1:{0}", ".docker/daemon.json", "HOME")]
    [DataRow("127.0.0.1:{0}", ".docker/daemon.json", "USERPROFILE")]
    [DataRow("127.0.0.1:{0}", "docker/config/daemon.json", "ProgramData")]
    public async Task Dockers_insecure_registries_are_honoured(string entry, string file, string home)
    {
        await using var lab = await StartAsync(new() { Https = true, CertificateNames = ["registry.example"] });
        lab.Environment.Remove("HOME");
        lab.Environment[home] = lab.Home;
        lab.WriteFile(
            file,
            $$"""{"insecure-registries":["{{entry.Replace("{0}", $"{lab.Registry.BaseAddress.Port}", StringComparison.Ordinal)}}"]}""");
        Assert.IsNotNull(await PullAsync(lab, lab.NewClient(options => options with { CertificateFiles = [] })));
    }

    [TestMethod]
    public async Task Podmans_insecure_registries_are_honoured()
    {
        await using var lab = await StartAsync(new() { Https = true, CertificateNames = ["registry.example"] });
        lab.WriteFile("etc/containers/registries.conf", $"[[registry]]\nlocation = \"{lab.Registry.Authority}\"\ninsecure = true\n");
        Assert.IsNotNull(await PullAsync(lab, lab.NewClient(options => options with { CertificateFiles = [] })));
    }

    [TestMethod]
    public async Task A_damaged_configuration_is_a_warning()
    {
        await using var lab = await StartAsync(new());
        lab.WriteFile("etc/containers/registries.conf", "[[registry\n");
        lab.WriteFile("etc/docker/daemon.json", "{");
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        Assert.AreEqual(2, lab.Reporter.Lines.Count(line => line.StartsWith("CTZ3008", StringComparison.Ordinal)));
    }

    [TestMethod]
    public async Task Insecure_registries_are_hosts_ports_and_networks()
    {
        var insecure = new InsecureRegistries(["http://Plain.example/", "ported.example:5000", "10.0.0.0/8", " "]);
        Assert.IsTrue(await insecure.ContainsAsync("plain.example", CancellationToken.None));
        Assert.IsTrue(await insecure.ContainsAsync("plain.example:8080", CancellationToken.None));
        Assert.IsTrue(await insecure.ContainsAsync("ported.example:5000", CancellationToken.None));
        Assert.IsFalse(await insecure.ContainsAsync("127.0.0.1:5000", CancellationToken.None));
        Assert.IsTrue(await insecure.ContainsAsync("10.20.30.40:5000", CancellationToken.None));
        Assert.IsFalse(await insecure.ContainsAsync("11.20.30.40:5000", CancellationToken.None));
    }

    [TestMethod]
    public async Task Http2_is_used_where_it_is_offered()
    {
        await using var lab = await StartAsync(new() { Https = true, Http2 = true });
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        var blob = ClientLab.RandomBlob(500_000);
        await lab.PushAsync(blob);
        CollectionAssert.AreEqual(blob.Content.ToArray(), await File.ReadAllBytesAsync((await lab.FetchAsync(blob.Descriptor)).Path));
    }

    [TestMethod]
    public async Task A_mirror_is_read_first_and_never_written()
    {
        await using var lab = await StartAsync(new());
        var mirror = await lab.AddRegistryAsync();
        mirror.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        var blob = mirror.AddBlob("team/app", ClientLab.RandomBytes(1000));
        lab.Options = options =>
            options with { Mirrors = new Dictionary<string, IReadOnlyList<string>> { [lab.Registry.Authority] = [mirror.Authority] } };
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        await lab.FetchAsync(blob);
        Assert.AreEqual(0, lab.Registry.Requests.Count);
        await lab.PushAsync(ClientLab.RandomBlob(2000));
        Assert.AreEqual(0, mirror.RequestsTo(RequestKind.Upload).Count);
    }

    [TestMethod]
    [DataRow(404)]
    [DataRow(403)]
    [DataRow(500)]
    public async Task A_mirror_that_cannot_serve_is_passed_over_and_gets_no_credential_of_the_origin(int status)
    {
        await using var lab = await StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var mirror = await lab.AddRegistryAsync();
        mirror.On(RequestKind.Manifest).Do(fault => fault.Reply(status));
        mirror.On(RequestKind.Blob).Do(fault => fault.Reply(status));
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));
        lab.Options = options =>
            options with
            {
                MaxRetries = 1,
                Mirrors = new Dictionary<string,
                IReadOnlyList<string>> { [lab.Registry.Authority] = [mirror.Authority] },
            };
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        await lab.FetchAsync(blob);
        Assert.IsTrue(mirror.Requests.Count > 0 && mirror.Requests.All(request => request.Authorization is null));
    }

    [TestMethod]
    public async Task A_mirror_that_does_not_answer_is_waited_for_once_only()
    {
        await using var lab = await StartAsync(new());
        var mirror = await lab.AddRegistryAsync();
        mirror.On(RequestKind.Manifest).Do(fault => fault.Reply(503));
        lab.Options = options =>
            options with
            {
                MaxRetries = 2,
                Mirrors = new Dictionary<string,
                IReadOnlyList<string>> { [lab.Registry.Authority] = [mirror.Authority] },
            };
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        var before = mirror.Requests.Count;
        Assert.IsNotNull(await PullAsync(lab, lab.Client));
        await lab.FetchAsync(lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000)));
        Assert.AreEqual(before, mirror.Requests.Count);
    }

    [TestMethod]
    public async Task A_registry_whose_name_does_not_exist_is_named()
    {
        await using var lab = await StartAsync(new());
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(new("registry.invalid", "team/app"), "1.0", CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.RegistryUnavailable, failure.Code);
        StringAssert.Contains(failure.Message, "registry.invalid");
        StringAssert.Contains(failure.Message, "2 times");
    }

    [TestMethod]
    public async Task Attempts_do_not_multiply_when_the_registry_is_down()
    {
        await using var lab = await StartAsync(new());
        lab.Options = options => options with { MaxRetries = 2 };
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(1000));
        await lab.Registry.StopAsync();
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        StringAssert.Contains(failure.Message, "3 times");
        Assert.AreEqual(2, lab.Reporter.Lines.Count(line => line.Contains("trying again", StringComparison.Ordinal)));
    }

    [TestMethod]
    [DataRow("http://127.0.0.1:1/", "http://127.0.0.1:1/v2/", false)]
    [DataRow("http://127.0.0.1:1/", "http://localhost:1/v2/", false)]
    [DataRow("http://127.0.0.1:1/", "http://[::1]:1/v2/", false)]
    [DataRow("http://127.0.0.1:1/", "https://registry.example/v2/", true)]
    public async Task A_proxy_is_honoured_but_never_for_this_machine(string proxy, string url, bool isUsed)
    {
        var asked = new RecordingProxy(new Uri(proxy));
        using var pool = new Containerize.Http.HttpPool(new RegistryOptions { Proxy = asked });
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        await Assert.ThrowsExactlyAsync<HttpRequestException>(
            () => pool.SendAsync(request, new(true, Containerize.Http.AddressScopes.All), CancellationToken.None));
        Assert.AreEqual(isUsed, asked.IsUsed);
    }

    [TestMethod]
    public async Task A_download_that_breaks_at_a_mirror_goes_on_at_the_origin()
    {
        await using var lab = await StartAsync(new());
        var mirror = await lab.AddRegistryAsync();
        var bytes = ClientLab.RandomBytes(100_000);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        mirror.AddBlob("team/app", bytes);
        mirror.On(RequestKind.Blob, "GET").Once().Do(fault => fault.ResetAfter(40_000));
        mirror.On(RequestKind.Blob, "GET").Do(fault => fault.Reply(500));
        lab.Options = options =>
            options with
            {
                MaxRetries = 1,
                Mirrors = new Dictionary<string,
                IReadOnlyList<string>> { [lab.Registry.Authority] = [mirror.Authority] },
            };
        CollectionAssert.AreEqual(bytes, await File.ReadAllBytesAsync((await lab.FetchAsync(blob)).Path));
    }

    [TestMethod]
    public async Task Podmans_mirrors_and_locations_replace_the_prefix()
    {
        await using var lab = await StartAsync(new());
        var mirror = await lab.AddRegistryAsync();
        mirror.AddManifest("cache/app", "1.0", s_index, MediaTypes.OciIndex);
        lab.WriteFile("etc/containers/registries.conf", $"""
            [[registry]]
            prefix = "images.example/team"
            location = "{lab.Registry.Authority}/team"

            [[registry.mirror]]
            location = "{mirror.Authority}/cache"
            """);
        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(new("images.example", "team/app"), "1.0", CancellationToken.None));
        Assert.AreEqual(0, lab.Registry.Requests.Count);
        mirror.Faults.Clear();
        mirror.On(RequestKind.Manifest).Do(fault => fault.Reply(404));
        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(new("images.example", "team/app"), "1.0", CancellationToken.None));
    }

    [TestMethod]
    public async Task A_blocked_registry_is_not_contacted()
    {
        await using var lab = await StartAsync(new());
        lab.WriteFile("etc/containers/registries.conf", $"[[registry]]\nlocation = \"{lab.Registry.Authority}\"\nblocked = true\n");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, lab.Client));
        StringAssert.Contains(failure.Message, "blocked");
        Assert.AreEqual(0, lab.Registry.Requests.Count);
    }

    private static async Task<ClientLab> StartAsync(TestRegistryOptions options)
    {
        var lab = await ClientLab.StartAsync(options);
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }

    private static Task<RawDocument?> PullAsync(ClientLab lab, RegistryClient client) =>
        client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);

    private sealed class RecordingProxy(Uri address) : System.Net.IWebProxy
    {
        internal bool IsUsed { get; private set; }

        public System.Net.ICredentials? Credentials { get; set; }

        public Uri? GetProxy(Uri destination)
        {
            IsUsed = true;
            return address;
        }

        public bool IsBypassed(Uri host) => false;
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("no certificate")]
    [DataRow("0\u0082\u0003")]
    [DataRow("-----BEGIN PUBLIC KEY-----\nbm9uZQ==\n-----END PUBLIC KEY-----\n")]
    [DataRow("-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n")]
    public async Task A_file_of_certificates_that_has_none_is_named(string content)
    {
        await using var lab = await StartAsync(new() { Https = true });
        var file = lab.WriteFile("other.pem", content);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(async () =>
        {
            using var client = lab.NewClient(options => options with { CertificateFiles = [file] });
            await PullAsync(lab, client);
        });

        Assert.AreEqual(DiagnosticCode.CredentialsUnusable, failure.Code);
        StringAssert.Contains(failure.Message, file);
        StringAssert.Contains(failure.Message, "PEM");
    }
}
