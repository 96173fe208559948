using System.Text;
using System.Text.Json;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Signing;

[TestClass]
internal sealed class SigstoreBundleTests : IDisposable
{
    private static readonly Digest s_subject = Digest.Of("subject"u8);
    private readonly SigningKey _key = TestKeys.Create();

    public void Dispose() => _key.Dispose();

    [TestMethod]
    public void Signatures_are_over_type_and_payload_with_their_lengths() => Assert.AreEqual(
        // The example of DSSE's specification.
        "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
        Encoding.UTF8.GetString(DsseEnvelope.SignedBytes("http://example.com/HelloWorld", "hello world"u8)));

    [TestMethod]
    public void A_bundle_has_the_form_of_version_0_3()
    {
        var bundle = SigstoreBundle.Sign(SignStatement.Of(s_subject), _key).Write();

        using var json = JsonDocument.Parse(bundle);
        var root = json.RootElement;
        var envelope = root.GetProperty("dsseEnvelope");
        Assert.AreEqual("application/vnd.dev.sigstore.bundle.v0.3+json", root.GetProperty("mediaType").GetString());
        Assert.AreEqual(
            Convert.ToBase64String(Convert.FromHexString(_key.Public.Digest.Hex)),
            root.GetProperty("verificationMaterial").GetProperty("publicKey").GetProperty("hint").GetString());
        Assert.AreEqual("application/vnd.in-toto+json", envelope.GetProperty("payloadType").GetString());
        Assert.AreEqual(
            $$$"""{"_type":"https://in-toto.io/Statement/v1","subject":[{"digest":{"sha256":"{{{s_subject.Hex}}}"}}],"""
                + "\"predicateType\":\"https://sigstore.dev/cosign/sign/v1\",\"predicate\":{}}",
            Encoding.UTF8.GetString(envelope.GetProperty("payload").GetBytesFromBase64()));
        Assert.AreEqual(1, envelope.GetProperty("signatures").GetArrayLength());
    }

    [TestMethod]
    public void A_bundle_is_read_back_and_verifies()
    {
        var written = SigstoreBundle.Sign(SignStatement.Of(s_subject), _key).Write();

        var bundle = SigstoreBundle.Read(written, "test");

        Assert.IsNotNull(bundle);
        Assert.IsTrue(_key.Public.Verify(bundle.Envelope.Signed, bundle.Envelope.Signatures[0]));
        Assert.AreEqual(SignStatement.PredicateType, SignStatement.PredicateTypeOf(bundle.Envelope.Payload.Span, s_subject));
        Assert.IsNull(SignStatement.PredicateTypeOf(bundle.Envelope.Payload.Span, Digest.Of("other"u8)));
        CollectionAssert.AreEqual(written, bundle.Write());
    }

    [TestMethod]
    [DataRow("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{},"messageSignature":{}}""")]
    [DataRow("""{"mediaType":"text/plain","verificationMaterial":{},"dsseEnvelope":{"payloadType":"a","payload":"","signatures":[]}}""")]
    [DataRow("""{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","dsseEnvelope":{"payloadType":"a","payload":""}}""")]
    public void What_holds_no_signed_statement_is_no_bundle(string json) =>
        Assert.IsNull(SigstoreBundle.Read(Encoding.UTF8.GetBytes(json), "test"));

    [TestMethod]
    public void The_payload_of_the_older_form_is_as_its_readers_expect_it()
    {
        var payload = SimpleSigning.Payload("r.example/app:1", s_subject);

        Assert.AreEqual(
            $$$"""{"critical":{"identity":{"docker-reference":"r.example/app:1"},"image":{"docker-manifest-digest":"{{{s_subject}}}"},"""
                + "\"type\":\"cosign container image signature\"},\"optional\":null}",
            Encoding.UTF8.GetString(payload));
        Assert.IsTrue(SimpleSigning.IsAbout(payload, s_subject));
        Assert.IsFalse(SimpleSigning.IsAbout(payload, Digest.Of("other"u8)));
        Assert.AreEqual($"sha256-{s_subject.Hex}.sig", SimpleSigning.TagOf(s_subject));
    }
}
