using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Has the time of a signature certified.</summary>
/// <remarks>RFC 3161.</remarks>
internal sealed class TimestampAuthority(ServiceClient client, Uri address)
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string SignedData = "1.2.840.113549.1.7.2";
    private const string TimestampInfo = "1.2.840.113549.1.9.16.1.4";

    private static readonly TimeSpan s_tolerance = TimeSpan.FromMinutes(10);
    private static readonly Asn1Tag s_content = new(TagClass.ContextSpecific, 0);

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
        try
        {
            var (imprint, time) = Read(answer);
            return !imprint.AsSpan().SequenceEqual(hash) ? throw ServiceClient.Refused(address, $"it stamps another signature")
                : (time - client.Time.GetUtcNow()).Duration() <= s_tolerance ? answer
                : throw ServiceClient.Refused(
                    address, $"its time is more than {s_tolerance.TotalMinutes:0} minutes from this machine's");
        }
        catch (AsnContentException failure)
        {
            throw new ContainerizeException(
                DiagnosticCode.SigningServiceAnswerInvalid, ServiceClient.Refused(address, $"it grants no time stamp").Message, failure);
        }
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

    private static (byte[] Imprint, DateTimeOffset Time) Read(byte[] answer)
    {
        var response = new AsnReader(answer, AsnEncodingRules.BER).ReadSequence();
        // 0 is granted, 1 granted with changes; all others have no token.
        Require(response.ReadSequence().ReadInteger() <= 1);
        var token = response.ReadSequence();
        Require(token.ReadObjectIdentifier() == SignedData);
        var signed = token.ReadSequence(s_content).ReadSequence();
        signed.ReadInteger();
        signed.ReadSetOf();
        var content = signed.ReadSequence();
        Require(content.ReadObjectIdentifier() == TimestampInfo);
        var info = new AsnReader(content.ReadSequence(s_content).ReadOctetString(), AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        info.ReadObjectIdentifier();
        var imprint = info.ReadSequence();
        Require(imprint.ReadSequence().ReadObjectIdentifier() == Sha256);
        var hash = imprint.ReadOctetString();
        info.ReadInteger();
        return (hash, info.ReadGeneralizedTime());
    }

    private static void Require(bool condition)
    {
        if (!condition)
        {
            throw new AsnContentException();
        }
    }
}
