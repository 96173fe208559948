using System.Buffers.Text;
using System.Formats.Cbor;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
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
    private const string Scheme = "io.cncf.notary.signingScheme";
    private const string Expiry = "io.cncf.notary.expiry";
    private const string AuthenticTime = "io.cncf.notary.authenticSigningTime";
    private const string Timestamp = "io.cncf.notary.timestampSignature";

    private static readonly DateTimeOffset s_now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly Descriptor s_image = new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    private readonly TemporaryDirectory _folder = new();
    private readonly TestTimestamps _timestamps = new(s_now);
    private readonly List<TestAuthority> _authorities = [];

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
        var signer = Signer(KeyOf(algorithm));

        Assert.AreEqual("C=US, S=WA, O=Test, CN=Signer", Find(Cose(signer), signer));
        Assert.AreEqual("C=US, S=WA, O=Test, CN=Signer", Find(Jws(signer), signer));
    }

    [TestMethod]
    public void Another_root_another_image_and_a_changed_payload_are_refused_in_either_form()
    {
        var (signer, other) = (Signer(), Signer());
        foreach (var make in new Func<Descriptor, FoundNotarySignature>[] { each => Cose(signer, each), each => Jws(signer, each) })
        {
            Assert.Contains("none of its certificates is in the trust store", Refusal(make(s_image), other));
            Assert.Contains("it is about another image", Refusal(make(s_image with { Digest = Digest.Of("other"u8) }), signer));
            Assert.Contains("it is about another image", Refusal(make(s_image with { Size = 6 }), signer));
            Assert.Contains("it is about another image", Refusal(make(s_image with { MediaType = MediaTypes.OciIndex }), signer));
        }

        var changed = Cose(signer).Envelope.ToArray();
        changed[changed.AsSpan().IndexOf("targetArtifact"u8)] ^= 1;
        Assert.Contains("the key of its certificate did not make it", Refusal(new(changed, "application/cose"), signer));
        var jws = Json(Jws(signer));
        jws["payload"] = Base64Url.EncodeToString(NotarySignature.Payload(s_image with { Size = 6 }));
        Assert.Contains("the key of its certificate did not make it", Refusal(Jws(jws), signer));
    }

    [TestMethod]
    public void An_expired_certificate_needs_a_time_stamp_of_an_authority_in_the_trust_store()
    {
        var signer = Signer();
        var later = s_now.AddYears(2);
        var stamped = Cose(signer, timestamp: s_now);

        Assert.IsNotNull(Find(stamped, signer, later, withClock: true));
        Assert.Contains("NotTimeValid", Refusal(Cose(signer), signer, later));
        Assert.Contains("no time stamp says that it was made before", Refusal(Cose(signer), signer, later, withClock: true));
        Assert.Contains("the trust store has no authorities for time stamps", Refusal(stamped, signer, later));
        Assert.Contains("NotTimeValid", Refusal(Cose(signer, timestamp: later), signer, later, withClock: true));
        Assert.IsNotNull(Find(Jws(signer, timestamp: s_now), signer, later, withClock: true));
    }

    [TestMethod]
    public void A_time_stamp_of_another_signature_is_refused_even_while_the_certificate_is_good()
    {
        var signer = Signer();
        var message = CoseSign1Message.DecodeSign1(Cose(signer).Envelope.ToArray());
        message.UnprotectedHeaders.Add(
            new CoseHeaderLabel(Timestamp), CoseHeaderValue.FromBytes(_timestamps.Token([1], s_now)));

        Assert.Contains(
            "its time stamp is of another signature", Refusal(new(message.Encode(), "application/cose"), signer, withClock: true));
    }

    [TestMethod]
    public void A_signature_that_ended_is_refused()
    {
        var signer = Signer();

        Assert.IsNotNull(Find(Cose(signer, expiry: s_now.AddHours(1)), signer));
        Assert.Contains("it ended on 2026-11-28", Refusal(Cose(signer, expiry: s_now.AddDays(-1)), signer));
        Assert.Contains("it ended on 2026-11-28", Refusal(Jws(signer, expiry: s_now.AddDays(-1)), signer));
    }

    [TestMethod]
    public void Critical_headers_that_are_not_understood_or_not_there_are_refused()
    {
        var signer = Signer();

        Assert.Contains(
            "its critical header 'io.cncf.notary.verificationPlugin' is not understood",
            Refusal(Cose(signer, critical: [Scheme, "io.cncf.notary.verificationPlugin"]), signer));
        Assert.Contains("a header that has to be critical is not", Refusal(Cose(signer, critical: ["other"]), signer));
        Assert.Contains(
            "its critical header 'other' is not understood",
            Refusal(Jws(signer, change: header => header["crit"]!.AsArray().Add("other")), signer));
        Assert.Contains("a header that has to be critical is not", Refusal(Jws(signer, change: header => header.Remove("crit")), signer));
        Assert.Contains(
            "a header that has to be critical is not",
            Refusal(Jws(signer, change: header => header[Expiry] = "2030-01-01T00:00:00Z"), signer));
        Assert.Contains(
            "it is no signature of the Notary Project", Refusal(Jws(signer, change: header => header[Scheme] = "mine"), signer));
        Assert.Contains("it is no signature of the Notary Project", Refusal(Cose(signer, contentType: "text/plain"), signer));
        Assert.Contains(
            "its algorithm is not the one for the key of its certificate",
            Refusal(Jws(signer, change: header => header["alg"] = "none"), signer));
    }

    [TestMethod]
    public void The_time_of_a_signing_authority_counts_and_it_has_a_store_of_its_own()
    {
        var signer = Signer();
        var signature = Cose(signer, authenticTime: s_now);
        _folder.Write("authorities/x509/signingAuthority/services/root.crt", signer.Root.RawData);
        var store = TrustStore.Read(_folder["authorities"]);

        Assert.IsNotNull(new NotaryTrust(store, []).Find(signature, s_image, s_now.AddYears(2), out _));
        Assert.Contains("none of its certificates is in the trust store", Refusal(signature, signer));
        Assert.IsNull(new NotaryTrust(store, []).Find(Cose(signer), s_image, s_now, out var why));
        Assert.Contains("none of its certificates is in the trust store", why);
    }

    [TestMethod]
    public void Certificates_that_the_specification_does_not_allow_are_refused()
    {
        var weak = RSA.Create(1024);
        Assert.Contains("its algorithm is not the one for the key", Refusal(Cose(Signer(weak)), Signer()));
        var server = Signer(use: "1.3.6.1.5.5.7.3.1");
        Assert.Contains("the signing certificate is for other uses than signing code", Refusal(Cose(server), server));
        var other = Signer(use: "1.2.3.4");
        Assert.Contains("the signing certificate is for other uses than signing code", Refusal(Cose(other), other));
        var signer = Signer();
        Assert.Contains("its certificates cannot be read", Refusal(Cose(signer, chain: []), signer));
        Assert.Contains("its certificates do not", Refusal(Cose(signer, chain: [signer.Chain[0]]), signer, anchor: signer.Chain[0]));
        Assert.Contains(
            "the key of its certificate did not make it", Refusal(Cose(signer, chain: Signer().Chain), signer));
    }

    [TestMethod]
    [DataRow("x509.subject: C=US, ST=WA, O=Test", true)]
    [DataRow("x509.subject:CN=Signer,O=Test,S=WA,C=US", true)]
    [DataRow("x509.subject: C=US, ST=WA, O=Other", false)]
    [DataRow("x509.subject: C=US, ST=WA, O=Test, OU=None", false)]
    public void A_trusted_identity_is_a_part_of_the_subject(string identity, bool isAccepted)
    {
        var signer = Signer();

        var found = new NotaryTrust(Store(signer), [SubjectName.Parse(identity)!]).Find(Cose(signer), s_image, s_now, out var why);

        Assert.AreEqual(isAccepted, found is not null, why);
        Assert.AreEqual(!isAccepted, why.Contains("which CertificateIdentity does not name", StringComparison.Ordinal));
    }

    [TestMethod]
    public void Each_beginning_of_an_envelope_and_bytes_behind_it_are_refused()
    {
        var signer = Signer();
        var (cose, jws) = (Cose(signer).Envelope.ToArray(), Jws(signer).Envelope.ToArray());
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

    private static AsymmetricAlgorithm KeyOf(string algorithm) => algorithm switch
    {
        "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "ES512" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        "PS256" => RSA.Create(2048),
        "PS384" => RSA.Create(3072),
        _ => RSA.Create(4096),
    };

    private TestAuthority Signer(AsymmetricAlgorithm? key = null, string use = CertificateAuthority.CodeSigning)
    {
        var signer = new TestAuthority("Signer", s_now, use, key);
        _authorities.Add(signer);
        return signer;
    }

    private static HashAlgorithmName HashOf(TestAuthority signer) => signer.Key.KeySize switch
    {
        256 or 1024 or 2048 => HashAlgorithmName.SHA256,
        384 or 3072 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };

    /// <summary>An envelope that the framework's library signs.</summary>
    private FoundNotarySignature Cose(
        TestAuthority signer,
        Descriptor? subject = null,
        DateTimeOffset? timestamp = null,
        DateTimeOffset? expiry = null,
        DateTimeOffset? authenticTime = null,
        string[]? critical = null,
        string contentType = NotarySignature.PayloadType,
        IReadOnlyList<byte[]>? chain = null)
    {
        var headers = new CoseHeaderMap
        {
            { new CoseHeaderLabel(Scheme), authenticTime is null ? "notary.x509" : "notary.x509.signingAuthority" },
            { CoseHeaderLabel.ContentType, contentType },
        };
        var needed = new List<string> { Scheme };
        needed.AddRange(expiry is null ? [] : [Expiry]);
        needed.AddRange(authenticTime is null ? [] : [AuthenticTime]);
        headers.Add(CoseHeaderLabel.CriticalHeaders, CoseHeaderValue.FromEncodedValue(Encode(writer =>
        {
            writer.WriteStartArray(null);
            foreach (var name in critical ?? [.. needed])
            {
                writer.WriteTextString(name);
            }

            writer.WriteEndArray();
        })));
        foreach (var name in critical ?? [])
        {
            if (name != Scheme)
            {
                headers.Add(new CoseHeaderLabel(name), "value");
            }
        }

        foreach (var (name, time) in new[]
        {
            ("io.cncf.notary.signingTime", authenticTime is null ? s_now : null), (Expiry, expiry), (AuthenticTime, authenticTime),
        })
        {
            if (time is { } value)
            {
                headers.Add(new CoseHeaderLabel(name), CoseHeaderValue.FromEncodedValue(Encode(writer =>
                {
                    writer.WriteTag(CborTag.UnixTimeSeconds);
                    writer.WriteInt64(value.ToUnixTimeSeconds());
                })));
            }
        }

        var others = new CoseHeaderMap
        {
            {
                new CoseHeaderLabel(33), CoseHeaderValue.FromEncodedValue(Encode(writer =>
                {
                    writer.WriteStartArray(null);
                    foreach (var certificate in chain ?? signer.Chain)
                    {
                        writer.WriteByteString(certificate);
                    }

                    writer.WriteEndArray();
                }))
            },
            { new CoseHeaderLabel("io.cncf.notary.signingAgent"), "test" },
        };
        var coseSigner = signer.Key is RSA rsa
            ? new CoseSigner(rsa, RSASignaturePadding.Pss, HashOf(signer), headers, others)
            : new CoseSigner(signer.Key, HashOf(signer), headers, others);
        var message = CoseSign1Message.SignEmbedded(NotarySignature.Payload(subject ?? s_image), coseSigner);
        if (timestamp is { } stamped)
        {
            var signed = CoseSign1Message.DecodeSign1(message);
            signed.UnprotectedHeaders.Add(
                new CoseHeaderLabel(Timestamp), CoseHeaderValue.FromBytes(_timestamps.Token(signed.Signature.ToArray(), stamped)));
            message = signed.Encode();
        }

        return new(message, "application/cose");

        static byte[] Encode(Action<CborWriter> write)
        {
            var writer = new CborWriter();
            write(writer);
            return writer.Encode();
        }
    }

    private FoundNotarySignature Jws(
        TestAuthority signer,
        Descriptor? subject = null,
        DateTimeOffset? timestamp = null,
        DateTimeOffset? expiry = null,
        Action<JsonObject>? change = null)
    {
        var header = new JsonObject
        {
            ["alg"] = NotaryAlgorithm.Of(signer.Certificate)!.Jws,
            ["crit"] = new JsonArray(JsonValue.Create(Scheme)),
            ["cty"] = NotarySignature.PayloadType,
            [Scheme] = "notary.x509",
            ["io.cncf.notary.signingTime"] = "2026-11-29T12:00:00Z",
        };
        if (expiry is { } end)
        {
            header["crit"]!.AsArray().Add(Expiry);
            header[Expiry] = end.ToString("yyyy-MM-dd'T'HH:mm:ssK", CultureInfo.InvariantCulture);
        }

        change?.Invoke(header);
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encode(NotarySignature.Payload(subject ?? s_image))}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = signer.Key is RSA rsa
            ? rsa.SignData(bytes, HashOf(signer), RSASignaturePadding.Pss) : ((ECDsa)signer.Key).SignData(bytes, HashOf(signer));
        var others = new JsonObject
        {
            ["x5c"] = new JsonArray([.. signer.Chain.Select(each => JsonValue.Create(Convert.ToBase64String(each)))]),
        };
        if (timestamp is { } time)
        {
            others[Timestamp] = Convert.ToBase64String(_timestamps.Token(signature, time));
        }

        return Jws(new JsonObject
        {
            ["payload"] = signed.Split('.')[1],
            ["protected"] = signed.Split('.')[0],
            ["header"] = others,
            ["signature"] = Encode(signature),
        });

        static string Encode(byte[] content) => Base64Url.EncodeToString(content);
    }

    private static FoundNotarySignature Jws(JsonObject envelope) =>
        new(Encoding.UTF8.GetBytes(envelope.ToJsonString()), "application/jose+json");

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
