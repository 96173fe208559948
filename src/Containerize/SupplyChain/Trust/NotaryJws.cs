using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Trust;

/// <summary>Reads envelopes of the Notary Project that are JWS.</summary>
/// <remarks>Notary Project, <i>signature-envelope-jws.md</i>; RFC 7515, section 7.2.2.</remarks>
internal static class NotaryJws
{
    /// <summary>Reads an envelope.</summary>
    /// <returns>The envelope; null when it lacks a part.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal static NotaryEnvelope? Read(ReadOnlySpan<byte> json)
    {
        const string Origin = "a signature";
        var root = OciJson.ReadObject(json, "envelope", Origin);
        if (root.Bytes("protected") is not { } raw || root.Bytes("payload") is not { } payload
            || root.Bytes("signature") is not { } signature)
        {
            return null;
        }

        var header = OciJson.ReadObject(raw, "protected header", Origin);
        return new(
            Encoding.ASCII.GetBytes($"{root.Text("protected")}.{root.Text("payload")}"),
            signature,
            payload,
            new(
                header.Text("alg"),
                header.Text("cty"),
                header.Member("crit") is JsonArray critical ? [.. critical.Select(each => Text(each) ?? "")] : null,
                [.. header.Select(each => each.Key)],
                header.Text(NotaryHeaders.SchemeName),
                Time(header, NotaryHeaders.SigningTimeName),
                Time(header, NotaryHeaders.AuthenticTimeName),
                Time(header, NotaryHeaders.ExpiryName)),
            [.. root.Member("header").Elements("x5c").Select(each => JsonMembers.Base64(Text(each)))],
            root.Member("header").Bytes(NotaryHeaders.TimestampName));
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static DateTimeOffset? Time(JsonObject header, string name) => DateTimeOffset.TryParse(
        header.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
