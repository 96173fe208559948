using System.Net;
using System.Text.Json.Nodes;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Testing;

[TestClass]
internal sealed class RegistryAuthTests
{
    private static readonly BearerAuth s_bearer = new("user", "pass:word");

    private static string Basic => "Basic " + Convert.ToBase64String("user:pass:word"u8);

    [TestMethod]
    public async Task Basic_wants_user_and_password_on_every_request()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = new BasicAuth("user", "pass:word") });
        using var client = registry.CreateClient();
        using var without = await client.Call("GET", "/v2/");
        Assert.AreEqual(HttpStatusCode.Unauthorized, without.StatusCode);
        Assert.StartsWith("Basic ", without.Header("WWW-Authenticate"));
        using var with = await client.Call("GET", "/v2/", headers: ("Authorization", Basic));
        Assert.AreEqual(HttpStatusCode.OK, with.StatusCode);
        Assert.AreEqual(Basic, registry.Requests[1].Authorization);
    }

    [TestMethod]
    public async Task A_token_allows_what_was_asked_for_and_nothing_else()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = s_bearer });
        var blob = registry.AddBlob("a", new byte[] { 1, 2, 3 });
        using var client = registry.CreateClient();
        using var refused = await client.Call("GET", $"/v2/a/blobs/{blob.Digest}");
        Assert.AreEqual(
            $"Bearer realm=\"{registry.TokenAddress}\",service=\"test-registry\",scope=\"repository:a:pull\"",
            refused.Header("WWW-Authenticate"));
        var token = await Get(client, registry, "&scope=repository:a:pull&scope=repository:b:pull");
        using var allowed = await client.Call("GET", $"/v2/a/blobs/{blob.Digest}", headers: ("Authorization", "Bearer " + token));
        Assert.AreEqual(HttpStatusCode.OK, allowed.StatusCode);
        using var insufficient =
            await client.Call("POST", $"/v2/b/blobs/uploads/?mount={blob.Digest}&from=a", headers: ("Authorization", "Bearer " + token));
        Assert.AreEqual(HttpStatusCode.Unauthorized, insufficient.StatusCode);
        Assert.EndsWith(
            "scope=\"repository:b:pull,push repository:a:pull\",error=\"insufficient_scope\"", insufficient.Header("WWW-Authenticate"));
        using var unknown = await client.Call("GET", "/v2/", headers: ("Authorization", "Bearer nonsense"));
        Assert.EndsWith("error=\"invalid_token\"", unknown.Header("WWW-Authenticate"));
        Assert.AreEqual("repository:a:pull repository:b:pull", string.Join(' ', registry.Tokens.Single().Scopes));
        Assert.AreEqual("user", registry.Tokens.Single().User);
    }

    [TestMethod]
    public async Task A_post_takes_a_refresh_token_or_a_password()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = s_bearer });
        using var client = registry.CreateClient();
        var common = "service=test-registry&client_id=test&scope=repository%3Aa%3Apull+repository%3Ab%3Apull%2Cpush";
        using var refresh = await Post(client, registry, $"grant_type=refresh_token&refresh_token={s_bearer.RefreshToken}&{common}");
        Assert.AreEqual(registry.Tokens[0].Value, (string?)JsonNode.Parse(await refresh.Content.ReadAsStringAsync())!["access_token"]);
        Assert.AreEqual("repository:a:pull repository:b:pull,push", string.Join(' ', registry.Tokens[0].Scopes));
        using var password =
            await Post(client, registry, $"grant_type=password&username=user&password=pass%3Aword&access_type=offline&{common}");
        Assert.AreEqual(s_bearer.RefreshToken, (string?)JsonNode.Parse(await password.Content.ReadAsStringAsync())!["refresh_token"]);
        using var wrong = await Post(client, registry, $"grant_type=refresh_token&refresh_token=x&{common}");
        Assert.AreEqual(HttpStatusCode.Unauthorized, wrong.StatusCode);
        Assert.AreEqual("x", registry.Requests[2].Form["refresh_token"]);
    }

    [TestMethod]
    public async Task Both_ways_to_a_token_can_be_closed()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = s_bearer with { GetRefusal = 403, PostRefusal = 405 } });
        using var client = registry.CreateClient();
        using var get = await client.Call("GET", registry.TokenAddress!, headers: ("Authorization", Basic));
        Assert.AreEqual(HttpStatusCode.Forbidden, get.StatusCode);
        using var post = await Post(client, registry, "grant_type=password");
        Assert.AreEqual(HttpStatusCode.MethodNotAllowed, post.StatusCode);
    }

    [TestMethod]
    public async Task Tokens_end_after_their_uses_their_time_or_at_will()
    {
        await using var counted = await TestRegistry.StartAsync(new() { Auth = s_bearer with { MaxUses = 2 } });
        using var client = counted.CreateClient();
        var token = await Get(client, counted, "");
        var seen = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            using var reply = await client.Call("GET", "/v2/", headers: ("Authorization", "Bearer " + token));
            seen.Add((int)reply.StatusCode);
        }

        CollectionAssert.AreEqual(new[] { 200, 200, 401 }, seen);
        var given = counted.IssueToken(new TokenScope("a", ["pull"]));
        counted.ExpireTokens();
        using var expired = await client.Call("GET", "/v2/", headers: ("Authorization", "Bearer " + given));
        Assert.AreEqual(HttpStatusCode.Unauthorized, expired.StatusCode);

        await using var timed = await TestRegistry.StartAsync(new() { Auth = s_bearer with { Lifetime = TimeSpan.Zero } });
        using var late = timed.CreateClient();
        using var tooLate = await late.Call("GET", "/v2/", headers: ("Authorization", "Bearer " + timed.IssueToken()));
        Assert.AreEqual(HttpStatusCode.Unauthorized, tooLate.StatusCode);
    }

    [TestMethod]
    public async Task Anyone_may_do_what_anyone_may()
    {
        await using var registry = await TestRegistry.StartAsync(
            new()
            {
                Auth = s_bearer with { AnonymousActions = ["pull"], TokenMember = "access_token", ExpiresIn = null, Host = "localhost" },
            });
        using var client = registry.CreateClient();
        Assert.StartsWith("http://localhost:", registry.TokenAddress);
        using var reply = await client.Call("GET", registry.TokenAddress + "?service=test-registry&scope=repository:a:pull,push");
        var json = JsonNode.Parse(await reply.Content.ReadAsStringAsync())!.AsObject();
        CollectionAssert.AreEqual(new[] { "access_token" }, json.Select(member => member.Key).ToArray());
        Assert.AreEqual("repository:a:pull", registry.Tokens.Single().Scopes.Single().ToString());
        Assert.IsNull(registry.Tokens.Single().User);
    }

    [TestMethod]
    public async Task A_rule_for_allowed_requests_leaves_refusals_alone()
    {
        await using var registry = await TestRegistry.StartAsync(new() { Auth = new BasicAuth("user", "pass:word") });
        using var client = registry.CreateClient();
        registry.On(RequestKind.Ping).Once().Do(fault => fault.Reply(503));
        registry.OnRefused(RequestKind.Ping).Once()
            .Do(fault => fault.SetHeader("WWW-Authenticate", "Negotiate", "Basic realm=\"a, \\\"b\\\"\""));
        using var refused = await client.Call("GET", "/v2/");
        Assert.HasCount(2, refused.Headers.NonValidated["WWW-Authenticate"]);
        using var busy = await client.Call("GET", "/v2/", headers: ("Authorization", Basic));
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
    }

    private static async Task<string> Get(HttpClient client, TestRegistry registry, string scopes)
    {
        using var reply =
            await client.Call("GET", $"{registry.TokenAddress}?service=test-registry{scopes}", headers: ("Authorization", Basic));
        return (string)JsonNode.Parse(await reply.Content.ReadAsStringAsync())!["token"]!;
    }

    private static Task<HttpResponseMessage> Post(HttpClient client, TestRegistry registry, string form) =>
        client.Call("POST", registry.TokenAddress!, form.Utf8(), ("Content-Type", "application/x-www-form-urlencoded"));
}
