using System.Formats.Asn1;
using System.Security.Cryptography;
using Containerize.SupplyChain.Signing;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Has the time of a signature certified.</summary>
/// <remarks>RFC 3161.</remarks>
internal sealed class TimestampAuthority(ServiceClient client, Uri address)
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(10);

    /// <summary>Asks for a time stamp of a signature.</summary>
    /// <returns>The answer as it came, which bundles hold. That it is about the signature, and of now, was verified; whether its signer is
    /// trusted is for verifiers to say.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.SigningServiceFailed"/> or
    /// <see cref="DiagnosticCode.SigningServiceAnswerInvalid"/>.</exception>
    internal async Task<byte[]> StampAsync(byte[] signature, CancellationToken cancellationToken)
    {
        var hash = SHA256.HashData(signature);
        var answer = await client.PostAsync(
            address, Request(hash), "application/timestamp-query", "application/timestamp-reply", null, cancellationToken);
        return TimestampToken.Read(answer) is not { } token ? throw ServiceClient.Refused(address, $"it grants no time stamp")
            : !token.IsAbout(signature) ? throw ServiceClient.Refused(address, $"it stamps another signature")
            : (token.Time - client.Time.GetUtcNow()).Duration() <= s_tolerance ? answer
            : throw ServiceClient.Refused(
                address, $"its time is more than {s_tolerance.TotalMinutes:0} minutes from this machine's");
    }

    private static byte[] Request(byte[] hash)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Sha256);
                    writer.WriteNull();
                }

                writer.WriteOctetString(hash);
            }

            // With the certificates of the authority, so that verifiers find them.
            writer.WriteBoolean(true);
        }

        return writer.Encode();
    }
}
