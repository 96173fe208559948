using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Containerize.SupplyChain.Signing;

/// <summary>A signed statement: its bytes, what they are, and signatures over both.</summary>
/// <param name="PayloadType">The media type of the payload.</param>
/// <param name="Payload">The bytes that are stated.</param>
/// <param name="Signatures">The signatures, in the verifier's form.</param>
/// <remarks>DSSE, version 1.</remarks>
internal sealed record DsseEnvelope(string PayloadType, ReadOnlyMemory<byte> Payload, IReadOnlyList<byte[]> Signatures)
{
    /// <summary>The media type of an in-toto statement.</summary>
    internal const string Statement = "application/vnd.in-toto+json";

    /// <summary>The bytes that signatures are over: what the payload is, and the payload, each with its length.</summary>
    /// <remarks>"PAE" of DSSE.</remarks>
    internal byte[] Signed => SignedBytes(PayloadType, Payload.Span);

    /// <summary>The bytes that signatures of a payload are over.</summary>
    internal static byte[] SignedBytes(string type, ReadOnlySpan<byte> payload) =>
    [
        .. Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"DSSEv1 {Encoding.UTF8.GetByteCount(type)} {type} {payload.Length} ")),
        .. payload,
    ];

    /// <summary>Reads an envelope.</summary>
    /// <returns>The envelope; null when it lacks a part.</returns>
    internal static DsseEnvelope? Read(JsonNode? json) =>
        json.Text("payloadType") is { } type && json.Bytes("payload") is { } payload
            ? new(type, payload, [.. json.Elements("signatures").Select(signature => signature.Bytes("sig")).OfType<byte[]>()])
            : null;

    /// <summary>The envelope as JSON.</summary>
    internal JsonObject Write() => new()
    {
        ["payload"] = Convert.ToBase64String(Payload.Span),
        ["payloadType"] = PayloadType,
        // No name of the key: verifiers compute names in several ways, and pass over a signature that has another one.
        ["signatures"] = new JsonArray([.. Signatures.Select(signature =>
            new JsonObject { ["sig"] = Convert.ToBase64String(signature), ["keyid"] = "" })]),
    };
}
