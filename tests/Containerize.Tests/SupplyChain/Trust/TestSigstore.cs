using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.SupplyChain.Signing;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>
/// The services of Sigstore: an authority with an intermediate certificate, a log of certificates, a log of signatures and a time-stamp
/// authority. They certify what a test says, at the time that it says.
/// </summary>
internal sealed class TestSigstore : IDisposable
{
    internal const string Identity = "https://github.example/team/base/release.yml@refs/heads/main";
    internal const string Issuer = "https://token.actions.example";

    private readonly ECDsa _certificateLog = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _log = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly TestAuthority _authority;

    internal TestSigstore(DateTimeOffset now)
    {
        Now = now;
        _authority = new("Fulcio", now, CertificateAuthority.CodeSigning, ECDsa.Create(ECCurve.NamedCurves.nistP384), isAuthority: true);
        Timestamps = new(now);
    }

    /// <summary>When it is signed.</summary>
    internal DateTimeOffset Now { get; set; }

    internal TestTimestamps Timestamps { get; }

    /// <summary>Whether certificates hold a promise of their log.</summary>
    internal bool HasPromise { get; set; } = true;

    /// <summary>Whether certificates name their issuer in the older form.</summary>
    internal bool IsOldIssuer { get; set; }

    /// <summary>What certificates are for; empty for bytes that mean nothing.</summary>
    internal string Use { get; set; } = CertificateAuthority.CodeSigning;

    public void Dispose()
    {
        _authority.Dispose();
        _certificateLog.Dispose();
        _log.Dispose();
        Timestamps.Dispose();
    }

    /// <summary>What trusts these services.</summary>
    internal JsonObject TrustedRoot() => new()
    {
        ["mediaType"] = "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        ["tlogs"] = new JsonArray(LogOf(_log)),
        ["certificateAuthorities"] = new JsonArray(AuthorityOf(_authority)),
        ["ctlogs"] = new JsonArray(LogOf(_certificateLog)),
        ["timestampAuthorities"] = new JsonArray(AuthorityOf(Timestamps.Authority)),
    };

