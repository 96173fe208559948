using System.Text;
using Containerize.Oci;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>A signature with a certificate that says who made it, and with what says when; nothing of it is verified.</summary>
/// <param name="Certificates">The certificates in DER, the signing one first.</param>
/// <param name="Signed">The bytes that the signature is over.</param>
/// <param name="Payload">What is stated by them.</param>
/// <param name="Signature">The signature.</param>
/// <param name="Entries">What logs say of it; null for what cannot be read.</param>
/// <param name="Timestamps">What time-stamp authorities say of it; null for what cannot be read.</param>
internal sealed record KeylessSignature(
    IReadOnlyList<byte[]> Certificates,
    byte[] Signed,
    byte[] Payload,
    byte[] Signature,
    IReadOnlyList<LogEntry?> Entries,
    IReadOnlyList<TimestampToken?> Timestamps)
{
    private const string Annotation = "dev.sigstore.cosign/";

    /// <summary>Reads what a bundle says.</summary>
    /// <returns>The signature; null when it has no certificate, as those by a key.</returns>
    internal static KeylessSignature? Of(SigstoreBundle bundle)
    {
        var certificates = new[] { bundle.Material.Member("certificate") }
            .Concat(bundle.Material.Member("x509CertificateChain").Elements("certificates"))
            .Select(each => each.Bytes("rawBytes")).OfType<byte[]>().ToList();
        return certificates.Count == 0 || bundle.Envelope.Signatures.Count != 1 ? null : new(
            certificates,
            bundle.Envelope.Signed,
            bundle.Envelope.Payload.ToArray(),
            bundle.Envelope.Signatures[0],
            [.. bundle.Material.Elements("tlogEntries").Select(LogEntry.Read)],
            [
                .. bundle.Material.Member("timestampVerificationData").Elements("rfc3161Timestamps")
                    .Select(each => each.Bytes("signedTimestamp") is { } token ? TimestampToken.Read(token) : null),
            ]);
    }

    /// <summary>Reads what the older form says, in annotations of the payload's layer.</summary>
    /// <returns>The signature; null when it has no certificate, as those by a key.</returns>
    /// <remarks>cosign, <i>SIGNATURE_SPEC.md</i>.</remarks>
    internal static KeylessSignature? Of(
        ReadOnlyMemory<byte> payload, byte[] signature, IReadOnlyDictionary<string, string> annotations)
    {
        List<byte[]> certificates =
        [
            .. PemBlock.Certificates(annotations.GetValueOrDefault($"{Annotation}certificate") ?? ""),
            .. PemBlock.Certificates(annotations.GetValueOrDefault($"{Annotation}chain") ?? ""),
        ];
        var entry = annotations.GetValueOrDefault($"{Annotation}bundle");
        var stamp = annotations.GetValueOrDefault($"{Annotation}rfc3161timestamp");
        return certificates.Count == 0 ? null : new(
            certificates,
            payload.ToArray(),
            payload.ToArray(),
            signature,
            entry is null ? [] : [LogEntry.ReadAnnotation(entry)],
            stamp is null ? [] : [ReadTimestamp(stamp)]);
    }

    private static TimestampToken? ReadTimestamp(string json)
    {
        try
        {
            var stamp = OciJson.ReadObject(Encoding.UTF8.GetBytes(json), "time stamp", "a signature");
            return stamp.Bytes("SignedRFC3161Timestamp") is { } token ? TimestampToken.Read(token) : null;
        }
        catch (ContainerizeException)
        {
            return null;
        }
    }
}
