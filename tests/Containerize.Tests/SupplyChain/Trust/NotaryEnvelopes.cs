using System.Buffers.Text;
using System.Formats.Cbor;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.Cose;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signers;
using Containerize.SupplyChain.Trust;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>Makes signatures of the Notary Project: COSE by the framework's own library, and JWS.</summary>
/// <param name="timestamps">Stamps them.</param>
/// <param name="now">When they say that they were made.</param>
internal sealed class NotaryEnvelopes(TestTimestamps timestamps, DateTimeOffset now)
{
    internal const string Scheme = "io.cncf.notary.signingScheme";
    internal const string Expiry = "io.cncf.notary.expiry";
    internal const string Timestamp = "io.cncf.notary.timestampSignature";

    private const string AuthenticTime = "io.cncf.notary.authenticSigningTime";

    /// <summary>The image that they are about, unless another is named.</summary>
    internal static Descriptor Image { get; } = new() { MediaType = MediaTypes.OciManifest, Digest = Digest.Of("image"u8), Size = 5 };

    internal static AsymmetricAlgorithm KeyOf(string algorithm) => algorithm switch
    {
        "ES256" => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        "ES384" => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        "ES512" => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        "PS256" => RSA.Create(2048),
        "PS384" => RSA.Create(3072),
        _ => RSA.Create(4096),
    };

    /// <summary>An envelope that the framework's library signs.</summary>
    internal FoundNotarySignature Cose(
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
            ("io.cncf.notary.signingTime", authenticTime is null ? now : null), (Expiry, expiry), (AuthenticTime, authenticTime),
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
        var message = CoseSign1Message.SignEmbedded(NotarySignature.Payload(subject ?? Image), coseSigner);
        if (timestamp is { } stamped)
        {
            var signed = CoseSign1Message.DecodeSign1(message);
            signed.UnprotectedHeaders.Add(
                new CoseHeaderLabel(Timestamp), CoseHeaderValue.FromBytes(timestamps.Token(signed.Signature.ToArray(), stamped)));
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

    internal FoundNotarySignature Jws(
        TestAuthority signer,
        Descriptor? subject = null,
        DateTimeOffset? timestamp = null,
        DateTimeOffset? expiry = null,
        Action<JsonObject>? change = null)
    {
        var header = new JsonObject
        {
            ["alg"] = NotaryAlgorithm.OfKeySpec($"{(signer.Key is RSA ? "RSA" : "EC")}-{signer.Key.KeySize}")!.Jws,
            ["crit"] = new JsonArray(JsonValue.Create(Scheme)),
            ["cty"] = NotarySignature.PayloadType,
            [Scheme] = "notary.x509",
            ["io.cncf.notary.signingTime"] = Rfc3339(now),
        };
        if (expiry is { } end)
        {
            header["crit"]!.AsArray().Add(Expiry);
            header[Expiry] = Rfc3339(end);
        }

        change?.Invoke(header);
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Encode(NotarySignature.Payload(subject ?? Image))}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var signature = signer.Key is RSA rsa
            ? rsa.SignData(bytes, HashOf(signer), RSASignaturePadding.Pss) : ((ECDsa)signer.Key).SignData(bytes, HashOf(signer));
        var others = new JsonObject
        {
            ["x5c"] = new JsonArray([.. signer.Chain.Select(each => JsonValue.Create(Convert.ToBase64String(each)))]),
        };
        if (timestamp is { } time)
        {
            others[Timestamp] = Convert.ToBase64String(timestamps.Token(signature, time));
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

    internal static FoundNotarySignature Jws(JsonObject envelope) =>
        new(Encoding.UTF8.GetBytes(envelope.ToJsonString()), "application/jose+json");

    private static string Rfc3339(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static HashAlgorithmName HashOf(TestAuthority signer) => signer.Key.KeySize switch
    {
        256 or 1024 or 2048 => HashAlgorithmName.SHA256,
        384 or 3072 => HashAlgorithmName.SHA384,
        _ => HashAlgorithmName.SHA512,
    };
}
