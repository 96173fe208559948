using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>An entry of a transparency log, with what shows that the log has it.</summary>
/// <param name="Log">The log's name.</param>
/// <param name="Body">The entry.</param>
/// <param name="Index">Its number in the log.</param>
/// <param name="Time">When the log took it, in seconds since 1970, which only a promise certifies; null for logs that say none.</param>
/// <param name="Promise">The log's signature of all that; null for none.</param>
/// <param name="Proof">Shows that the log has the entry; null for none.</param>
/// <remarks>Sigstore, <i>sigstore_rekor.proto</i>, "TransparencyLogEntry".</remarks>
internal sealed record LogEntry(byte[] Log, byte[] Body, long Index, long? Time, byte[]? Promise, InclusionProof? Proof)
{
    /// <summary>Reads an entry as bundles hold it.</summary>
    /// <returns>The entry; null when it lacks a part.</returns>
    internal static LogEntry? Read(JsonNode? entry) =>
        entry.Member("logId").Bytes("keyId") is { } log && entry.Bytes("canonicalizedBody") is { } body
            ? new(
                log,
                body,
                entry.Number("logIndex") ?? 0,
                entry.Number("integratedTime") is { } time and not 0 ? time : null,
                entry.Member("inclusionPromise").Bytes("signedEntryTimestamp"),
                InclusionProof.Read(entry.Member("inclusionProof")))
            : null;

    /// <summary>Reads an entry as cosign 2 writes it into an annotation.</summary>
    /// <returns>The entry; null when it lacks a part.</returns>
    internal static LogEntry? ReadAnnotation(string? json)
    {
        try
        {
            var root = json is null ? null : OciJson.ReadObject(Encoding.UTF8.GetBytes(json), "entry", "a signature");
            var entry = root.Member("Payload");
            return entry.Bytes("body") is { } body && entry.Number("integratedTime") is { } time
                && entry.Number("logIndex") is { } index && entry.Text("logID") is { } log
                    ? new(Convert.FromHexString(log), body, index, time, root.Bytes("SignedEntryTimestamp"), null) : null;
        }
        catch (Exception failure) when (failure is ContainerizeException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Whether the log with a key promised the entry, at its time.</summary>
    internal bool IsPromisedBy(PublicKey key)
    {
        // The members in the order of their names, and no blanks: RFC 8785.
        var promised = OciJson.Write(new JsonObject
        {
            ["body"] = Convert.ToBase64String(Body),
            ["integratedTime"] = Time,
            ["logID"] = Convert.ToHexStringLower(Log),
            ["logIndex"] = Index,
        });
        return Promise is not null && key.Verify(promised, Promise);
    }

    /// <summary>Whether the entry is about a signature, and the certificate of who made it.</summary>
    /// <remarks>Rekor, <i>pkg/types</i>: hashedrekord 0.0.1 and 0.0.2, dsse 0.0.1 and 0.0.2, intoto 0.0.2.</remarks>
    internal bool IsAbout(KeylessSignature signature)
    {
        try
        {
            var entry = OciJson.ReadObject(Body, "entry", "a log");
            var spec = entry.Member("spec");
            return $"{entry.Text("kind")} {entry.Text("apiVersion")}" switch
            {
                "hashedrekord 0.0.1" => Hash(spec.Member("data").Member("hash"), signature.Signed)
                    && Same(spec.Member("signature").Bytes("content"), signature.Signature)
                    && IsCertificate(spec.Member("signature").Member("publicKey").Bytes("content"), signature),
                "hashedrekord 0.0.2" when spec.Member("hashedRekordV002") is { } noted => Hash2(noted.Member("data"), signature.Signed)
                    && IsSignature2(noted.Member("signature"), signature),
                "dsse 0.0.1" => Hash(spec.Member("payloadHash"), signature.Payload)
                    && spec.Elements("signatures").Any(each => Same(each.Bytes("signature"), signature.Signature)
                        && IsCertificate(each.Bytes("verifier"), signature)),
                "dsse 0.0.2" when spec.Member("dsseV002") is { } noted => Hash2(noted.Member("payloadHash"), signature.Payload)
                    && noted.Elements("signatures").Any(each => IsSignature2(each, signature)),
                // The signature is in base64 twice.
                "intoto 0.0.2" when spec.Member("content") is { } noted => Hash(noted.Member("payloadHash"), signature.Payload)
                    && noted.Member("envelope").Elements("signatures").Any(each => each.Bytes("sig") is { } text
                        && Same(JsonMembers.Base64(Encoding.ASCII.GetString(text)), signature.Signature)
                        && IsCertificate(each.Bytes("publicKey"), signature)),
                _ => false,
            };
        }
        catch (ContainerizeException)
        {
            return false;
        }
    }

    private static bool IsSignature2(JsonNode? noted, KeylessSignature signature) => Same(noted.Bytes("content"), signature.Signature)
        && Same(noted.Member("verifier").Member("x509Certificate").Bytes("rawBytes"), signature.Certificates[0]);

    private static bool Hash(JsonNode? noted, byte[] content) => HashOf(noted.Text("algorithm"), content) is { } hash
        && noted.Text("value") == Convert.ToHexStringLower(hash);

    private static bool Hash2(JsonNode? noted, byte[] content) => Same(noted.Bytes("digest"), HashOf(noted.Text("algorithm"), content));

    private static byte[]? HashOf(string? name, byte[] content) => name switch
    {
        "sha256" or "SHA2_256" => SHA256.HashData(content),
        "sha384" or "SHA2_384" => SHA384.HashData(content),
        "sha512" or "SHA2_512" => SHA512.HashData(content),
        _ => null,
    };

    private static bool IsCertificate(byte[]? pem, KeylessSignature signature)
    {
        var text = pem is null ? "" : Encoding.UTF8.GetString(pem);
        return Same(PemBlock.Certificates(text).FirstOrDefault(), signature.Certificates[0]);
    }

    private static bool Same(byte[]? left, byte[]? right) =>
        left is not null && right is not null && left.AsSpan().SequenceEqual(right);
}
