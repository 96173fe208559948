using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Authorization;

[TestClass]
internal sealed class AuthorizationTests
{
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    public async Task A_public_image_needs_no_credential()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { AnonymousActions = ["pull"] });
        Assert.IsNotNull(await PullAsync(lab));
        Assert.IsNull(lab.Registry.RequestsTo(RequestKind.Token)[0].Authorization);
    }

    [TestMethod]
    public async Task Basic_is_answered_with_user_and_password()
    {
        await using var lab = await StartAsync(new BasicAuth("ada", "sec:ret"));
        lab.LogIn("ada", "sec:ret");
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    public async Task A_registry_that_asks_no_one_gets_no_credential()
    {
        await using var lab = await StartAsync(null);
        lab.LogIn("ada", "secret");
        await PullAsync(lab);
        Assert.IsTrue(lab.Registry.Requests.All(request => request.Authorization is null));
    }

    [TestMethod]
    public async Task A_refused_password_is_sent_once_and_explained()
    {
        await using var lab = await StartAsync(new BasicAuth("ada", "secret"));
        lab.LogIn("ada", "wrong-password");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        StringAssert.Contains(failure.Message, "docker login");
        Assert.MatchesRegex("The credential of .*CONTAINERIZE_REGISTRY_.* was refused", failure.Message);
        Assert.AreEqual(1, lab.Registry.Requests.Count(request => request.Authorization is not null));
        Assert.IsFalse((failure + lab.Reporter.Text).Contains("wrong-password", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_refused_credential_at_the_token_service_names_its_source()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "wrong-password");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        StringAssert.Contains(failure.Message, "CONTAINERIZE_REGISTRY_");
    }

    [TestMethod]
    [DataRow("token")]
    [DataRow("access_token")]
    public async Task The_token_may_have_either_name(string member)
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { TokenMember = member });
        lab.LogIn("ada", "secret");
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    public async Task One_token_serves_all_requests_of_its_scopes()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => PullAsync(lab)));
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Token).Count);
    }

    [TestMethod]
    public async Task Each_set_of_scopes_has_its_own_token()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        await PullAsync(lab);
        await lab.PushAsync(ClientLab.RandomBlob(100));
        CollectionAssert.AreEqual(
            new[] { "repository:team/app:pull", "repository:team/app:pull,push" },
            lab.Registry.RequestsTo(RequestKind.Token).Select(request => request.Parameter("scope")).ToArray());
    }

    [TestMethod]
    public async Task A_short_lifetime_counts_as_a_minute()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { ExpiresIn = 1 });
        lab.LogIn("ada", "secret");
        await PullAsync(lab);
        await PullAsync(lab);
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Token).Count);
    }

    [TestMethod]
    public async Task A_token_is_renewed_shortly_before_its_end()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { ExpiresIn = 300 });
        var time = new ShiftedTime();
        lab.Options = options => options with { TimeProvider = time };
        lab.LogIn("ada", "secret");
        await PullAsync(lab);
        time.Shift = TimeSpan.FromSeconds(294);
        await PullAsync(lab);
        Assert.AreEqual(1, lab.Registry.RequestsTo(RequestKind.Token).Count);
        time.Shift = TimeSpan.FromSeconds(296);
        await PullAsync(lab);
        Assert.AreEqual(2, lab.Registry.RequestsTo(RequestKind.Token).Count);
    }

    [TestMethod]
    [DataRow("\\u0000")]
    [DataRow("\\n")]
    [DataRow("\\u00e9")]
    [DataRow("\\u007f")]
    public async Task A_token_that_no_header_can_carry_is_refused_and_not_shown(string character)
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Token).Do(fault => fault.Reply(200, $$"""{"token":"opensesame{{character}}" }"""));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.AreEqual(DiagnosticCode.RegistryError, failure.Code);
        Assert.DoesNotContain("opensesame", failure + lab.Reporter.Text);
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Token));
    }

    [TestMethod]
    [DataRow("\\u0000")]
    [DataRow("\\n")]
    [DataRow("\\u00e9")]
    public async Task A_registry_token_that_no_header_can_carry_is_a_warning(string character)
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { AnonymousActions = ["pull"] });
        lab.WriteFile(
            ".docker/config.json",
            $$$"""{"auths":{"{{{lab.Registry.Authority}}}":{"registrytoken":"opensesame{{{character}}}" } } }""");
        Assert.IsNotNull(await PullAsync(lab));
        StringAssert.Contains(lab.Reporter.Text, "registrytoken");
        Assert.DoesNotContain("opensesame", lab.Reporter.Text);
    }

    [TestMethod]
    public async Task An_oversized_token_reply_is_refused()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Token).Do(fault => fault.Reply(200, $$"""{"token":"{{new string('x', 1_100_000)}}"}"""));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        StringAssert.Contains(failure.Message, "larger than");
    }

    [TestMethod]
    public async Task An_identity_token_is_exchanged_by_POST_with_scopes_joined_by_blanks()
    {
        var auth = new BearerAuth("ada", "secret") { RefreshToken = "the-identity" };
        await using var lab = await StartAsync(auth);
        lab.LogIn("<token>", "the-identity");
        var descriptor = lab.Registry.AddBlob("library/base", ClientLab.RandomBytes(10));
        await lab.PushAsync(lab.Client.CreateBlob(lab.Registry.Repository("library/base"), descriptor));
        var request = lab.Registry.RequestsTo(RequestKind.Token, "POST")[^1];
        Assert.AreEqual("refresh_token", request.Form!["grant_type"]);
        Assert.AreEqual("repository:team/app:pull,push repository:library/base:pull", request.Form["scope"]);
        Assert.AreEqual(0, lab.Registry.RequestsTo(RequestKind.Token, "GET").Count);
    }

    [TestMethod]
    public async Task A_password_is_never_sent_by_POST()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        await PullAsync(lab);
        Assert.AreEqual(0, lab.Registry.RequestsTo(RequestKind.Token, "POST").Count);
    }

    [TestMethod]
    [DataRow(400)]
    [DataRow(401)]
    [DataRow(404)]
    [DataRow(405)]
    public async Task Where_POST_is_unknown_GET_is_used(int status)
    {
        await using var lab = await StartAsync(new BearerAuth("<token>", "the-identity") { PostRefusal = status });
        lab.LogIn("<token>", "the-identity");
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    public async Task A_scope_that_was_not_enough_is_extended_by_what_the_registry_asks_for()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        var challenge = $"Bearer " +
            $"realm=\"{lab.Registry.TokenAddress}\",service=\"test-registry\",scope=\"repository:mirror/team/app:pull\"," +
                $"error=\"insufficient_scope\"";
        lab.Registry.On(RequestKind.Manifest).Once()
            .Do(fault => fault.Reply(_ => Reply.Error(401, "DENIED").With("WWW-Authenticate", challenge)));
        Assert.IsNotNull(await PullAsync(lab));
        CollectionAssert.AreEqual(
            new[] { "repository:team/app:pull", "repository:mirror/team/app:pull" },
            lab.Registry.RequestsTo(RequestKind.Token)[^1].Parameters("scope").ToArray());
    }

    [TestMethod]
    public async Task A_refusal_without_a_challenge_is_explained_by_the_ping()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { AnonymousActions = ["pull"] });
        lab.Registry.OnRefused(RequestKind.Manifest)
            .Do(fault => fault.RemoveHeader("WWW-Authenticate").Reply(_ => Reply.Error(401, "UNAUTHORIZED")));
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    public async Task Negotiate_is_skipped()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { AnonymousActions = ["pull"] });
        lab.Registry.OnRefused(RequestKind.Manifest).Do(fault => fault.Reply(_ =>
            Reply.Error(401, "UNAUTHORIZED")
                .With("WWW-Authenticate", "Negotiate", $"Bearer realm=\"{lab.Registry.TokenAddress}\",service=\"test-registry\"")));
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    public async Task Basic_is_used_where_the_token_service_refuses_and_both_are_offered()
    {
        await using var lab = await StartAsync(new BasicAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        var realm = $"{lab.Registry.BaseAddress}no-token-service";
        lab.Registry.On(RequestKind.Other).Do(fault => fault.Reply(401));
        lab.Registry.OnRefused(RequestKind.Ping)
            .Do(
                fault => fault.Reply(_ => Reply.Error(401, "UNAUTHORIZED")
                    .With("WWW-Authenticate", $"Bearer realm=\"{realm}\"", "Basic realm=\"x\"")));
        lab.Registry.OnRefused(RequestKind.Manifest)
            .Do(
                fault => fault.Reply(_ => Reply.Error(401, "UNAUTHORIZED")
                    .With("WWW-Authenticate", $"Bearer realm=\"{realm}\"", "Basic realm=\"x\"")));
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    public async Task A_busy_token_service_is_asked_again()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Token).Times(2).Do(fault => fault.Reply(503));
        Assert.IsNotNull(await PullAsync(lab));
    }

    [TestMethod]
    [DataRow("http://user:pass@127.0.0.1/token")]
    [DataRow("http://169.254.169.254/latest/meta-data")]
    [DataRow("file:///etc/passwd")]
    [DataRow("/token")]
    public async Task A_realm_where_credentials_must_not_go_gets_none(string realm)
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { Realm = realm });
        lab.LogIn("ada", "secret");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
    }

    [TestMethod]
    public async Task A_secure_registry_must_have_a_secure_realm()
    {
        await using var lab = await ClientLab.StartAsync(
            new() { Https = true, Auth = new BearerAuth("ada", "secret") { Realm = "http://127.0.0.1:9/token" } });
        lab.LogIn("ada", "secret");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
    }

    [TestMethod]
    public async Task A_redirect_of_the_realm_does_not_take_the_identity_token_along()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret") { RefreshToken = "the-identity" });
        var other = await lab.AddRegistryAsync();
        lab.LogIn("<token>", "the-identity");
        lab.Registry.On(RequestKind.Token, "POST").Do(fault => fault.Redirect(307, _ => $"{other.BaseAddress}token"));
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.AreEqual(DiagnosticCode.UnsafeLocation, failure.Code);
        Assert.AreEqual(0, other.Requests.Count);
    }

    [TestMethod]
    public async Task A_redirect_of_the_realm_does_not_take_the_password_along()
    {
        await using var lab = await StartAsync(new BearerAuth("ada", "secret"));
        var other = await lab.AddRegistryAsync();
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Token, "GET").Do(fault => fault.Redirect(302, _ => $"{other.BaseAddress}token"));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => PullAsync(lab));
        Assert.IsTrue(other.Requests.All(request => request.Authorization is null));
    }

    private static async Task<ClientLab> StartAsync(RegistryAuth? auth)
    {
        var lab = await ClientLab.StartAsync(new() { Auth = auth });
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        return lab;
    }

    private static Task<RawDocument?> PullAsync(ClientLab lab) =>
        lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None);

    private sealed class ShiftedTime : TimeProvider
    {
        internal TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }
}
