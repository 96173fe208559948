using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Signing;
using Containerize.SupplyChain.Trust;
using Containerize.Testing;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>Signatures of the Notary Project: COSE that the framework's own library made, and JWS.</summary>
[TestClass]
internal sealed class NotaryTrustTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly Descriptor s_image = NotaryEnvelopes.Image;

    private readonly TemporaryDirectory _folder = new();
    private readonly TestTimestamps _timestamps = new(s_now);
    private readonly List<TestAuthority> _authorities = [];
    private readonly NotaryEnvelopes _make;

    public NotaryTrustTests() => _make = new(_timestamps, s_now);

    public void Dispose()
    {
        _authorities.ForEach(each => each.Dispose());
        _timestamps.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    [DataRow("ES256")]
    [DataRow("ES384")]
    [DataRow("ES512")]
    [DataRow("PS256")]
    [DataRow("PS384")]
    [DataRow("PS512")]
    public void Each_algorithm_is_accepted_in_either_form(string algorithm)
    {
        var signer = Signer(NotaryEnvelopes.KeyOf(algorithm));

        Assert.AreEqual("C=US, S=WA, O=Test, CN=Signer", Find(_make.Cose(signer), signer));
        Assert.AreEqual("C=US, S=WA, O=Test, CN=Signer", Find(_make.Jws(signer), signer));
    }

    [TestMethod]
    public void Another_root_another_image_and_a_changed_payload_are_refused_in_either_form()
    {
        var (signer, other) = (Signer(), Signer());
        foreach (var make in new Func<Descriptor, FoundNotarySignature>[]
        {
            each => _make.Cose(signer, each), each => _make.Jws(signer, each),
        })
        {
            Assert.Contains("none of its certificates is in the trust store", Refusal(make(s_image), other));
            Assert.Contains("it is about another image", Refusal(make(s_image with { Digest = Digest.Of("other"u8) }), signer));
            Assert.Contains("it is about another image", Refusal(make(s_image with { Size = 6 }), signer));
            Assert.Contains("it is about another image", Refusal(make(s_image with { MediaType = MediaTypes.OciIndex }), signer));
        }

        var changed = _make.Cose(signer).Envelope.ToArray();
        changed[changed.AsSpan().IndexOf("targetArtifact"u8)] ^= 1;
        Assert.Contains("the key of its certificate did not make it", Refusal(new(changed, "application/cose"), signer));
        var jws = Json(_make.Jws(signer));
        jws["payload"] = Base64Url.EncodeToString(NotarySignature.Payload(s_image with { Size = 6 }));
        Assert.Contains("the key of its certificate did not make it", Refusal(NotaryEnvelopes.Jws(jws), signer));
    }

    [TestMethod]
    public void An_expired_certificate_needs_a_time_stamp_of_an_authority_in_the_trust_store()
    {
        var signer = Signer();
        var later = s_now.AddYears(2);
        var stamped = _make.Cose(signer, timestamp: s_now);

        Assert.IsNotNull(Find(stamped, signer, later, withClock: true));
        Assert.Contains("NotTimeValid", Refusal(_make.Cose(signer), signer, later));
        Assert.Contains("no time stamp says that it was made before", Refusal(_make.Cose(signer), signer, later, withClock: true));
        Assert.Contains("the trust store has no authorities for time stamps", Refusal(stamped, signer, later));
        Assert.Contains("NotTimeValid", Refusal(_make.Cose(signer, timestamp: later), signer, later, withClock: true));
        Assert.IsNotNull(Find(_make.Jws(signer, timestamp: s_now), signer, later, withClock: true));
    }

    [TestMethod]
    public void A_time_stamp_of_another_signature_is_refused_even_while_the_certificate_is_good()
    {
        var signer = Signer();
        var message = CoseSign1Message.DecodeSign1(_make.Cose(signer).Envelope.ToArray());
        message.UnprotectedHeaders.Add(
            new CoseHeaderLabel(NotaryEnvelopes.Timestamp), CoseHeaderValue.FromBytes(_timestamps.Token([1], s_now)));

        Assert.Contains(
            "its time stamp is of another signature", Refusal(new(message.Encode(), "application/cose"), signer, withClock: true));
    }

    [TestMethod]
    public void A_signature_that_ended_is_refused()
    {
        var signer = Signer();

        Assert.IsNotNull(Find(_make.Cose(signer, expiry: s_now.AddHours(1)), signer));
        Assert.Contains("it ended on 2026-11-28", Refusal(_make.Cose(signer, expiry: s_now.AddDays(-1)), signer));
        Assert.Contains("it ended on 2026-11-28", Refusal(_make.Jws(signer, expiry: s_now.AddDays(-1)), signer));
    }

    [TestMethod]
    public void Critical_headers_that_are_not_understood_or_not_there_are_refused()
    {
        var signer = Signer();

        Assert.Contains(
            "its critical header 'io.cncf.notary.verificationPlugin' is not understood",
            Refusal(_make.Cose(signer, critical: [NotaryEnvelopes.Scheme, "io.cncf.notary.verificationPlugin"]), signer));
        Assert.Contains("a header that has to be critical is not", Refusal(_make.Cose(signer, critical: ["other"]), signer));
        Assert.Contains(
            "its critical header 'other' is not understood",
            Refusal(_make.Jws(signer, change: header => header["crit"]!.AsArray().Add("other")), signer));
        Assert.Contains(
            "a header that has to be critical is not", Refusal(_make.Jws(signer, change: header => header.Remove("crit")), signer));
        Assert.Contains(
            "a header that has to be critical is not",
            Refusal(_make.Jws(signer, change: header => header[NotaryEnvelopes.Expiry] = "2030-01-01T00:00:00Z"), signer));
        Assert.Contains(
            "it is no signature of the Notary Project",
            Refusal(_make.Jws(signer, change: header => header[NotaryEnvelopes.Scheme] = "mine"), signer));
        Assert.Contains("it is no signature of the Notary Project", Refusal(_make.Cose(signer, contentType: "text/plain"), signer));
        Assert.Contains(
            "its algorithm is not the one for the key of its certificate",
            Refusal(_make.Jws(signer, change: header => header["alg"] = "none"), signer));
    }

    [TestMethod]
    public void The_time_of_a_signing_authority_counts_and_it_has_a_store_of_its_own()
    {
        var signer = Signer();
        var signature = _make.Cose(signer, authenticTime: s_now);
        _folder.Write("authorities/x509/signingAuthority/services/root.crt", signer.Root.RawData);
        var store = TrustStore.Read(_folder["authorities"]);

        Assert.IsNotNull(new NotaryTrust(store, []).Find(signature, s_image, s_now.AddYears(2), out _));
        Assert.Contains("none of its certificates is in the trust store", Refusal(signature, signer));
        Assert.IsNull(new NotaryTrust(store, []).Find(_make.Cose(signer), s_image, s_now, out var why));
        Assert.Contains("none of its certificates is in the trust store", why);
    }

    [TestMethod]
    public void Certificates_that_the_specification_does_not_allow_are_refused()
    {
        var weak = RSA.Create(1024);
        Assert.Contains("its algorithm is not the one for the key", Refusal(_make.Cose(Signer(weak)), Signer()));
        var server = Signer(use: "1.3.6.1.5.5.7.3.1");
        Assert.Contains("the signing certificate is for other uses than signing code", Refusal(_make.Cose(server), server));
        var other = Signer(use: "1.2.3.4");
        Assert.Contains("the signing certificate is for other uses than signing code", Refusal(_make.Cose(other), other));
        var signer = Signer();
        Assert.Contains("its certificates cannot be read", Refusal(_make.Cose(signer, chain: []), signer));
        Assert.Contains("its certificates do not", Refusal(_make.Cose(signer, chain: [signer.Chain[0]]), signer, anchor: signer.Chain[0]));
        Assert.Contains(
            "the key of its certificate did not make it", Refusal(_make.Cose(signer, chain: Signer().Chain), signer));
    }

    [TestMethod]
    [DataRow("x509.subject: C=US, ST=WA, O=Test", true)]
    [DataRow("x509.subject:CN=Signer,O=Test,S=WA,C=US", true)]
    [DataRow("x509.subject: C=US, ST=WA, O=Other", false)]
    [DataRow("x509.subject: C=US, ST=WA, O=Test, OU=None", false)]
    public void A_trusted_identity_is_a_part_of_the_subject(string identity, bool isAccepted)
    {
        var signer = Signer();

        var found = new NotaryTrust(Store(signer), [SubjectName.Parse(identity)!]).Find(_make.Cose(signer), s_image, s_now, out var why);

        Assert.AreEqual(isAccepted, found is not null, why);
        Assert.AreEqual(!isAccepted, why.Contains("which CertificateIdentity does not name", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Each_beginning_of_an_envelope_and_bytes_behind_it_are_refused()
    {
        var signer = Signer();
        var (cose, jws) = (_make.Cose(signer).Envelope.ToArray(), _make.Jws(signer).Envelope.ToArray());
        for (var length = 0; length < cose.Length; length += 7)
        {
            Assert.Contains(
                "it is no envelope of the type application/cose", Refusal(new(cose.AsMemory(..length), "application/cose"), signer));
        }

        Assert.Contains("it is no envelope", Refusal(new((byte[])[.. cose, 0], "application/cose"), signer));
        Assert.Contains("it is no envelope", Refusal(new(jws.AsMemory(..^1), "application/jose+json"), signer));
        Assert.Contains("it is no envelope", Refusal(new(jws, "application/cose"), signer));
        Assert.Contains("it is no envelope", Refusal(new("{}"u8.ToArray(), "application/jose+json"), signer));
    }

    [TestMethod]
    public void A_header_that_is_there_twice_is_refused()
    {
        var signer = Signer();
        var raw = new CborWriter(CborConformanceMode.Lax);
        raw.WriteStartMap(2);
        raw.WriteInt32(1);
        raw.WriteInt32(-7);
        raw.WriteInt32(1);
        raw.WriteInt32(-7);
        raw.WriteEndMap();
        var writer = new CborWriter(CborConformanceMode.Lax);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(raw.Encode());
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(NotarySignature.Payload(s_image));
        writer.WriteByteString(new byte[64]);
        writer.WriteEndArray();

        Assert.Contains("it is no envelope", Refusal(new(writer.Encode(), "application/cose"), signer));
    }

    [TestMethod]
    public void A_trust_store_is_a_directory_of_Notation_or_a_plain_one()
    {
        var (signer, other) = (Signer(), Signer());
        _folder.Write("notation/x509/ca/one/root.crt", PemEncoding.WriteString("CERTIFICATE", signer.Root.RawData));
        _folder.Write("notation/x509/ca/two/root.pem", other.Root.RawData);
        _folder.Write("notation/x509/ca/two/readme.txt", "text");
        _folder.Write("notation/x509/tsa/clock/root.crt", _timestamps.Authority.Root.RawData);
        _folder.Write("plain/renamed.pem", PemEncoding.WriteString("CERTIFICATE", other.Root.RawData) + "\n"
            + PemEncoding.WriteString("CERTIFICATE", signer.Root.RawData));
        _folder.Write("plain/tsa/root.crt", _timestamps.Authority.Root.RawData);
        _folder.Write("empty/root.crt.old", "");
        _folder.Write("broken/root.crt", "no certificate");
        var (notation, plain) = (TrustStore.Read(_folder["notation"]), TrustStore.Read(_folder["plain"]));

        CollectionAssert.AreEqual(notation.Contents.ToArray(), plain.Contents.ToArray());
        Assert.AreEqual(3, plain.Contents.Count());
        Assert.IsTrue(plain.Holds("notary.x509", signer.Chain));
        Assert.IsFalse(plain.Holds("notary.x509", _timestamps.Authority.Chain), "A clock signs no images.");
        foreach (var name in new[] { "empty", "broken", "missing" })
        {
            var failure = Assert.ThrowsExactly<ContainerizeException>(() => TrustStore.Read(_folder[name]));
            Assert.AreEqual(DiagnosticCode.TrustAnchorUnusable, failure.Code);
            Assert.Contains(name, failure.Message);
        }
    }

    private TestAuthority Signer(AsymmetricAlgorithm? key = null, string use = CertificateAuthority.CodeSigning)
    {
        var signer = new TestAuthority("Signer", s_now, use, key);
        _authorities.Add(signer);
        return signer;
    }

    private static JsonObject Json(FoundNotarySignature signature) => JsonNode.Parse(signature.Envelope.Span)!.AsObject();

    private TrustStore Store(TestAuthority signer, bool withClock = false, byte[]? anchor = null)
    {
        var name = $"store{Guid.NewGuid():N}";
        _folder.Write($"{name}/root.crt", anchor ?? signer.Root.RawData);
        if (withClock)
        {
            _folder.Write($"{name}/tsa/root.crt", _timestamps.Authority.Root.RawData);
        }

        return TrustStore.Read(_folder[name]);
    }

    private string? Find(FoundNotarySignature signature, TestAuthority trusted, DateTimeOffset? now = null, bool withClock = false)
    {
        var found = new NotaryTrust(Store(trusted, withClock), []).Find(signature, s_image, now ?? s_now, out var why);
        Assert.IsNotNull(found, why);
        return found;
    }

    private string Refusal(
        FoundNotarySignature signature, TestAuthority trusted, DateTimeOffset? now = null, bool withClock = false, byte[]? anchor = null)
    {
        Assert.IsNull(new NotaryTrust(Store(trusted, withClock, anchor), []).Find(signature, s_image, now ?? s_now, out var why));
        return why;
    }
}
