using System.Text;
using Containerize.Http;
using Containerize.Oci;
using Containerize.Registry;
using Containerize.Registry.Authorization;
using Containerize.Registry.Credentials;
using Containerize.Registry.Protocol;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Authorization;

/// <summary>
/// A registry that is reached by HTTPS leads nowhere without encryption: no credential, no blob, unless the user declared that host
/// insecure.
/// </summary>
[TestClass]
internal sealed class RealmTests
{
    private const int Size = 50_000;

    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow("127.0.0.1", false, DisplayName = "trusted by its authority")]
    [DataRow("localhost", false, DisplayName = "trusted by its authority, another name")]
    [DataRow("localhost", true, DisplayName = "itself declared insecure")]
    public async Task A_realm_in_plain_HTTP_gets_nothing_from_a_registry_with_HTTPS(string host, bool isInsecure)
    {
        await using var lab = await StartAsync(host);
        using var client = lab.NewClient(options => options with { InsecureRegistries = isInsecure ? [lab.Registry.Authority] : [] });

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, client));

        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.IsEmpty(lab.Tokens.Requests);
    }

    [TestMethod]
    public async Task A_realm_in_plain_HTTP_is_used_when_its_host_is_declared_insecure()
    {
        await using var lab = await StartAsync("localhost");
        using var client = lab.NewClient(options => options with { InsecureRegistries = [new Uri(lab.Tokens.TokenAddress!).Authority] });

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab, client));

        Assert.IsNotEmpty(lab.Tokens.RequestsTo(RequestKind.Token));
    }

    [TestMethod]
    public async Task A_realm_of_the_registrys_own_address_is_asked_by_HTTPS_though_it_says_HTTP()
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true, Host = "localhost" });
        lab.LogIn("ada", "secret");
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        lab.Registry.On(RequestKind.Other).Do(fault => fault.Reply(200, """{"token":"t"}"""));
        lab.Registry.On(RequestKind.Manifest).Where(request => request.Authorization is null).Do(fault => fault.Reply(_ =>
            Reply.Error(401, "UNAUTHORIZED").With("WWW-Authenticate", $"Bearer realm=\"http://{lab.Registry.Authority}/jwt/auth\"")));

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.IsNotNull(lab.Registry.RequestsTo(RequestKind.Other).Single(request => request.Path == "/jwt/auth").Authorization);
    }

    [TestMethod]
    [DataRow("https://registry.example", "http://registry.example/token?a=%2f", "https://registry.example/token?a=%2f")]
    [DataRow("https://registry.example", "http://registry.example:443/token", "https://registry.example/token")]
    [DataRow("https://registry.example:5000", "http://Registry.Example:5000/token", "https://registry.example:5000/token")]
    [DataRow("https://registry.example:5000", "https://registry.example/token", "https://registry.example/token")]
    [DataRow("http://registry.example:5000", "http://registry.example/token", "http://registry.example/token")]
    [DataRow("https://registry.example:5000", "http://registry.example/token", null)]
    [DataRow("https://registry.example", "http://registry.example:8080/token", null)]
    [DataRow("https://registry.example", "http://auth.registry.example/token", null)]
    [DataRow("https://registry.example", "http://ada:secret@registry.example/token", null)]
    [DataRow("https://registry.example", "/token", null)]
    public async Task A_realm_in_plain_HTTP_is_another_service_unless_its_address_is_the_registrys(
        string registry, string realm, string? expected)
    {
        if (expected is null)
        {
            var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(CheckAsync);
            Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        }
        else
        {
            Assert.AreEqual(expected, VerbatimUrl.Text(await CheckAsync()));
        }

        async Task<Uri> CheckAsync()
        {
            using var sender = new HttpSender(new RegistryOptions(), new ListReporter());
            return await RealmGuard.CheckAsync(
                realm, new RegistryOrigin(new Uri(registry), VerifyCertificates: true), sender, CancellationToken.None);
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task A_realm_does_not_redirect_to_plain_HTTP(bool isInsecure)
    {
        await using var lab =
            await ClientLab.StartAsync(new() { Https = true, Host = "localhost", Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var other = await lab.AddRegistryAsync();
        lab.Registry.On(RequestKind.Token).Do(fault => fault.Redirect(302, _ => $"{other.BaseAddress}token"));
        using var client = lab.NewClient(options => options with { InsecureRegistries = isInsecure ? [lab.Registry.Authority] : [] });

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.IsEmpty(other.Requests);
    }

    [TestMethod]
    [DataRow("GET", false)]
    [DataRow("GET", true)]
    [DataRow("POST", false)]
    [DataRow("POST", true)]
    public async Task Blobs_do_not_leave_HTTPS(string method, bool isInsecure)
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true, Host = "localhost" });
        var other = await lab.AddRegistryAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, request => $"{other.BaseAddress}{request.Path[1..]}"));
        lab.Registry.On(RequestKind.Upload, "POST")
            .Do(fault => fault.SetHeader("Location", $"{other.BaseAddress}v2/team/app/blobs/uploads/1"));
        using var client = lab.NewClient(options => options with { InsecureRegistries = isInsecure ? [lab.Registry.Authority] : [] });

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => method == "GET"
            ? client.FetchAsync(lab.Repository, blob, lab.Store, CancellationToken.None)
            : client.PushBlobAsync(lab.Repository, ClientLab.RandomBlob(Size + 1), CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.IsEmpty(other.Requests);
    }

    [TestMethod]
    public async Task Blobs_leave_HTTPS_for_a_host_that_is_declared_insecure()
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true, Host = "localhost" });
        var other = await lab.AddRegistryAsync();
        var blob = other.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, request => $"{other.BaseAddress}{request.Path[1..]}"));
        using var client = lab.NewClient(options => options with { InsecureRegistries = [other.Authority] });

        await client.FetchAsync(lab.Repository, blob, lab.Store, CancellationToken.None);

        Assert.HasCount(1, other.RequestsTo(RequestKind.Blob));
    }

    [TestMethod]
    [DataRow(301)]
    [DataRow(308)]
    [DataRow(400)]
    [DataRow(421)]
    [DataRow(426)]
    public async Task A_server_on_this_machine_that_asks_for_HTTPS_is_not_used_without(int status)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Ping).Do(fault => fault.Reply(status, "", ("Location", $"https://{lab.Registry.Authority}/v2/")));
        lab.Options = options => options with { MaxRetries = 0 };

        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.IsTrue(
            lab.Registry.Requests.All(request => request.Kind == RequestKind.Ping),
            "Nothing but the question how it is reached goes out in plain text.");
    }

    [TestMethod]
    [DataRow("https://registry.example:5000/v2/", "http://registry.example:5000/u?a=%2f", "https://registry.example:5000/u?a=%2f")]
    [DataRow("https://registry.example:5000/v2/", "http://registry.example/u", "https://registry.example:5000/u")]
    [DataRow("https://registry.example/v2/", "http://registry.example:80/u", "https://registry.example/u")]
    [DataRow("https://registry.example/v2/", "http://registry.example:443/u", "https://registry.example/u")]
    [DataRow("https://registry.example/v2/", "HTTP://Registry.Example/u", "https://registry.example/u")]
    [DataRow("https://localhost:5000/v2/", "http://localhost:5000/u", "https://localhost:5000/u")]
    [DataRow("https://127.0.0.1:5000/v2/", "http://127.0.0.1/u", "https://127.0.0.1:5000/u")]
    [DataRow("https://[::1]:5000/v2/", "http://[::1]:5000/u", "https://[::1]:5000/u")]
    public void A_location_at_the_same_host_stays_with_HTTPS(string request, string location, string expected) =>
        Assert.AreEqual(expected, VerbatimUrl.Text(VerbatimUrl.TryResolve(new Uri(request), location)!));

    [TestMethod]
    [DataRow("http://registry.example:8080/u")]
    [DataRow("http://other.example/u")]
    [DataRow("http://registry.example./u")]
    public async Task A_location_in_plain_HTTP_elsewhere_is_not_followed(string location)
    {
        var request = new Uri("https://registry.example/v2/");
        using var sender = new HttpSender(new RegistryOptions(), new ListReporter());

        Assert.IsFalse(await sender.MayLeadAsync(request, VerbatimUrl.TryResolve(request, location)!, CancellationToken.None));
    }

    [TestMethod]
    [DataRow((int)AddressScopes.Public, (int)AddressScopes.Public)]
    [DataRow((int)AddressScopes.Private, (int)(AddressScopes.Public | AddressScopes.Private))]
    [DataRow((int)AddressScopes.Loopback, (int)(AddressScopes.Public | AddressScopes.Private | AddressScopes.Loopback))]
    public void A_realm_is_not_nearer_than_the_registry_whatever_its_name(int registry, int allowed)
    {
        var origin = new RegistryOrigin(new Uri("https://registry.example"), VerifyCertificates: true);

        Assert.AreEqual((AddressScopes)allowed, origin.RealmPolicy((AddressScopes)registry).Allowed);
    }

    [TestMethod]
    [DataRow("localhost")]
    [DataRow("auth.localhost")]
    [DataRow("localhost.")]
    [DataRow("127.0.0.1")]
    [DataRow("127.1")]
    [DataRow("2130706433")]
    [DataRow("0.0.0.0")]
    [DataRow("[::1]")]
    [DataRow("[::ffff:127.0.0.1]")]
    public async Task A_realm_on_this_machine_gets_nothing_from_a_registry_elsewhere(string host)
    {
        await using var server = await TestRegistry.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        using var sender = new HttpSender(new RegistryOptions { MaxRetries = 0 }, new ListReporter());
        var origin = new RegistryOrigin(new Uri("http://registry.example:5000"), VerifyCertificates: true);
        var challenge = Challenge.Parse($"Bearer realm=\"http://{host}:{new Uri(server.TokenAddress!).Port}/token\"").Single();
        var credential = Credential.Of("here", "ada", "secret");

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() =>
            new TokenService(sender, new RegistryOptions()).GetAsync(origin, challenge, [], credential, CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.IsEmpty(server.Requests);
    }

    private static Task PullAsync(TokenLab lab, RegistryClient client) =>
        client.TryGetManifestAsync(lab.Registry.Repository("team/app"), "1.0", CancellationToken.None);

    private static async Task<TokenLab> StartAsync(string host)
    {
        var tokens = await TestRegistry.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        var lab = await ClientLab.StartAsync(
            new() { Https = true, Host = host, Auth = new BearerAuth("ada", "secret") { Realm = tokens.TokenAddress } });
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        lab.LogIn("ada", "secret");
        return new(lab, tokens);
    }

    /// <summary>A registry with HTTPS whose realm is another's token service in plain HTTP.</summary>
    private sealed record TokenLab(ClientLab Lab, TestRegistry Tokens) : IAsyncDisposable
    {
        internal TestRegistry Registry => Lab.Registry;

        internal RegistryClient NewClient(Func<RegistryOptions, RegistryOptions> change) => Lab.NewClient(change);

        public async ValueTask DisposeAsync()
        {
            await Lab.DisposeAsync();
            await Tokens.DisposeAsync();
        }
    }
}
