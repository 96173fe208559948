using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Keyless;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;
using Microsoft.AspNetCore.Http;

namespace Containerize.Tests.SupplyChain.Keyless;

[TestClass]
internal sealed class KeylessSignerTests : IDisposable
{
    private static readonly Descriptor s_image =
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();
    private readonly Dictionary<string, string> _environment = new() { ["SIGSTORE_ID_TOKEN"] = FakeServices.Token() };

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task An_image_and_a_statement_are_signed_with_one_certificate_and_noted_in_the_log()
    {
        await using var services = await FakeServices.StartAsync();
        var statement = new Attestation(s_image, "https://slsa.dev/provenance/v1", SignStatement.Of(s_image.Digest), "provenance.json");

        var evidence = await SignAsync(services, "gitlab", statement);

        CollectionAssert.AreEqual(
            new[] { "/api/v2/signingCert", "/api/v1/log/entries", "/api/v1/log/entries" }, services.Requests.ToArray());
        CollectionAssert.AreEqual(
            new[] { "sigstore.json", "provenance.json.sigstore.json" }, evidence.Referrers.Select(each => each.Suffix).ToArray());
        Assert.IsEmpty(evidence.Images);
        var bundle = JsonNode.Parse(evidence.Referrers[0].Payload.Content)!;
        var material = bundle["verificationMaterial"]!;
        Assert.AreEqual("7", material["tlogEntries"]![0]!["logIndex"]!.GetValue<string>());
        Assert.AreEqual("dsse", material["tlogEntries"]![0]!["kindVersion"]!["kind"]!.GetValue<string>());
        var certificate = PublicKey.Parse(
            $"-----BEGIN CERTIFICATE-----\n{material["certificate"]!["rawBytes"]!.GetValue<string>()}\n-----END CERTIFICATE-----", "test");
        var envelope = DsseEnvelope.Read(bundle["dsseEnvelope"])!;
        Assert.IsTrue(certificate.Verify(envelope.Signed, envelope.Signatures[0]));
        StringAssert.Contains(
            string.Join('\n', _reporter.Messages),
            $"{s_image.Digest} is signed by {FakeServices.Subject} ({FakeServices.Issuer}).");
    }

    [TestMethod]
    public async Task The_same_identity_does_not_sign_an_unchanged_image_again_and_another_one_does()
    {
        await using var services = await FakeServices.StartAsync();
        var first = await SignAsync(services, "gitlab");
        services.Requests.Clear();
        _environment["SIGSTORE_ID_TOKEN"] = FakeServices.Token(DateTimeOffset.UtcNow.AddMinutes(9));

        var second = await SignAsync(services, "gitlab");
        Assert.IsEmpty(services.Requests);
        _environment["SIGSTORE_ID_TOKEN"] = FakeServices.Token(subject: "https://github.example/team/other");
        var other = await SignAsync(services, "gitlab");

        Assert.AreEqual(first.Referrers[0].Manifest.Descriptor.Digest, second.Referrers[0].Manifest.Descriptor.Digest);
        Assert.AreNotEqual(first.Referrers[0].Manifest.Descriptor.Digest, other.Referrers[0].Manifest.Descriptor.Digest);
    }

    [TestMethod]
    public async Task GitHub_is_asked_for_a_token_and_a_file_may_hold_one()
    {
        await using var services = await FakeServices.StartAsync();
        _environment["ACTIONS_ID_TOKEN_REQUEST_URL"] = $"{services.Address}/token?api-version=2";
        _environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "request-token";
        string? asked = null;
        services.Instead = (context, _) =>
        {
            asked ??= $"{context.Request.Path}{context.Request.QueryString} {context.Request.Headers.Authorization}";
            return Task.FromResult(false);
        };

        await SignAsync(services, "github");
        await SignAsync(services, _folder.Write("token", FakeServices.Token(subject: "https://github.example/file") + "\n"));

        Assert.AreEqual("/token?api-version=2&audience=sigstore Bearer request-token", asked);
        StringAssert.Contains(string.Join('\n', _reporter.Messages), "is signed by https://github.example/file");
    }

