using System.Buffers.Text;
using System.Formats.Tar;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;
using Containerize.Tests.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Signers;

/// <summary>Programs that sign: what they are asked, and what of their answers is taken.</summary>
[TestClass]
[OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
internal sealed class ProgramSignerTests : IDisposable
{
    private const string Secret = "hunter2-token";

    private static readonly DateTimeOffset s_now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly Descriptor s_image =
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    private readonly TemporaryDirectory _folder = new();
    private readonly RecordingReporter _reporter = new();
    private readonly TestChain _chain = new(s_now);
    private readonly SigningKey _key = TestKeys.Create();
    private DateTimeOffset _time = s_now;

    public void Dispose()
    {
        _key.Dispose();
        _chain.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task A_plugin_of_Notation_is_asked_as_its_protocol_says()
    {
        WritePlugin(SignatureAnswer());

        var evidence = await SignAsync("notation-test", "key 1", options: ["profile=prod", "region=eu"]);

        var signature = evidence.Referrers.Single();
        Assert.AreEqual("application/vnd.cncf.notary.signature", signature.Entry.ArtifactType);
        Assert.IsEmpty(evidence.Images);
        using var certificates = NotarySignature.Verify(signature.Payload.Content, s_image, s_now, out var why);
        Assert.IsNotNull(certificates, why);
        Assert.AreEqual(
            """{"contractVersion":"1.0","pluginConfig":{"profile":"prod","region":"eu"}}""", Asked("get-plugin-metadata"));
        Assert.AreEqual(
            """{"contractVersion":"1.0","keyId":"key 1","pluginConfig":{"profile":"prod","region":"eu"}}""", Asked("describe-key"));
        var request = JsonNode.Parse(Asked("generate-signature"))!;
        Assert.AreEqual("EC-256", request["keySpec"]!.GetValue<string>());
        Assert.AreEqual("SHA-256", request["hashAlgorithm"]!.GetValue<string>());
        CollectionAssert.AreEqual(Signed(), Convert.FromBase64String(request["payload"]!.GetValue<string>()));
    }

    [TestMethod]
    public async Task A_plugin_that_makes_envelopes_is_asked_for_one()
    {
        var envelope = NotarySignature.Envelope(Signed(), _chain.Sign(Signed()), _chain.Certificates, "plugin");
        WriteProgram("notation-test", ("get-plugin-metadata", Metadata("SIGNATURE_GENERATOR.ENVELOPE")), ("generate-envelope",
            $$$"""
            {"signatureEnvelope":"{{{Convert.ToBase64String(envelope)}}}","signatureEnvelopeType":"application/jose+json",
            "annotations":{"a":"b"}}
            """));

        var evidence = await SignAsync("notation-test", "key 1");

        CollectionAssert.AreEqual(envelope, evidence.Referrers.Single().Payload.Memory.ToArray());
        Assert.AreEqual("b", evidence.Referrers.Single().Entry.Annotations!["a"]);
        var request = JsonNode.Parse(Asked("generate-envelope"))!;
        Assert.AreEqual(s_image.Digest.ToString(), JsonNode.Parse(Convert.FromBase64String(request["payload"]!.GetValue<string>()))!
            ["targetArtifact"]!["digest"]!.GetValue<string>());
    }

    [TestMethod]
    public async Task An_unchanged_image_is_not_signed_again_until_the_certificates_expire()
    {
        WritePlugin(SignatureAnswer());
        var first = await SignAsync("notation-test", "key 1");
        WriteScript("notation-test", "exit 9");

        var second = await SignAsync("notation-test", "key 1");
        _time = s_now.AddDays(11);
        var expired = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("notation-test", "key 1"));
        _time = s_now;
        var other = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("notation-test", "key 2"));

        Assert.AreEqual(first.Referrers[0].Manifest.Descriptor.Digest, second.Referrers[0].Manifest.Descriptor.Digest);
        CollectionAssert.AreEqual(
            first.Referrers[0].Blobs.Select(blob => blob.Descriptor.Digest).ToArray(),
            second.Referrers[0].Blobs.Select(blob => blob.Descriptor.Digest).ToArray());
        Assert.AreEqual(DiagnosticCode.SignerFailed, expired.Code);
        Assert.AreEqual(DiagnosticCode.SignerFailed, other.Code);
    }

    [TestMethod]
    [DataRow(2, 1, true)]
    [DataRow(2, 3, false)]
    [DataRow(-1, 0, false)]
    [DataRow(20, 9, true)]
    [DataRow(20, 11, false)]
    public async Task An_envelope_is_made_again_when_it_ends_or_its_certificates_do(int days, int later, bool isKept)
    {
        var envelope = NotaryJwsWith("io.cncf.notary.expiry", s_now.AddDays(days).ToString("O"));
        WriteProgram("notation-test", ("get-plugin-metadata", Metadata("SIGNATURE_GENERATOR.ENVELOPE")), ("generate-envelope",
            $$"""{"signatureEnvelope":"{{Convert.ToBase64String(envelope)}}","signatureEnvelopeType":"application/jose+json"}"""));

        if (days < 0)
        {
            var refused = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("notation-test", "key 1"));
            Assert.AreEqual(DiagnosticCode.SignatureRefused, refused.Code);
            StringAssert.Contains(refused.Message, "it ended on 2026-11-");
            return;
        }

        await SignAsync("notation-test", "key 1");
        WriteScript("notation-test", "exit 9");
        _time = s_now.AddDays(later);
        if (isKept)
        {
            await SignAsync("notation-test", "key 1");
        }
        else
        {
            var again = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("notation-test", "key 1"));
            Assert.AreEqual(DiagnosticCode.SignerFailed, again.Code);
        }
    }

    [TestMethod]
    public async Task Sign_oci_artifact_gets_a_descriptor_and_its_layout_is_delivered_as_it_is()
    {
        var bundle = SigstoreBundle.Sign(SignStatement.Of(s_image.Digest), _key).Write();
        var made = new Referrer(s_image, SigstoreBundle.MediaType, new MemoryBlob(SigstoreBundle.MediaType, bundle), "", null);
        WriteLayout(made);
        WriteScript("signer", $"echo \"$@\" > '{_folder["asked-arguments"]}'; cat > '{_folder["asked"]}'; cat '{_folder["layout.tar"]}'");

        var evidence = await SignAsync("signer", "", PublicKeyFile(), ["--profile", "prod"]);

        Assert.AreEqual("sign-oci-artifact --profile prod", (await File.ReadAllTextAsync(_folder["asked-arguments"])).Trim());
        Assert.AreEqual(
            $$"""{"mediaType":"{{s_image.MediaType}}","digest":"{{s_image.Digest}}","size":5}""",
            await File.ReadAllTextAsync(_folder["asked"]));
        CollectionAssert.AreEqual(made.Manifest.Memory.ToArray(), evidence.Referrers.Single().Manifest.Memory.ToArray());
        Assert.AreEqual("sigstore.json", evidence.Referrers.Single().Suffix);
        StringAssert.Contains(string.Join('\n', _reporter.Messages), $"is signed by the key {_key.KeyDigest}");
    }

    [TestMethod]
    public async Task What_a_program_signs_wrongly_is_refused()
    {
        using var other = TestKeys.Create();
        var bundle = SigstoreBundle.Sign(SignStatement.Of(s_image.Digest), other).Write();
        var elsewhere = SigstoreBundle.Sign(SignStatement.Of(Digest.Of("other"u8)), _key).Write();

        await RefusesAsync(Bundle(s_image, bundle), PublicKeyFile(), DiagnosticCode.SignatureRefused, "did not make it");
        await RefusesAsync(Bundle(s_image, elsewhere), PublicKeyFile(), DiagnosticCode.SignatureRefused, "about another image");
        await RefusesAsync(Bundle(s_image, bundle), "", DiagnosticCode.SignatureRefused, "ContainerizeSignerPublicKey");
        await RefusesAsync(
            Bundle(s_image with { Digest = Digest.Of("other"u8) }, bundle), "", DiagnosticCode.SignatureRefused, "another image");
        await RefusesAsync(
            new Referrer(s_image, "application/x-signature", new MemoryBlob("application/cose", bundle), ""),
            "",
            DiagnosticCode.SignatureRefused,
            "'application/cose', which cannot be verified");
    }

    [TestMethod]
    public async Task A_key_that_is_not_the_one_of_the_project_is_refused()
    {
        WritePlugin(SignatureAnswer());

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => SignAsync("notation-test", "key 1", publicKey: PublicKeyFile()));

        Assert.AreEqual(DiagnosticCode.SignatureRefused, failure.Code);
        StringAssert.Contains(failure.Message, "ContainerizeSignerPublicKey is the key");
    }

    [TestMethod]
    [DataRow("exit 3", DiagnosticCode.SignerFailed, "exit code 3")]
    [DataRow("echo '{\"errorCode\":\"ACCESS_DENIED\",\"errorMessage\":\"SECRET\"}' >&2; exit 1", DiagnosticCode.SignerFailed,
        "exit code 1 and the error ACCESS_DENIED")]
    [DataRow("echo '{\"errorCode\":\"SECRET\"}' >&2; exit 1", DiagnosticCode.SignerFailed, "exit code 1.")]
    [DataRow("echo SECRET", DiagnosticCode.SignerAnswerInvalid, "it is no JSON")]
    [DataRow("echo '{\"SECRET\":1,\"SECRET\":1}'", DiagnosticCode.SignerAnswerInvalid, "it is no JSON")]
    [DataRow("echo '{\"supportedContractVersions\":[\"2.0\"],\"capabilities\":[\"SIGNATURE_GENERATOR.RAW\"]}'",
        DiagnosticCode.SignerAnswerInvalid, "version 1.0")]
    [DataRow("echo '{\"supportedContractVersions\":[\"1.0\"],\"capabilities\":[\"SIGNATURE_VERIFIER.TRUSTED_IDENTITY\"]}'",
        DiagnosticCode.SignerAnswerInvalid, "does not sign")]
    [DataRow("yes SECRET", DiagnosticCode.SignerAnswerInvalid, "it is longer than")]
    [DataRow("yes SECRET >&2", DiagnosticCode.SignerFailed, "it printed more than")]
    [DataRow("sleep 60", DiagnosticCode.SignerFailed, "did not end within 2 seconds")]
    public async Task A_program_that_fails_is_told_of_without_its_output(string script, DiagnosticCode code, string why)
    {
        WriteScript("notation-test", script.Replace("SECRET", Secret, StringComparison.Ordinal));

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("notation-test", "key 1"));

        Assert.AreEqual(code, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, why);
        Assert.DoesNotContain(Secret, failure.ToString());
        Assert.DoesNotContain(Secret, string.Join('\n', _reporter.Messages));
    }

    [TestMethod]
    [DataRow("keyId", "other", DiagnosticCode.SignerAnswerInvalid, "another key than 'key 1'")]
    [DataRow("signature", "AAAA", DiagnosticCode.SignatureRefused, "did not make it")]
    [DataRow("signature", null, DiagnosticCode.SignerAnswerInvalid, "no signature")]
    [DataRow("signingAlgorithm", "ECDSA-SHA-384", DiagnosticCode.SignatureRefused, "its algorithm")]
    [DataRow("certificateChain", null, DiagnosticCode.SignatureRefused, "certificates cannot be read")]
    public async Task A_signature_that_does_not_fit_is_refused(string member, string? value, DiagnosticCode code, string why)
    {
        var answer = JsonNode.Parse(SignatureAnswer())!;
        answer[member] = value;
        WritePlugin(answer.ToJsonString());

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("notation-test", "key 1"));

        Assert.AreEqual(code, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, why);
    }

    [TestMethod]
    [DataRow("exit 0")]
    [DataRow("echo no tar")]
    [DataRow("head -c 100000 /dev/zero")]
    public async Task An_answer_that_is_no_layout_is_refused(string script)
    {
        WriteScript("signer", script);

        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("signer", ""));

        Assert.AreEqual(DiagnosticCode.SignerAnswerInvalid, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, "it is no OCI layout with signatures as a tar");
    }

    [TestMethod]
    public async Task A_build_that_is_cancelled_ends_the_program()
    {
        WriteScript("signer", $"echo $$ > '{_folder["pid"]}'; sleep 60 & wait");
        using var cancelled = new CancellationTokenSource();
        var signing = SignAsync("signer", "", cancellationToken: cancelled.Token);
        while (!File.Exists(_folder["pid"]) || new FileInfo(_folder["pid"]).Length == 0)
        {
            await Task.Delay(20);
        }

        await cancelled.CancelAsync();

        await Assert.ThrowsAsync<OperationCanceledException>(() => signing);
        var id = (await File.ReadAllTextAsync(_folder["pid"])).Trim();
        for (var tries = 0; tries < 100 && Directory.Exists($"/proc/{id}"); tries++)
        {
            await Task.Delay(20);
        }

        Assert.IsFalse(Directory.Exists($"/proc/{id}"));
    }

    [TestMethod]
    public async Task A_program_that_is_not_there_is_said_to_be_missing()
    {
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("signer", ""));

        Assert.AreEqual(DiagnosticCode.InvalidSigner, failure.Code);
        StringAssert.Contains(failure.Message, "is not there");
    }

    [TestMethod]
    [DataRow("no-such-program", "", "", DiagnosticCode.InvalidSigner, "in PATH")]
    [DataRow("./notation-kms", "", "", DiagnosticCode.InvalidSigner, "needs the name of a key")]
    [DataRow("./notation-kms", "key", "prod", DiagnosticCode.InvalidSigner, "'name=value'")]
    [DataRow("./signer", "key", "", DiagnosticCode.InvalidSigner, "for plugins of Notation")]
    [DataRow("./signer", "", "--key=-----BEGIN PRIVATE KEY-----", DiagnosticCode.SecretInProperty, "not shown")]
    public void Settings_that_do_not_fit_are_refused(string program, string keyId, string options, DiagnosticCode code, string why)
    {
        var failure = Assert.ThrowsExactly<ContainerizeException>(() => SignerProgram.Parse(
            program, keyId, options.Length == 0 ? [] : [options], "", path => Path.GetFullPath(path, _folder.FullName), "/usr/bin"));

        Assert.AreEqual(code, failure.Code);
        StringAssert.Contains(failure.Message, why);
    }

    private static Referrer Bundle(Descriptor subject, byte[] bundle) =>
        new(subject, SigstoreBundle.MediaType, new MemoryBlob(SigstoreBundle.MediaType, bundle), "");

    private static string Metadata(string capability) => $$"""
        {"name":"test","description":"d","version":"1","url":"u","supportedContractVersions":["1.0"],"capabilities":["{{capability}}"]}
        """;

    private byte[] Signed() => NotarySignature.Signed(s_image, _chain.Algorithm, s_now);

    private byte[] NotaryJwsWith(string header, string value)
    {
        var parts = Encoding.ASCII.GetString(Signed()).Split('.');
        var json = JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!.AsObject();
        json["crit"]!.AsArray().Add(header);
        json[header] = value;
        var signed = Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json.ToJsonString()))}.{parts[1]}");
        return NotarySignature.Envelope(signed, _chain.Sign(signed), _chain.Certificates, "plugin");
    }

    private string SignatureAnswer() => new JsonObject
    {
        ["keyId"] = "key 1",
        ["signature"] = Convert.ToBase64String(_chain.Sign(Signed())),
        ["signingAlgorithm"] = "ECDSA-SHA-256",
        ["certificateChain"] = new JsonArray([.. _chain.Certificates.Select(each => JsonValue.Create(Convert.ToBase64String(each)))]),
    }.ToJsonString();

    private string PublicKeyFile() => _folder.Write(
        "signer.pub",
        $"-----BEGIN PUBLIC KEY-----\n{Convert.ToBase64String(_key.Public.Info.Span)}\n-----END PUBLIC KEY-----\n");

    private string Asked(string command) => File.ReadAllText(_folder[$"asked-{command}"]);

    private void WritePlugin(string signature) => WriteProgram(
        "notation-test",
        ("get-plugin-metadata", Metadata("SIGNATURE_GENERATOR.RAW")),
        ("describe-key", """{"keyId":"key 1","keySpec":"EC-256"}"""),
        ("generate-signature", signature));

    /// <summary>A program that keeps what it is asked, and answers from files.</summary>
    private void WriteProgram(string name, params IEnumerable<(string Command, string Answer)> answers)
    {
        foreach (var (command, answer) in answers)
        {
            _folder.Write($"answer-{command}", answer);
        }

        WriteScript(name, $"cat > '{_folder["asked-"]}'$1; cat '{_folder["answer-"]}'$1");
    }

    private void WriteScript(string name, string script) =>
        AtomicFile.Write(_folder[name], Encoding.UTF8.GetBytes($"#!/bin/sh\n{script}\n"), FileModes.Executable);

    private void WriteLayout(Referrer made)
    {
        var index = OciJson.Write(new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = [made.Manifest.Descriptor] });
        using var file = File.Create(_folder["layout.tar"]);
        using var tar = new TarWriter(file);
        Add("oci-layout", Layout.MarkerContent.ToArray());
        Add("index.json", index);
        foreach (var blob in made.Blobs.Append(made.Manifest))
        {
            Add(Layout.PathOf(blob.Descriptor.Digest), blob.Memory.ToArray());
        }

        void Add(string name, byte[] content) => tar.WriteEntry(
            new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
    }

    private async Task RefusesAsync(Referrer made, string publicKey, DiagnosticCode code, string why)
    {
        WriteLayout(made);
        WriteScript("signer", $"cat '{_folder["layout.tar"]}'");
        var failure = await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync("signer", "", publicKey));
        Assert.AreEqual(code, failure.Code, failure.Message);
        StringAssert.Contains(failure.Message, why);
    }

    private Task<Evidence> SignAsync(
        string program,
        string keyId,
        string publicKey = "",
        IReadOnlyList<string>? options = null,
        CancellationToken cancellationToken = default) =>
        Signer(program, keyId, publicKey, options ?? []).SignAsync(new([s_image], [], ["r.example/app"]), cancellationToken);

    private ProgramSigner Signer(string program, string keyId, string publicKey, IReadOnlyList<string> options) => new(
        SignerProgram.Parse($"./{program}", keyId, options, publicKey, path => Path.GetFullPath(path, _folder.FullName), ""),
        new BlobStore(_folder["cache"]),
        new FixedTime(_time),
        _reporter)
    {
        Timeout = TimeSpan.FromSeconds(2),
    };

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
