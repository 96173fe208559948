using System.Security.Cryptography;
using System.Text;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;
using Containerize.Testing;

namespace Containerize.Tests.SupplyChain.Signing;

[TestClass]
internal sealed class ImageSignerTests : IDisposable
{
    private const string Password = "a long password";

    private static readonly Descriptor s_image =
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    private readonly TemporaryDirectory _folder = new();
    private readonly ECDsa _ecdsa = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly RecordingReporter _reporter = new();
    private readonly Dictionary<string, string> _environment = new() { ["COSIGN_PASSWORD"] = Password };

    public void Dispose()
    {
        _ecdsa.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task What_was_signed_is_not_signed_again_and_needs_no_password()
    {
        var key = WriteKey();
        var first = await SignAsync(key, "r.example/app");
        _environment.Clear();

        var second = await SignAsync(key, "r.example/app");

        CollectionAssert.AreEqual(Digests(first), Digests(second));
        Assert.IsNull(second.Images[0].Merge(
            RawDocument.Of(MediaTypes.OciManifest, first.Images[0].Merge(null, "test")!.Value.Manifest.Memory), "test"));
    }

    [TestMethod]
    public async Task Another_image_another_name_and_another_key_are_signed()
    {
        var key = WriteKey();
        await SignAsync(key, "r.example/app");
        _environment.Clear();

        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync(key, "r.example/other"));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(
            () => SignAsync(key, "r.example/app", s_image with { Digest = Digest.Of("other"u8) }));
        await Assert.ThrowsExactlyAsync<ContainerizeException>(() => SignAsync(WriteKey(), "r.example/app"));
    }

    [TestMethod]
    public async Task Messages_tell_the_public_key_and_neither_they_nor_the_cache_hold_the_private_one()
    {
        var key = WriteKey();
        await SignAsync(key, "r.example/app");

        var said = string.Join('\n', _reporter.Messages);
        StringAssert.Contains(said, Digest.Of(_ecdsa.ExportSubjectPublicKeyInfo()).ToString());
        var secret = _ecdsa.ExportParameters(includePrivateParameters: true).D!;
        var files = Directory.GetFiles(_folder["cache"], "*", SearchOption.AllDirectories);
        Assert.IsNotEmpty(files);
        foreach (var text in files.Select(File.ReadAllText).Append(said))
        {
            Assert.DoesNotContain(Password, text);
            Assert.DoesNotContain("PRIVATE", text);
            Assert.DoesNotContain(Convert.ToBase64String(secret), text);
            Assert.DoesNotContain(Convert.ToHexStringLower(secret), text);
        }
    }

    [TestMethod]
    public void A_document_is_signed_as_what_it_says_of_the_image()
    {
        var document = new MemoryBlob("application/spdx+json", "{ \"a\": 1 }"u8.ToArray());
        var bill = new Referrer(s_image, "application/spdx+json", document, "spdx.json")
        {
            PredicateType = "https://spdx.dev/Document",
        };
        var statement = new Referrer(
            s_image, Attestation.MediaType, new MemoryBlob(Attestation.MediaType, SignStatement.Of(s_image.Digest)), "provenance.json");
        var other = new Referrer(s_image, "text/plain", new MemoryBlob("text/plain", "note"u8.ToArray()), "txt");

        var signed = new[] { bill, statement, other }.Select(SignStatement.Of).ToList();

        Assert.AreEqual(
            """{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"HEX"}}],"""
                + """ "predicateType":"https://spdx.dev/Document","predicate":{ "a": 1 }}""".TrimStart(),
            Encoding.UTF8.GetString(signed[0]!.Statement.Span).Replace(s_image.Digest.Hex, "HEX", StringComparison.Ordinal));
        Assert.AreEqual("https://spdx.dev/Document", SignStatement.PredicateTypeOf(signed[0]!.Statement.Span, s_image.Digest));
        CollectionAssert.AreEqual(statement.Payload.Memory.ToArray(), signed[1]!.Statement.ToArray());
        Assert.AreEqual(SignStatement.PredicateType, signed[1]!.PredicateType);
        Assert.IsNull(signed[2]);
    }

    private static List<Digest> Digests(Evidence evidence) =>
        [.. evidence.Referrers.Select(referrer => referrer.Manifest.Descriptor.Digest)];

    private Task<Evidence> SignAsync(string key, string name, Descriptor? subject = null) => new ImageSigner(
        SigningKeyPlace.Parse(key, "", path => path), _environment.GetValueOrDefault, new BlobStore(_folder["cache"]), _reporter)
        .SignAsync(new([subject ?? s_image], [], [name]), default);

    // Each file is another one: the salt is random.
    private string WriteKey() => _folder.Write($"{Guid.NewGuid():N}.pem", _ecdsa.ExportEncryptedPkcs8PrivateKeyPem(
        Password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000)));
}