    [TestMethod]
    [DataRow("github", null, "no job of GitHub Actions")]
    [DataRow("env:NOTHING", null, "the variable NOTHING with the identity token is not set")]
    [DataRow("gitlab", "a.b", "no identity token")]
    [DataRow("gitlab", "a.b.c", "no identity token")]
    [DataRow("/no/such/file", null, "cannot be read")]
    public async Task A_token_that_cannot_be_used_is_told_of(string source, string? token, string why)
    {
        await using var services = await FakeServices.StartAsync();
        if (token is not null)
        {
            _environment["SIGSTORE_ID_TOKEN"] = token;
        }

        await RefusesAsync(services, source, DiagnosticCode.IdentityTokenUnusable, why);
        Assert.IsEmpty(services.Requests);
    }

    [TestMethod]
    public async Task A_token_that_has_expired_is_told_of()
    {
        await using var services = await FakeServices.StartAsync();
        _environment["SIGSTORE_ID_TOKEN"] = FakeServices.Token(DateTimeOffset.UtcNow.AddMinutes(-1));

        await RefusesAsync(services, "gitlab", DiagnosticCode.IdentityTokenUnusable, "has expired");
    }

    [TestMethod]
    public async Task What_a_service_says_of_a_refusal_is_shown_unless_it_shows_the_token()
    {
        await using var services = await FakeServices.StartAsync();
        var said = "There was an error processing the identity token";
        services.Instead = async (context, _) =>
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync(new JsonObject { ["code"] = 3, ["message"] = said }.ToJsonString());
            return true;
        };

        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceFailed, $"it answered 400 ('{said}')");
        said = $"token {FakeServices.Token()} is bad";
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceFailed, "it answered 400. ");
    }

    [TestMethod]
    public async Task A_certificate_for_another_key_or_of_another_authority_is_refused()
    {
        await using var services = await FakeServices.StartAsync();
        await using var others = await FakeServices.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        await RefusesAsync(
            services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "ContainerizeSigningTrustedRoot trusts", others.TrustedRoot());
        services.OtherKey = key;
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "for another key");
        services.Change = answer => answer.Clear();
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "no certificates");
    }

    [TestMethod]
    public async Task An_entry_of_the_log_for_another_signature_or_without_a_promise_is_refused()
    {
        await using var services = await FakeServices.StartAsync();
        var root = services.TrustedRoot();
        await SignAsync(services, "gitlab", trustedRoot: root);
        services.Change = answer => Entry(answer)?.Remove("body");
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "no entry of the log");
        services.Change = answer => Replace(answer, "logIndex", 8);
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "did not promise", root);
        services.Change = answer => Replace(answer, "logID", "00");
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "its log is none of those", root);
        services.Change = answer => Replace(answer, "body", Convert.ToBase64String("""{"kind":"dsse","apiVersion":"0.0.1"}"""u8));
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceAnswerInvalid, "no entry of the log");

        static JsonObject? Entry(JsonObject answer) => answer.First().Value as JsonObject is { } entry && entry.ContainsKey("body")
            ? entry : null;

        static void Replace(JsonObject answer, string name, JsonNode value)
        {
            if (Entry(answer) is { } entry)
            {
                entry[name] = value;
            }
        }
    }

    [TestMethod]
    public async Task An_entry_that_the_log_has_already_is_taken_from_there()
    {
        await using var services = await FakeServices.StartAsync();
        JsonNode? proposed = null;
        services.Instead = async (context, body) =>
        {
            switch (context.Request.Path.Value)
            {
                case "/api/v1/log/entries":
                    proposed = JsonNode.Parse(body);
                    context.Response.StatusCode = 409;
                    context.Response.Headers.Location = "/api/v1/log/entries/1";
                    return true;
                case "/api/v1/log/entries/1":
                    await context.Response.WriteAsync(services.Note(proposed!).ToJsonString());
                    return true;
                default:
                    return false;
            }
        };

        var evidence = await SignAsync(services, "gitlab");

        Assert.AreEqual("7", JsonNode.Parse(evidence.Referrers.Single().Payload.Content)!
            ["verificationMaterial"]!["tlogEntries"]![0]!["logIndex"]!.GetValue<string>());
    }

    [TestMethod]
    public async Task A_token_is_sent_to_no_other_address_than_the_one_that_is_set()
    {
        await using var services = await FakeServices.StartAsync();
        await using var elsewhere = await FakeServices.StartAsync();
        services.Instead = (context, _) =>
        {
            context.Response.StatusCode = 307;
            context.Response.Headers.Location = $"{elsewhere.Address}/api/v2/signingCert";
            return Task.FromResult(true);
        };

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync(services, "gitlab"));

        Assert.AreEqual(DiagnosticCode.SigningServiceFailed, failure.Code, failure.Message);
        Assert.IsEmpty(elsewhere.Requests);
    }

    [TestMethod]
    public async Task Offline_only_what_was_signed_before_is_published()
    {
        await using var services = await FakeServices.StartAsync();
        await RefusesAsync(services, "gitlab", DiagnosticCode.SigningServiceFailed, "ContainerizeOffline", isOffline: true);
        await SignAsync(services, "gitlab");
        services.Requests.Clear();

        await Signer(services, "gitlab", null, isOffline: true).SignAsync(new([s_image], [], []), default);

        Assert.IsEmpty(services.Requests);
    }

    [TestMethod]
    public async Task The_token_reaches_neither_messages_nor_the_cache()
    {
        await using var services = await FakeServices.StartAsync();
        await SignAsync(services, "gitlab");

        var files = Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories);
        Assert.IsNotEmpty(files);
        var parts = _environment["SIGSTORE_ID_TOKEN"].Split('.');
        foreach (var text in files.Select(File.ReadAllText).Append(string.Join('\n', _reporter.Messages)))
        {
            Assert.IsEmpty(parts.Where(part => text.Contains(part, StringComparison.Ordinal)));
        }
    }

    [TestMethod]
    [DataRow("http://fulcio.example", "", "", "ContainerizeSigningFulcio is 'http://fulcio.example'")]
    [DataRow("", "rekor", "", "ContainerizeSigningRekor is 'rekor'")]
    [DataRow("", "https://me:secret@rekor.example", "", "ContainerizeSigningRekor is '…'")]
    [DataRow("", "none", "", "ContainerizeSigningTimestamp names no authority")]
    public void Services_that_cannot_be_used_are_refused(string fulcio, string rekor, string timestamp, string why)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(
            () => SigningServices.Parse(fulcio, rekor, timestamp, "", path => path));

        Assert.AreEqual(DiagnosticCode.InvalidSigningService, failure.Code);
        StringAssert.Contains(failure.Message, why);
    }

    [TestMethod]
    public void A_token_in_a_property_is_refused_without_showing_it()
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => IdentitySource.Parse(FakeServices.Token(), path => path));

        Assert.AreEqual(DiagnosticCode.SecretInProperty, failure.Code);
        Assert.DoesNotContain(FakeServices.Token().Split('.')[0], failure.Message);
    }

    private async Task RefusesAsync(
        FakeServices services, string source, DiagnosticCode code, string why, string? trustedRoot = null, bool isOffline = false)
    {
        // Nothing is remembered of what is refused, but of what was signed before.
        Directory.CreateDirectory(_folder["cache"]);
        Directory.Delete(_folder["cache"], recursive: true);
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => Signer(services, source, trustedRoot, isOffline).SignAsync(new([s_image], [], []), default));
        Assert.AreEqual(code, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, why);
        Assert.DoesNotContain(FakeServices.Token().Split('.')[1][..12], failure.ToString());
    }

    private Task<Evidence> SignAsync(
        FakeServices services, string source, Attestation? statement = null, string? trustedRoot = null) =>
        Signer(services, source, trustedRoot).SignAsync(new([s_image], statement is null ? [] : [statement], []), default);

    private KeylessSigner Signer(FakeServices services, string source, string? trustedRoot, bool isOffline = false) => new(
        SigningServices.Parse(
            services.Address,
            services.Address,
            "",
            trustedRoot is null ? "" : _folder.Write("root.json", Encoding.UTF8.GetBytes(trustedRoot)),
            path => path),
        IdentitySource.Parse(source, path => path),
        new ServiceOptions { IsOffline = isOffline, MaxRetries = 0 },
        _environment.GetValueOrDefault,
        new BlobStore(_folder["cache"]),
        _reporter);
}
