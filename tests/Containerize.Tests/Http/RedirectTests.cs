using System.Net;
using Containerize.Http;
using Containerize.Registry.Protocol;
using Containerize.Registry.Transfer;
using Containerize.Testing;
using Containerize.Testing.Registry;
using Containerize.Tests.Registry;

namespace Containerize.Tests.Http;

[TestClass]
internal sealed class RedirectTests
{
    private const int Size = 50_000;

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(303)]
    [DataRow(307)]
    [DataRow(308)]
    public async Task A_blob_is_fetched_from_a_signed_address_verbatim_and_without_credentials(int status)
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var host = await lab.Registry.StartSignedHostAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(status, host.Sign));
        await lab.FetchAsync(blob);
        Assert.IsTrue(lab.Registry.RequestsTo(RequestKind.Signed).All(request => request.Authorization is null));
    }

    [TestMethod]
    public async Task The_same_host_on_another_port_is_another_origin()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var host = await lab.Registry.StartSignedHostAsync("127.0.0.1");
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, host.Sign));
        await lab.FetchAsync(blob);
        Assert.IsNull(lab.Registry.RequestsTo(RequestKind.Signed)[0].Authorization);
    }

    [TestMethod]
    public async Task The_same_origin_keeps_the_credential()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var bytes = ClientLab.RandomBytes(Size);
        var blob = lab.Registry.AddBlob("team/app", bytes);
        lab.Registry.AddBlob("team/moved", bytes);
        lab.Registry.On(RequestKind.Blob, "GET").In("team/app")
            .Do(fault => fault.Redirect(307, request => request.Target.Replace("team/app", "team/moved", StringComparison.Ordinal)));
        Assert.AreEqual(blob.Digest, (await lab.FetchAsync(blob)).Descriptor.Digest);
    }

    [TestMethod]
    public async Task A_data_hosts_401_is_not_answered()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var host = await lab.Registry.StartSignedHostAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, host.Sign));
        lab.Registry.On(RequestKind.Signed)
            .Do(fault => fault.Reply(_ => Reply.Error(401, "UNAUTHORIZED").With("WWW-Authenticate", "Basic realm=\"give me\"")));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        Assert.IsTrue(lab.Registry.RequestsTo(RequestKind.Signed).All(request => request.Authorization is null));
        StringAssert.Contains(failure.Message, host.Authority);
        Assert.IsFalse((failure.Message + lab.Reporter.Text).Contains("sig=", StringComparison.Ordinal), "signatures are secrets");
    }

    [TestMethod]
    public async Task A_data_host_that_cannot_be_reached_is_named()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        var host = $"127.0.0.1:{FreePort.Find()}";
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, _ => $"http://{host}/data"));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));

        StringAssert.Contains(failure.Message, $"{host} cannot be reached");
    }

    [TestMethod]
    [DataRow("ftp://ada:secret@host/data?sig=secret")]
    [DataRow("http://ada:secret@host:99999/data?sig=secret")]
    [DataRow("http://ada:secret@/data#secret")]
    public async Task A_place_that_is_none_is_named_without_its_login(string location)
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, _ => location));
        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.Reply(202, "", ("Location", location)));

        var read = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        var write = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(Size + 1)));

        Assert.AreEqual(DiagnosticCode.RegistryError, read.Code);
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, write.Code);
        Assert.DoesNotContain("secret", read + lab.Reporter.Text + write);
    }

    [TestMethod]
    public async Task Https_never_leads_to_http()
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true });
        var host = await lab.Registry.StartSignedHostAsync(https: false);
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, host.Sign));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.AreEqual(0, lab.Registry.RequestsTo(RequestKind.Signed).Count);
    }

    [TestMethod]
    [DataRow(301)]
    [DataRow(302)]
    [DataRow(307)]
    public async Task A_redirected_POST_stays_a_POST(int status)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "POST").Once().Do(fault => fault.Redirect(status, request => request.Target + "?again"));
        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(Size))).Kind);
        Assert.AreEqual(2, lab.Registry.RequestsTo(RequestKind.Upload, "POST").Count);
    }

    [TestMethod]
    public async Task Redirects_in_a_circle_end()
    {
        await using var lab = await ClientLab.StartAsync();
        var blob = lab.Registry.AddBlob("team/app", ClientLab.RandomBytes(Size));
        lab.Registry.On(RequestKind.Blob, "GET").Do(fault => fault.Redirect(307, request => request.Target));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.FetchAsync(blob));
        StringAssert.Contains(failure.Message, "redirects more than");
    }

    [TestMethod]
    public async Task An_upload_elsewhere_gets_no_credential()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        var other = await lab.AddRegistryAsync(new() { Host = "localhost" });
        using var client = other.CreateClient();
        using var session = await client.PostAsync(new Uri("/v2/team/app/blobs/uploads/", UriKind.Relative), null);
        var location = new Uri(other.BaseAddress, session.Headers.Location!).AbsoluteUri;
        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.SetHeader("Location", location));
        await lab.PushAsync(ClientLab.RandomBlob(Size));
        Assert.AreEqual(1, other.Uploads.Count);
        Assert.IsTrue(other.Requests.All(request => request.Authorization is null));
    }

    [TestMethod]
    [DataRow("ftp://127.0.0.1/upload")]
    [DataRow("http://user:pass@127.0.0.1/upload")]
    [DataRow("http://169.254.169.254/upload")]
    public async Task An_upload_location_where_data_must_not_go_gets_none(string location)
    {
        await using var lab = await ClientLab.StartAsync();
        lab.Registry.On(RequestKind.Upload, "POST").Do(fault => fault.SetHeader("Location", location));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(Size)));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
    }

    [TestMethod]
    public async Task A_registry_behind_a_TLS_proxy_may_write_http_into_its_locations()
    {
        await using var lab = await ClientLab.StartAsync(new() { Https = true, Location = LocationForm.Absolute });
        lab.Registry.On(RequestKind.Upload, "POST")
            .Do(fault => fault.ChangeHeader("Location", location => location.Replace("https://", "http://", StringComparison.Ordinal)));
        Assert.AreEqual(PushKind.Uploaded, (await lab.PushAsync(ClientLab.RandomBlob(Size))).Kind);
    }

    [TestMethod]
    [DataRow("https://r.example/v2/", "/upload/1?_state=a%2Fb%3d&x=", "https://r.example/upload/1?_state=a%2Fb%3d&x=")]
    [DataRow("https://r.example/v2/", "//data.example:444/u?sig=%7e+~", "https://data.example:444/u?sig=%7e+~")]
    [DataRow("https://r.example/v2/a", "?again=1", "https://r.example/v2/a?again=1")]
    [DataRow("https://r.example/v2/a/b", "c/../d", "https://r.example/v2/a/c/../d")]
    [DataRow("https://r.example/v2/", "https://r.example:443/u#part", "https://r.example/u")]
    [DataRow("https://r.example:5000/v2/", "http://r.example/u", "https://r.example:5000/u")]
    [DataRow("https://r.example/v2/", "https://data.example/a b", "https://data.example/a%20b")]
    [DataRow("https://r.example/v2/", "javascript:alert(1)", null)]
    [DataRow("https://r.example/v2/", "", null)]
    public void A_location_is_read_verbatim(string request, string location, string? expected)
    {
        var resolved = VerbatimUrl.TryResolve(new Uri(request), location);
        Assert.AreEqual(expected, resolved is null ? null : VerbatimUrl.Text(resolved));
    }

    [TestMethod]
    public void The_digest_is_added_behind_the_query_that_is_there()
    {
        Assert.AreEqual(
            "https://r.example/u?_state=%7e&digest=sha256%3Aab",
            VerbatimUrl.Text(VerbatimUrl.WithParameter(VerbatimUrl.Create("https://r.example/u?_state=%7e"), "digest", "sha256:ab")));
        Assert.AreEqual(
            "https://r.example/u?digest=sha256%3Aab",
            VerbatimUrl.Text(VerbatimUrl.WithParameter(VerbatimUrl.Create("https://r.example/u"), "digest", "sha256:ab")));
    }

    [TestMethod]
    [DataRow("8.8.8.8", (int)AddressScopes.Public)]
    [DataRow("10.1.2.3", (int)AddressScopes.Private)]
    [DataRow("172.31.0.1", (int)AddressScopes.Private)]
    [DataRow("172.32.0.1", (int)AddressScopes.Public)]
    [DataRow("192.168.7.7", (int)AddressScopes.Private)]
    [DataRow("100.100.0.1", (int)AddressScopes.Private)]
    [DataRow("169.254.169.254", (int)AddressScopes.LinkLocal)]
    [DataRow("127.8.9.1", (int)AddressScopes.Loopback)]
    [DataRow("0.0.0.0", (int)AddressScopes.Loopback)]
    [DataRow("::1", (int)AddressScopes.Loopback)]
    [DataRow("::", (int)AddressScopes.Loopback)]
    [DataRow("::ffff:127.0.0.1", (int)AddressScopes.Loopback)]
    [DataRow("64:ff9b::a9fe:a9fe", (int)AddressScopes.LinkLocal)]
    [DataRow("2002:a00:1::", (int)AddressScopes.Private)]
    [DataRow("fe80::1", (int)AddressScopes.LinkLocal)]
    [DataRow("fd00::1", (int)AddressScopes.Private)]
    [DataRow("2606:4700::1111", (int)AddressScopes.Public)]
    public void An_address_leads_somewhere(string address, int scope) =>
        Assert.AreEqual((AddressScopes)scope, AddressScope.Of(IPAddress.Parse(address)));

    [TestMethod]
    public async Task The_resolved_address_decides_not_the_name()
    {
        await using var server = await TestRegistry.StartAsync();
        using var pool = new HttpPool(new RegistryOptions());
        var name = Dns.GetHostName();
        var resolved = (await Dns.GetHostAddressesAsync(name)).Select(AddressScope.Of).Aggregate((one, other) => one | other);
        using var request =
            new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{name}:{new Uri(server.BaseAddress.AbsoluteUri).Port}/v2/"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => pool.SendAsync(request, new ConnectionPolicy(true, AddressScopes.All & ~resolved), CancellationToken.None));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.AreEqual(0, server.Requests.Count);
    }
}
