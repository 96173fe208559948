using System.Text;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Tests.Registry.Authorization;

/// <summary>A registry that refuses for ever is asked twice with a login, whatever is wanted of it, and not by every blob again.</summary>
[TestClass]
internal sealed class RefusedLoginTests
{
    private static readonly byte[] s_index = Encoding.UTF8.GetBytes("""{"schemaVersion":2,"manifests":[]}""");

    [TestMethod]
    [DataRow(true, "error=\"invalid_token\"")]
    [DataRow(true, "error=\"insufficient_scope\",scope=\"repository:team/app:pull,push repository:other:pull\"")]
    [DataRow(true, "")]
    [DataRow(false, "")]
    public async Task A_pull_is_tried_twice_with_a_login(bool isBearer, string error)
    {
        await using var lab = await StartAsync(isBearer, error);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        AssertFewTries(lab);
    }

    [TestMethod]
    [DataRow(true, "error=\"invalid_token\"")]
    [DataRow(true, "error=\"insufficient_scope\"")]
    [DataRow(false, "")]
    public async Task Looking_up_a_tag_is_tried_twice_with_a_login(bool isBearer, string error)
    {
        await using var lab = await StartAsync(isBearer, error);

        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => lab.Client.TryResolveAsync(lab.Repository, "1.0", CancellationToken.None));

        AssertFewTries(lab);
    }

    [TestMethod]
    [DataRow(true, "error=\"invalid_token\"")]
    [DataRow(true, "error=\"insufficient_scope\"")]
    [DataRow(true, "")]
    [DataRow(false, "")]
    public async Task A_push_of_many_blobs_ends_at_the_first_refusal(bool isBearer, string error)
    {
        await using var lab = await StartAsync(isBearer, error);
        var blobs = Enumerable.Range(1, 12).Select(size => ClientLab.RandomBlob(size * 100)).ToList();

        var failures = new List<ContainerizeException>();
        foreach (var blob in blobs)
        {
            failures.Add(await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(blob)));
        }

        Assert.IsTrue(failures.TrueForAll(failure => failure.Code == DiagnosticCode.RegistryDenied));
        AssertFewTries(lab);
        Assert.IsLessThan(10, lab.Registry.Requests.Count, "The first blob was refused; the others say nothing new.");
    }

    [TestMethod]
    public async Task A_push_of_many_blobs_at_once_makes_no_storm()
    {
        await using var lab = await StartAsync(isBearer: true, "error=\"invalid_token\"");
        var pushes = Enumerable.Range(1, 12)
            .Select(size => Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(size * 100))));

        await Task.WhenAll(pushes);

        AssertFewTries(lab);
    }

    [TestMethod]
    [DataRow(403, """{"errors":[{"code":"DENIED","message":"Permission missing"}]}""", "403 (DENIED: Permission missing)")]
    [DataRow(403, "no quota left", "403 (no quota left)")]
    [DataRow(401, """{"details":"incorrect username or password"}""", "incorrect username or password")]
    [DataRow(401, """{"errors":[{"code":"UNAUTHORIZED","message":"token expired"}]}""", "401 (UNAUTHORIZED: token expired)")]
    [DataRow(401, "<html>Log in</html>", "answered 401 instead of a token")]
    public async Task What_a_token_service_says_is_shown_with_what_helps(int status, string body, string expected)
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        lab.Registry.On(RequestKind.Token).Do(fault => fault.Reply(status, body));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(100)));

        Assert.AreEqual(DiagnosticCode.RegistryDenied, failure.Code);
        StringAssert.Contains(failure.Message, expected);
        StringAssert.Contains(
            failure.Message,
            status == 403
                ? "The account lacks the permission to push to team/app; the credential is that of " : " was refused. Log in again");
        StringAssert.Contains(failure.Message, "CONTAINERIZE_REGISTRY_");
        Assert.HasCount(1, lab.Registry.RequestsTo(RequestKind.Token));
    }

    [TestMethod]
    public async Task A_refused_identity_token_is_explained_in_the_same_way()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("<token>", "the-identity");
        lab.Registry.On(RequestKind.Token, "POST").Do(fault => fault.Error(403, "DENIED", "not on Sundays"));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(100)));

        StringAssert.Contains(failure.Message, "not on Sundays");
        StringAssert.Contains(failure.Message, "lacks the permission");
    }

    [TestMethod]
    public async Task A_refusal_to_push_does_not_forbid_to_pull()
    {
        await using var lab = await ClientLab.StartAsync(new() { Auth = new BearerAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        lab.Registry.On(RequestKind.Upload).Do(fault => fault.Error(401, "UNAUTHORIZED"));

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => lab.PushAsync(ClientLab.RandomBlob(100)));

        Assert.IsNotNull(await lab.Client.TryGetManifestAsync(lab.Repository, "1.0", CancellationToken.None));
    }

    /// <summary>A registry that gives out tokens, or knows the password, and refuses everything all the same.</summary>
    private static async Task<ClientLab> StartAsync(bool isBearer, string error)
    {
        var lab = await ClientLab.StartAsync(new() { Auth = isBearer ? new BearerAuth("ada", "secret") : new BasicAuth("ada", "secret") });
        lab.LogIn("ada", "secret");
        lab.Registry.AddManifest("team/app", "1.0", s_index, MediaTypes.OciIndex);
        var challenge = isBearer
            ? $"Bearer realm=\"{lab.Registry.TokenAddress}\",service=\"test-registry\",{error}"
            : "Basic realm=\"test registry\"";
        foreach (var kind in new[] { RequestKind.Blob, RequestKind.Upload, RequestKind.Manifest })
        {
            lab.Registry.On(kind).Do(fault => fault.Reply(_ => Reply.Error(401, "UNAUTHORIZED").With("WWW-Authenticate", challenge)));
        }

        return lab;
    }

    private static void AssertFewTries(ClientLab lab)
    {
        var tries = lab.Registry.Requests.Where(request => request.Kind != RequestKind.Token && request.Authorization is not null)
            .GroupBy(request => request.Path)
            .ToDictionary(group => group.Key, group => group.Count());
        Assert.IsNotEmpty(tries);
        Assert.IsTrue(tries.Values.All(count => count <= 2), string.Join(", ", tries));
    }
}