    /// <summary>Certifies a key for the identity, for ten minutes.</summary>
    internal byte[] Certify(ECDsa key, string identity = Identity)
    {
        var request = new CertificateRequest("", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(Use.Length > 0
            ? new X509EnhancedKeyUsageExtension([new Oid(Use)], false) : new X509Extension("2.5.29.37", [0x30, 5, 1], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri(identity));
        request.CertificateExtensions.Add(names.Build(critical: true));
        var issuer = new AsnWriter(AsnEncodingRules.DER);
        issuer.WriteCharacterString(UniversalTagNumber.UTF8String, Issuer);
        request.CertificateExtensions.Add(IsOldIssuer
            ? new("1.3.6.1.4.1.57264.1.1", Encoding.UTF8.GetBytes(Issuer), critical: false)
            : new("1.3.6.1.4.1.57264.1.8", issuer.Encode(), critical: false));
        if (!HasPromise)
        {
            return Issue(request);
        }

        var promise = new AsnWriter(AsnEncodingRules.DER);
        promise.WriteOctetString(Promise(BodyOf(Issue(request))));
        request.CertificateExtensions.Add(new("1.3.6.1.4.1.11129.2.4.2", promise.Encode(), critical: false));
        return Issue(request);
    }

    /// <summary>An entry of the log, as a bundle holds it: the third of five, with a proof.</summary>
    internal JsonObject Entry(JsonObject content, bool hasPromise = true, bool hasProof = true)
    {
        var body = Encoding.UTF8.GetBytes(content.ToJsonString());
        // A tree of five leaves: ((0 1) (2 3)) 4.
        var leaves = Enumerable.Range(0, 5).Select(number => Leaf(number == 2 ? body : [(byte)number])).ToArray();
        var left = Node(leaves[0], leaves[1]);
        var root = Node(Node(left, Node(leaves[2], leaves[3])), leaves[4]);
        var note = $"rekor.example - 1\n5\n{Convert.ToBase64String(root)}\n";
        var entry = new JsonObject
        {
            ["logIndex"] = "42",
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(NameOf(_log)) },
            ["kindVersion"] = new JsonObject { ["kind"] = content["kind"]!.DeepClone(), ["version"] = content["apiVersion"]!.DeepClone() },
            ["integratedTime"] = $"{Now.ToUnixTimeSeconds()}",
            ["canonicalizedBody"] = Convert.ToBase64String(body),
        };
        if (hasPromise)
        {
            entry["inclusionPromise"] = new JsonObject { ["signedEntryTimestamp"] = EntryPromise(body) };
        }

        if (hasProof)
        {
            entry["inclusionProof"] = new JsonObject
            {
                ["logIndex"] = "2",
                ["treeSize"] = "5",
                ["rootHash"] = Convert.ToBase64String(root),
                ["hashes"] = new JsonArray(
                    [.. new[] { leaves[3], left, leaves[4] }.Select(each => JsonValue.Create(Convert.ToBase64String(each)))]),
                ["checkpoint"] = new JsonObject
                {
                    ["envelope"] = $"{note}\n\u2014 witness.example AAAAAAAA\n\u2014 rekor.example "
                        + $"{Convert.ToBase64String([.. NameOf(_log)[..4], .. Sign(_log, Encoding.UTF8.GetBytes(note))])}\n",
                },
            };
        }

        return entry;
    }

    /// <summary>An entry as cosign 2 writes it beside a signature.</summary>
    internal string EntryAnnotation(JsonObject content)
    {
        var body = Encoding.UTF8.GetBytes(content.ToJsonString());
        return new JsonObject
        {
            ["SignedEntryTimestamp"] = EntryPromise(body),
            ["Payload"] = new JsonObject
            {
                ["body"] = Convert.ToBase64String(body),
                ["integratedTime"] = Now.ToUnixTimeSeconds(),
                ["logIndex"] = 42,
                ["logID"] = Convert.ToHexStringLower(NameOf(_log)),
            },
        }.ToJsonString();
    }

    /// <summary>A statement that is signed, as a bundle with all that verifies it, which a test may change; it gets the certificate and
    /// the signature as well.</summary>
    internal SigstoreBundle Sign(byte[] statement, Action<JsonObject, byte[], byte[]>? change = null, string identity = Identity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = Certify(key, identity);
        var signature = Sign(key, DsseEnvelope.SignedBytes(DsseEnvelope.Statement, statement));
        var material = new JsonObject
        {
            ["certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate) },
            ["tlogEntries"] = new JsonArray(Entry(Dsse(statement, signature, certificate))),
        };
        change?.Invoke(material, certificate, signature);
        return new(new(DsseEnvelope.Statement, statement, [signature]), material);
    }

    internal static JsonObject Dsse(byte[] payload, byte[] signature, byte[] certificate) => new()
    {
        ["apiVersion"] = "0.0.1",
        ["kind"] = "dsse",
        ["spec"] = new JsonObject
        {
            ["envelopeHash"] = Hash([1]),
            ["payloadHash"] = Hash(payload),
            ["signatures"] = new JsonArray(new JsonObject
            {
                ["signature"] = Convert.ToBase64String(signature), ["verifier"] = PemOf(certificate),
            }),
        },
    };

    internal static JsonObject HashedRekord(byte[] signed, byte[] signature, byte[] certificate) => new()
    {
        ["apiVersion"] = "0.0.1",
        ["kind"] = "hashedrekord",
        ["spec"] = new JsonObject
        {
            ["data"] = new JsonObject { ["hash"] = Hash(signed) },
            ["signature"] = new JsonObject
            {
                ["content"] = Convert.ToBase64String(signature),
                ["publicKey"] = new JsonObject { ["content"] = PemOf(certificate) },
            },
        },
    };

    internal static JsonObject Intoto(byte[] payload, byte[] signature, byte[] certificate) => new()
    {
        ["apiVersion"] = "0.0.2",
        ["kind"] = "intoto",
        ["spec"] = new JsonObject
        {
            ["content"] = new JsonObject
            {
                ["payloadHash"] = Hash(payload),
                ["envelope"] = new JsonObject
                {
                    ["signatures"] = new JsonArray(new JsonObject
                    {
                        ["sig"] = Convert.ToBase64String(Encoding.ASCII.GetBytes(Convert.ToBase64String(signature))),
                        ["publicKey"] = PemOf(certificate),
                    }),
                },
            },
        },
    };

    /// <summary>An entry of the second version of the log, which says no time.</summary>
    internal static JsonObject Dsse2(byte[] payload, byte[] signature, byte[] certificate) => new()
    {
        ["apiVersion"] = "0.0.2",
        ["kind"] = "dsse",
        ["spec"] = new JsonObject
        {
            ["dsseV002"] = new JsonObject
            {
                ["payloadHash"] = new JsonObject
                {
                    ["algorithm"] = "SHA2_256", ["digest"] = Convert.ToBase64String(SHA256.HashData(payload)),
                },
                ["signatures"] = new JsonArray(new JsonObject
                {
                    ["content"] = Convert.ToBase64String(signature),
                    ["verifier"] = new JsonObject
                    {
                        ["x509Certificate"] = new JsonObject { ["rawBytes"] = Convert.ToBase64String(certificate) },
                    },
                }),
            },
        },
    };

    internal static byte[] Sign(ECDsa key, byte[] content) =>
        key.SignData(content, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);

    internal JsonObject Stamp(byte[] signature) => new()
    {
        ["rfc3161Timestamps"] = new JsonArray(
            new JsonObject { ["signedTimestamp"] = Convert.ToBase64String(Timestamps.Token(signature, Now)) }),
    };

    private static string PemOf(byte[] certificate) => Convert.ToBase64String(
        Encoding.ASCII.GetBytes(PemEncoding.WriteString("CERTIFICATE", certificate)));

    private static JsonObject Hash(byte[] content) =>
        new() { ["algorithm"] = "sha256", ["value"] = Convert.ToHexStringLower(SHA256.HashData(content)) };

    private static byte[] Leaf(byte[] content) => SHA256.HashData([0, .. content]);

    private static byte[] Node(byte[] left, byte[] right) => SHA256.HashData([1, .. left, .. right]);

    private static byte[] NameOf(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo());

    private static JsonObject LogOf(ECDsa key) => new()
    {
        ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(NameOf(key)) },
        ["publicKey"] = new JsonObject
        {
            ["rawBytes"] = Convert.ToBase64String(key.ExportSubjectPublicKeyInfo()),
            ["validFor"] = new JsonObject { ["start"] = "2020-01-01T00:00:00.000Z" },
        },
    };

    private static JsonObject AuthorityOf(TestAuthority authority) => new()
    {
        ["certChain"] = new JsonObject
        {
            ["certificates"] = new JsonArray(
                [.. authority.Chain.Select(each => new JsonObject { ["rawBytes"] = Convert.ToBase64String(each) })]),
        },
        ["validFor"] = new JsonObject { ["start"] = "2020-01-01T00:00:00Z" },
    };

    private string EntryPromise(byte[] body) => Convert.ToBase64String(Sign(_log, Encoding.UTF8.GetBytes(
        $$"""{"body":"{{Convert.ToBase64String(body)}}","integratedTime":{{Now.ToUnixTimeSeconds()}},"logID":"{{Convert.ToHexStringLower(
            NameOf(_log))}}","logIndex":42}""")));

    private byte[] Issue(CertificateRequest request)
    {
        using var issued = request.Create(
            _authority.Certificate.SubjectName,
            X509SignatureGenerator.CreateForECDsa((ECDsa)_authority.Key),
            Now.AddMinutes(-1),
            Now.AddMinutes(9),
            [1, 2, 3]);
        return issued.RawData;
    }

    private static byte[] BodyOf(byte[] certificate) =>
        new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().ToArray();

    // RFC 6962: a list of one promise, over the certificate without it.
    private byte[] Promise(byte[] body)
    {
        var time = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, Now.ToUnixTimeMilliseconds());
        byte[] signed =
        [
            0, 0, .. time, 0, 1, .. SHA256.HashData(_authority.Certificate.PublicKey.ExportSubjectPublicKeyInfo()),
            0, (byte)(body.Length >> 8), (byte)body.Length, .. body, 0, 0,
        ];
        var signature = Sign(_certificateLog, signed);
        byte[] promise = [0, .. NameOf(_certificateLog), .. time, 0, 0, 4, 3, 0, (byte)signature.Length, .. signature];
        return [0, (byte)(promise.Length + 2), 0, (byte)promise.Length, .. promise];
    }
}
