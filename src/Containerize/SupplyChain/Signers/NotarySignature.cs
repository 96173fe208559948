using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Signers;

/// <summary>A signature of the Notary Project: a JWS over the image's descriptor, in a manifest that refers to the image.</summary>
/// <remarks>Notary Project, <i>signature-envelope-jws.md</i> and <i>signature-specification.md</i>, "Storage".</remarks>
internal static class NotarySignature
{
    /// <summary>The media type of the envelope.</summary>
    internal const string EnvelopeType = "application/jose+json";

    /// <summary>What is signed, as a media type.</summary>
    internal const string PayloadType = "application/vnd.cncf.notary.payload.v1+json";

    /// <summary>What the manifest's config is, by which signatures are found.</summary>
    internal const string ArtifactType = "application/vnd.cncf.notary.signature";

    /// <summary>What the file beside an archive ends in.</summary>
    internal const string Suffix = "notary.jws";

    private const string Scheme = "io.cncf.notary.signingScheme";
    private const string SigningTime = "io.cncf.notary.signingTime";
    private const string Expiry = "io.cncf.notary.expiry";
    private const string TimestampHeader = "io.cncf.notary.timestampSignature";
    private const string ThumbprintAnnotation = "io.cncf.notary.x509chain.thumbprint#S256";

    private static readonly string[] s_schemes = ["notary.x509", "notary.x509.signingAuthority"];

    /// <summary>The payload of a signature.</summary>
    internal static byte[] Payload(Descriptor subject) => OciJson.Write(new JsonObject
    {
        ["targetArtifact"] = new JsonObject
        {
            ["mediaType"] = subject.MediaType,
            ["digest"] = subject.Digest.ToString(),
            ["size"] = subject.Size,
        },
    });

    /// <summary>The bytes that a key signs: protected header and payload.</summary>
    internal static byte[] Signed(Descriptor subject, NotaryAlgorithm algorithm, DateTimeOffset time)
    {
        var header = OciJson.Write(new JsonObject
        {
            ["alg"] = algorithm.Jws,
            ["crit"] = new JsonArray(JsonValue.Create(Scheme)),
            ["cty"] = PayloadType,
            [Scheme] = s_schemes[0],
            [SigningTime] = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
        });
        return Encoding.ASCII.GetBytes($"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(Payload(subject))}");
    }

    /// <summary>Puts an envelope together.</summary>
    /// <param name="signed">What <see cref="Signed"/> made.</param>
    /// <param name="certificates">The certificates in DER, the signing one first.</param>
    internal static byte[] Envelope(byte[] signed, byte[] signature, IEnumerable<byte[]> certificates, string agent)
    {
        var parts = Encoding.ASCII.GetString(signed).Split('.');
        return OciJson.Write(new JsonObject
        {
            ["payload"] = parts[1],
            ["protected"] = parts[0],
            ["header"] = new JsonObject
            {
                ["x5c"] = new JsonArray([.. certificates.Select(each => JsonValue.Create(Convert.ToBase64String(each)))]),
                ["io.cncf.notary.signingAgent"] = agent,
            },
            ["signature"] = Base64Url.EncodeToString(signature),
        });
    }

    /// <summary>Verifies an envelope by its own certificates. Whether they are trusted is not asked.</summary>
    /// <param name="subject">What should be signed.</param>
    /// <param name="time">When it was signed: now.</param>
    /// <param name="why">Why it is refused, as a sentence without its end.</param>
    /// <returns>The certificates; null when it is refused.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal static SigningCertificates? Verify(ReadOnlySpan<byte> envelope, Descriptor subject, DateTimeOffset time, out string why)
    {
        const string Origin = "a signature";
        var root = OciJson.ReadObject(envelope, "envelope", Origin);
        var header = root.Bytes("protected") is { } raw ? OciJson.ReadObject(raw, "protected header", Origin) : null;
        var target = root.Bytes("payload") is { } payload ? OciJson.ReadObject(payload, "payload", Origin).Member("targetArtifact") : null;
        var certificates = CertificatesOf(root);
        why = Refuse(root, header, target, subject, certificates) ?? RefuseExpiry(header!, time) ?? certificates!.Refuse(time) ?? "";
        if (why.Length == 0)
        {
            return certificates;
        }

        certificates?.Dispose();
        return null;
    }

