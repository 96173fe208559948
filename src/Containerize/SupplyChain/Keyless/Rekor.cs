using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Http;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Notes signatures in a log that all can read.</summary>
/// <remarks>Rekor, API version 1: entries of the kind <c>dsse</c> 0.0.1.</remarks>
internal sealed class Rekor(ServiceClient client, Uri address, TrustedRoot? root)
{
    private const string Kind = "dsse";
    private const string Version = "0.0.1";

    /// <summary>Notes a signed statement.</summary>
    /// <returns>The entry, as a bundle holds it.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SigningServiceFailed"/> or
    /// <see cref="DiagnosticCode.SigningServiceAnswerInvalid"/>.</exception>
    internal async Task<JsonObject> NoteAsync(
        DsseEnvelope envelope, IdentityCertificate certificate, CancellationToken cancellationToken)
    {
        var url = VerbatimUrl.Create($"{VerbatimUrl.Text(address).TrimEnd('/')}/api/v1/log/entries");
        var verifier = Convert.ToBase64String(Encoding.UTF8.GetBytes(certificate.Pem));
        var answer = await client.PostAsync(
            url,
            new JsonObject
            {
                ["apiVersion"] = Version,
                ["kind"] = Kind,
                ["spec"] = new JsonObject
                {
                    ["proposedContent"] = new JsonObject
                    {
                        ["envelope"] = Encoding.UTF8.GetString(OciJson.Write(envelope.Write())),
                        ["verifiers"] = new JsonArray(JsonValue.Create(verifier)),
                    },
                },
            },
            null,
            cancellationToken);
        // The entry's name in the log, and the entry.
        var entry = answer.Count == 1 ? answer.First().Value : null;
        return Read(entry, envelope) is { } read
            ? root?.RefuseEntry(read) is { } why ? throw ServiceClient.Refused(url, why) : read
            : throw ServiceClient.Refused(url, $"it is no entry of the log for this signature, with a promise or proof of it");
    }

    private static JsonObject? Read(JsonNode? entry, DsseEnvelope envelope)
    {
        var (body, verification) = (entry.Bytes("body"), entry.Member("verification"));
        if (body is null || entry.Text("logID") is not { } log || !IsHex(log) || entry.Number("integratedTime") is not { } time
            || entry.Number("logIndex") is not { } index || Proof(verification.Member("inclusionProof")) is not { } proof
            || !IsAbout(body, envelope))
        {
            return null;
        }

        var read = new JsonObject
        {
            ["logIndex"] = Text(index),
            ["logId"] = new JsonObject { ["keyId"] = Convert.ToBase64String(Convert.FromHexString(log)) },
            ["kindVersion"] = new JsonObject { ["kind"] = Kind, ["version"] = Version },
            ["integratedTime"] = Text(time),
        };
        if (verification.Bytes("signedEntryTimestamp") is { } promise)
        {
            read["inclusionPromise"] = new JsonObject { ["signedEntryTimestamp"] = Convert.ToBase64String(promise) };
        }

        read["inclusionProof"] = proof;
        read["canonicalizedBody"] = Convert.ToBase64String(body);
        return read;
    }

    private static JsonObject? Proof(JsonNode? proof)
    {
        var hashes = proof.Elements("hashes").Select(each =>
            each is JsonValue value && value.TryGetValue<string>(out var text) && IsHex(text) ? text : null).ToList();
        return proof.Number("logIndex") is { } index && proof.Number("treeSize") is { } size && proof.Text("checkpoint") is { } checkpoint
            && proof.Text("rootHash") is { } hash && IsHex(hash) && !hashes.Contains(null)
                ? new JsonObject
                {
                    ["logIndex"] = Text(index),
                    ["rootHash"] = Convert.ToBase64String(Convert.FromHexString(hash)),
                    ["treeSize"] = Text(size),
                    ["hashes"] = new JsonArray(
                        [.. hashes.Select(each => JsonValue.Create(Convert.ToBase64String(Convert.FromHexString(each!))))]),
                    ["checkpoint"] = new JsonObject { ["envelope"] = checkpoint },
                }
                : null;
    }

    private static bool IsAbout(byte[] body, DsseEnvelope envelope)
    {
        try
        {
            var noted = OciJson.ReadObject(body, "entry", "a log");
            var spec = noted.Member("spec");
            return noted.Text("kind") == Kind && noted.Text("apiVersion") == Version
                && spec.Member("payloadHash").Text("value") == Convert.ToHexStringLower(SHA256.HashData(envelope.Payload.Span))
                && spec.Elements("signatures").Select(each => each.Bytes("signature")).ToList() is [{ } signature]
                && signature.AsSpan().SequenceEqual(envelope.Signatures[0]);
        }
        catch (ContainerizeException)
        {
            return false;
        }
    }

    private static bool IsHex(string text) => text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
