using Containerize.Oci;
using Containerize.SupplyChain;
using Containerize.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Signing;

[TestClass]
internal sealed class KeySignerTests : IDisposable
{
    private static readonly Descriptor s_index = Subject(MediaTypes.OciIndex, "index");
    private static readonly Descriptor s_image = Subject(MediaTypes.OciManifest, "image");

    private readonly SigningKey _key = TestKeys.Create();

    public void Dispose() => _key.Dispose();

    [TestMethod]
    public async Task Index_and_manifest_are_signed_in_both_forms_and_again_with_the_same_bytes()
    {
        var evidence = await SignAsync("r.example/app", "other.example/app");
        var again = await SignAsync("r.example/app", "other.example/app");

        CollectionAssert.AreEqual(
            new[] { s_index.Digest, s_image.Digest }, evidence.Referrers.Select(referrer => referrer.Subject.Digest).ToList());
        CollectionAssert.AreEqual(
            evidence.Referrers.Select(referrer => referrer.Manifest.Descriptor.Digest).ToList(),
            again.Referrers.Select(referrer => referrer.Manifest.Descriptor.Digest).ToList());
        CollectionAssert.AreEqual(
            new[] { SimpleSigning.TagOf(s_index.Digest), SimpleSigning.TagOf(s_image.Digest) },
            evidence.Images.Select(image => image.Tag).ToList());
        foreach (var (image, known) in evidence.Images.Zip(again.Images))
        {
            Assert.HasCount(2, image.Layers);
            var there = RawDocument.Of(MediaTypes.OciManifest, image.Merge(null, "test")!.Value.Manifest.Memory);
            Assert.IsNull(known.Merge(there, "test"), "It would be signed again.");
            foreach (var layer in image.Layers)
            {
                var signature = Convert.FromBase64String(layer.Annotations[SimpleSigning.SignatureAnnotation]);
                Assert.IsTrue(_key.Public.Verify(layer.Blob.Content, signature));
                Assert.IsTrue(SimpleSigning.IsAbout(layer.Blob.Content, image.Subject.Digest));
            }
        }
    }

    [TestMethod]
    public async Task A_statement_is_signed_as_it_is()
    {
        var statement = "{\"a\":1}"u8.ToArray();

        var evidence = await SignAsync([new Attestation(s_image, "https://slsa.dev/provenance/v1", statement, "provenance.json")]);

        var signed = evidence.Referrers[^1];
        var bundle = SigstoreBundle.Read(signed.Payload.Content, "test");
        Assert.AreEqual("provenance.json.sigstore.json", signed.Suffix);
        Assert.AreEqual("https://slsa.dev/provenance/v1", signed.Entry.Annotations!["dev.sigstore.bundle.predicateType"]);
        CollectionAssert.AreEqual(statement, bundle!.Envelope.Payload.ToArray());
        Assert.IsTrue(_key.Public.Verify(bundle.Envelope.Signed, bundle.Envelope.Signatures[0]));
        Assert.IsEmpty(evidence.Images, "No name, no older form.");
    }

    private static Descriptor Subject(string mediaType, string content) =>
        new() { MediaType = mediaType, Digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(content)), Size = content.Length };

    private Task<Evidence> SignAsync(params string[] names) =>
        new KeySigner(_key).SignAsync(new([s_index, s_image], [], names), default);

    private Task<Evidence> SignAsync(IReadOnlyList<Attestation> attestations) =>
        new KeySigner(_key).SignAsync(new([s_image], attestations, []), default);
}