    /// <summary>Reads an envelope that is kept as a file. It is not verified here, but where it is trusted.</summary>
    /// <param name="subject">The image that it has to be about.</param>
    /// <returns>What refers to the image; null when it is about another one, or names no certificates.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal static Referrer? Read(Descriptor subject, byte[] envelope)
    {
        const string Origin = "a signature";
        var root = OciJson.ReadObject(envelope, "envelope", Origin);
        var target = root.Bytes("payload") is { } payload ? OciJson.ReadObject(payload, "payload", Origin).Member("targetArtifact") : null;
        using var certificates = target.Text("digest") == subject.Digest.ToString() ? CertificatesOf(root) : null;
        return certificates is null ? null : Refer(subject, envelope, certificates.Thumbprints, []);
    }

    /// <summary>Whether the envelope stays good when its certificates expire, because a time-stamp authority signed it too.</summary>
    internal static bool HasTimestamp(ReadOnlySpan<byte> envelope) =>
        OciJson.ReadObject(envelope, "envelope", "a signature").Member("header").Text(TimestampHeader) is not null;

    /// <summary>When the signer says that the signature ends; null for never.</summary>
    internal static DateTimeOffset? ExpiryOf(ReadOnlySpan<byte> envelope) =>
        OciJson.ReadObject(envelope, "envelope", "a signature").Bytes("protected") is { } header
            ? ExpiryOf(OciJson.ReadObject(header, "protected header", "a signature")) : null;

    /// <summary>The manifest of an envelope.</summary>
    /// <param name="thumbprints">The SHA-256 of each certificate, in hexadecimal.</param>
    /// <param name="annotations">Annotations of the signer.</param>
    internal static Referrer Refer(
        Descriptor subject, byte[] envelope, IEnumerable<string> thumbprints, IEnumerable<KeyValuePair<string, string>> annotations)
    {
        var config = new MemoryBlob(ArtifactType, "{}"u8.ToArray());
        var payload = new MemoryBlob(EnvelopeType, envelope);
        var all = new SortedList<string, string>(annotations.ToDictionary(), StringComparer.Ordinal)
        {
            [ThumbprintAnnotation] = new JsonArray([.. thumbprints.Select(each => JsonValue.Create(each))]).ToJsonString(),
        };
        var document = new Manifest
        {
            MediaType = MediaTypes.OciManifest,
            Config = config.Descriptor,
            Layers = [payload.Descriptor],
            Subject = new() { MediaType = subject.MediaType, Digest = subject.Digest, Size = subject.Size },
            Annotations = all,
        };
        return new(document, new MemoryBlob(MediaTypes.OciManifest, OciJson.Write(document)), [config, payload], Suffix);
    }

    private static DateTimeOffset? ExpiryOf(JsonObject header) => DateTimeOffset.TryParse(
        header.Text(Expiry), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static string? RefuseExpiry(JsonObject header, DateTimeOffset time) =>
        !header.ContainsKey(Expiry) ? null
            : ExpiryOf(header) is not { } end ? "when it ends cannot be read"
            : end <= time ? $"it ended on {end.UtcDateTime:yyyy-MM-dd}" : null;

    private static SigningCertificates? CertificatesOf(JsonObject root) => SigningCertificates.Read(
        [.. root.Member("header").Elements("x5c").Select(each => each is JsonValue value && value.TryGetValue<string>(out var text)
            ? JsonMembers.Base64(text) : null)]);

    private static string? Refuse(
        JsonObject root, JsonObject? header, JsonNode? target, Descriptor subject, SigningCertificates? certificates)
    {
        if (header is null || root.Bytes("signature") is not { } signature)
        {
            return "it is no JWS in the flattened JSON form";
        }

        if (certificates is null)
        {
            return "its certificates cannot be read";
        }

        if (NotaryAlgorithm.Of(certificates.Leaf) is not { } algorithm || header.Text("alg") != algorithm.Jws)
        {
            return "its algorithm is not the one for the key of its certificate";
        }

        if (header.Text("cty") != PayloadType || !s_schemes.Contains(header.Text(Scheme)))
        {
            return "it is no signature of the Notary Project";
        }

        if (target.Text("digest") != subject.Digest.ToString() || target.Number("size") != subject.Size
            || target.Text("mediaType") != subject.MediaType)
        {
            return "it is about another image";
        }

        var signed = Encoding.ASCII.GetBytes($"{root.Text("protected")}.{root.Text("payload")}");
        return algorithm.Verify(certificates.Leaf, signed, signature) ? null : "the key of its certificate did not make it";
    }
}
