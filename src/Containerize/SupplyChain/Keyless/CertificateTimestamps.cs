using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PublicKey = Containerize.SupplyChain.Signing.PublicKey;

namespace Containerize.SupplyChain.Keyless;

/// <summary>Promises of logs, in a certificate, that they note it for all to see.</summary>
/// <remarks>RFC 6962, sections 3.2 and 3.3.</remarks>
internal static class CertificateTimestamps
{
    private const string Extension = "1.3.6.1.4.1.11129.2.4.2";
    private const int LogLength = 32;

    private static readonly Asn1Tag s_extensions = new(TagClass.ContextSpecific, 3);

    /// <summary>Whether one of the logs that are trusted promised to note a certificate.</summary>
    /// <param name="issuerKey">The key of its issuer, as SubjectPublicKeyInfo.</param>
    /// <param name="logs">Finds the key of a log that was trusted at a time, by the log's name; null for no such log.</param>
    internal static bool Verify(
        X509Certificate2 certificate, ReadOnlySpan<byte> issuerKey, Func<byte[], DateTimeOffset, PublicKey?> logs)
    {
        try
        {
            if (certificate.Extensions[Extension] is not { } extension)
            {
                return false;
            }

            var logged = WithoutTimestamps(certificate.RawData);
            var issuer = SHA256.HashData(issuerKey);
            var list = Part(new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadOctetString(), out var rest);
            while (rest.IsEmpty && !list.IsEmpty)
            {
                if (IsBy(Part(list, out list), issuer, logged, logs))
                {
                    return true;
                }
            }
        }
        catch (Exception failure) when (
            failure is AsnContentException or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            // It is no list of promises.
        }

        return false;
    }

    private static bool IsBy(
        ReadOnlySpan<byte> promise, byte[] issuer, byte[] logged, Func<byte[], DateTimeOffset, PublicKey?> logs)
    {
        // Version 1 is 0; ECDSA and RSA with SHA-256 are all that logs may use.
        var (version, log) = (promise[0], promise.Slice(1, LogLength).ToArray());
        var time = promise.Slice(1 + LogLength, 8);
        var extensions = Part(promise[(9 + LogLength)..], out var rest);
        var milliseconds = BinaryPrimitives.ReadInt64BigEndian(time);
        if (version != 0 || rest[0] != 4 || milliseconds is < 0 or > 253_402_300_799_999
            || logs(log, DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)) is not { } key)
        {
            return false;
        }

        byte[] signed =
        [
            0, 0, .. time, 0, 1, .. issuer,
            (byte)(logged.Length >> 16), (byte)(logged.Length >> 8), (byte)logged.Length, .. logged,
            (byte)(extensions.Length >> 8), (byte)extensions.Length, .. extensions,
        ];
        return key.Verify(signed, Part(rest[2..], out _));
    }

    // The part of a certificate that is signed, as it was before the promises were put in.
    private static byte[] WithoutTimestamps(byte[] certificate)
    {
        var body = new AsnReader(certificate, AsnEncodingRules.DER).ReadSequence().ReadSequence();
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            while (body.HasData)
            {
                if (!body.PeekTag().HasSameClassAndValue(s_extensions))
                {
                    writer.WriteEncodedValue(body.ReadEncodedValue().Span);
                    continue;
                }

                var extensions = body.ReadSequence(s_extensions).ReadSequence();
                using (writer.PushSequence(s_extensions))
                using (writer.PushSequence())
                {
                    while (extensions.HasData)
                    {
                        var encoded = extensions.ReadEncodedValue();
                        if (new AsnReader(encoded, AsnEncodingRules.DER).ReadSequence().ReadObjectIdentifier() != Extension)
                        {
                            writer.WriteEncodedValue(encoded.Span);
                        }
                    }
                }
            }
        }

        return writer.Encode();
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> rest)
    {
        var length = bytes.Length < 2 ? throw new ArgumentOutOfRangeException(nameof(bytes)) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
        rest = bytes[(2 + length)..];
        return bytes.Slice(2, length);
    }
}
