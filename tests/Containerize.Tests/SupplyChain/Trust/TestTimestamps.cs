using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Containerize.Tests.SupplyChain.Trust;

/// <summary>A time-stamp authority.</summary>
internal sealed class TestTimestamps : IDisposable
{
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";
    private const string Info = "1.2.840.113549.1.9.16.1.4";

    private static readonly Asn1Tag s_first = new(TagClass.ContextSpecific, 0);

    internal TestTimestamps(DateTimeOffset now, string use = "1.3.6.1.5.5.7.3.8", string? damaged = null) =>
        Authority = new("Clock", now, use, damaged: damaged);

    internal TestAuthority Authority { get; }

    /// <summary>The digest that the token says its content has, where it is not the right one.</summary>
    internal byte[]? OtherDigest { get; set; }

    public void Dispose() => Authority.Dispose();

    /// <summary>The token of some bytes.</summary>
    internal byte[] Token(byte[] stamped, DateTimeOffset time)
    {
        var info = Sequence(writer =>
        {
            writer.WriteInteger(1);
            writer.WriteObjectIdentifier("1.2.3");
            using (writer.PushSequence())
            {
                WriteAlgorithm(writer, Sha256);
                writer.WriteOctetString(SHA256.HashData(stamped));
            }

            writer.WriteInteger(5);
            writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
        });
        var attributes = new AsnWriter(AsnEncodingRules.DER);
        using (attributes.PushSetOf())
        {
            WriteAttribute(attributes, "1.2.840.113549.1.9.3", writer => writer.WriteObjectIdentifier(Info));
            WriteAttribute(attributes, "1.2.840.113549.1.9.4", writer => writer.WriteOctetString(OtherDigest ?? SHA256.HashData(info)));
            WriteAttribute(attributes, "1.2.840.113549.1.9.16.2.47", writer =>
            {
                using (writer.PushSequence())
                using (writer.PushSequence())
                using (writer.PushSequence())
                {
                    writer.WriteOctetString(SHA256.HashData(Authority.Certificate.RawData));
                }
            });
        }

        var signed = attributes.Encode();
        var signature = ((ECDsa)Authority.Key).SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        signed[0] = 0xA0;
        return Sequence(writer =>
        {
            writer.WriteObjectIdentifier("1.2.840.113549.1.7.2");
            using (writer.PushSequence(s_first))
            using (writer.PushSequence())
            {
                writer.WriteInteger(3);
                using (writer.PushSetOf())
                {
                    WriteAlgorithm(writer, Sha256);
                }

                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(Info);
                    using (writer.PushSequence(s_first))
                    {
                        writer.WriteOctetString(info);
                    }
                }

                using (writer.PushSetOf(s_first))
                {
                    writer.WriteEncodedValue(Authority.Certificate.RawData);
                }

                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteInteger(1);
                    using (writer.PushSequence())
                    {
                        writer.WriteEncodedValue(Authority.Certificate.IssuerName.RawData);
                        writer.WriteInteger(Authority.Certificate.SerialNumberBytes.Span);
                    }

                    WriteAlgorithm(writer, Sha256);
                    writer.WriteEncodedValue(signed);
                    WriteAlgorithm(writer, "1.2.840.10045.4.3.2");
                    writer.WriteOctetString(signature);
                }
            }
        });
    }

    private static byte[] Sequence(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            write(writer);
        }

        return writer.Encode();
    }

    private static void WriteAlgorithm(AsnWriter writer, string name)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(name);
        }
    }

    private static void WriteAttribute(AsnWriter writer, string name, Action<AsnWriter> writeValue)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(name);
            using (writer.PushSetOf())
            {
                writeValue(writer);
            }
        }
    }
}
