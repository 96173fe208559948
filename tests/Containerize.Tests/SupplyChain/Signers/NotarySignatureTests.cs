using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signers;

namespace Containerize.Tests.SupplyChain.Signers;

[TestClass]
internal sealed class NotarySignatureTests
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    private static readonly Descriptor s_image =
        new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    [TestMethod]
    [DataRow("nistP256", "ES256")]
    [DataRow("nistP384", "ES384")]
    [DataRow("nistP521", "ES512")]
    public void A_signature_is_accepted_and_names_its_certificates(string curve, string algorithm)
    {
        using var chain = new TestChain(s_now, ECCurve.CreateFromFriendlyName(curve));
        var envelope = Envelope(chain);

        using var certificates = NotarySignature.Verify(envelope, s_image, s_now, out var why);

        Assert.IsNotNull(certificates, why);
        Assert.AreEqual(Digest.Of(chain.Key.ExportSubjectPublicKeyInfo()), certificates.KeyDigest);
        var header = JsonNode.Parse(Base64Url.DecodeFromChars(JsonNode.Parse(envelope)!["protected"]!.GetValue<string>()))!;
        Assert.AreEqual(
            $$"""{"alg":"{{algorithm}}","crit":["io.cncf.notary.signingScheme"],"cty":"application/vnd.cncf.notary.payload.v1+json","""
                + "\"io.cncf.notary.signingScheme\":\"notary.x509\",\"io.cncf.notary.signingTime\":\"2026-11-29T12:00:00Z\"}",
            header.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        var referrer = NotarySignature.Refer(s_image, envelope, certificates.Thumbprints, []);
        Assert.AreEqual("application/vnd.cncf.notary.signature", referrer.Entry.ArtifactType);
        Assert.AreEqual(
            $"[{string.Join(',', chain.Certificates.Select(each => $"\"{Convert.ToHexStringLower(SHA256.HashData(each))}\""))}]",
            referrer.Entry.Annotations!["io.cncf.notary.x509chain.thumbprint#S256"]);
    }

    [TestMethod]
    public void Another_image_a_changed_byte_another_key_and_another_algorithm_are_refused()
    {
        using var chain = new TestChain(s_now);
        using var other = new TestChain(s_now);
        using var larger = new TestChain(s_now, ECCurve.NamedCurves.nistP384);
        var envelope = Envelope(chain);

        Assert.AreEqual("it is about another image", Refusal(envelope, s_image with { Digest = Digest.Of("other"u8) }));
        Assert.AreEqual("it is about another image", Refusal(envelope, s_image with { Size = 6 }));
        Assert.AreEqual("the key of its certificate did not make it", Refusal(Changed(envelope, "signature", "AAAA")));
        Assert.AreEqual(
            "the key of its certificate did not make it",
            Refusal(NotarySignature.Envelope(Signed(chain), chain.Sign(Signed(chain)), other.Certificates, "test")));
        Assert.AreEqual(
            "its algorithm is not the one for the key of its certificate",
            Refusal(NotarySignature.Envelope(Signed(chain), chain.Sign(Signed(chain)), larger.Certificates, "test")));
        Assert.AreEqual("it is no JWS in the flattened JSON form", Refusal(Changed(envelope, "protected", null)));
        Assert.AreEqual("its certificates cannot be read", Refusal(NotarySignature.Envelope(Signed(chain), [1], [[1, 2]], "test")));
    }

    [TestMethod]
    public void Certificates_that_do_not_fit_are_refused()
    {
        using var chain = new TestChain(s_now);
        using var other = new TestChain(s_now);

        StringAssert.StartsWith(
            Refusal(Envelope(chain, [chain.Certificates[0], other.Certificates[1]])), "its certificates do not fit together (");
        Assert.AreEqual(
            "its certificates are not a chain in order, from the signing one to the root",
            Refusal(Envelope(chain, [chain.Certificates[0], other.Certificates[1], chain.Certificates[1]])));
        StringAssert.StartsWith(
            Refusal(Envelope(chain), time: s_now.AddDays(11)), "its certificates do not fit together (NotTimeValid");
        StringAssert.Contains(Refusal(Envelope(chain, [chain.Certificates[0]])), "its certificates do not");
    }

    [TestMethod]
    [DataRow(X509KeyUsageFlags.KeyEncipherment, "1.3.6.1.5.5.7.3.3", true, "is not digitalSignature")]
    [DataRow(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, "1.3.6.1.5.5.7.3.3", true, "more than signatures")]
    [DataRow(X509KeyUsageFlags.DigitalSignature, "1.3.6.1.5.5.7.3.1", true, "for other uses than signing code")]
    [DataRow(X509KeyUsageFlags.DigitalSignature, "1.3.6.1.5.5.7.3.3", false, "not marked as that of an authority")]
    public void Certificates_for_other_uses_are_refused(X509KeyUsageFlags usage, string extendedUse, bool rootIsAuthority, string why)
    {
        using var chain = new TestChain(s_now, null, usage, extendedUse, rootIsAuthority);

        StringAssert.Contains(Refusal(Envelope(chain)), why);
    }

    private static byte[] Signed(TestChain chain) => NotarySignature.Signed(s_image, chain.Algorithm, s_now);

    private static byte[] Envelope(TestChain chain, IReadOnlyList<byte[]>? certificates = null) =>
        NotarySignature.Envelope(Signed(chain), chain.Sign(Signed(chain)), certificates ?? chain.Certificates, "test");

    private static byte[] Changed(byte[] envelope, string name, string? value)
    {
        var json = JsonNode.Parse(envelope)!;
        json[name] = value;
        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static string Refusal(byte[] envelope, Descriptor? subject = null, DateTimeOffset? time = null)
    {
        using var certificates = NotarySignature.Verify(envelope, subject ?? s_image, time ?? s_now, out var why);
        Assert.IsNull(certificates);
        return why;
    }
}
