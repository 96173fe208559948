using System.Formats.Cbor;
using System.Globalization;
using Containerize.SupplyChain.Signers;

namespace Containerize.SupplyChain.Trust;

/// <summary>Reads envelopes of the Notary Project that are COSE_Sign1: what Microsoft's registry has.</summary>
/// <remarks>Notary Project, <i>signature-envelope-cose.md</i>; RFC 9052, section 4.2; RFC 9360.</remarks>
internal static class NotaryCose
{
    /// <summary>The media type of the envelope.</summary>
    internal const string EnvelopeType = "application/cose";

    private const CborTag Sign1 = (CborTag)18;
    private const string Algorithm = "1";
    private const string Critical = "2";
    private const string ContentType = "3";
    private const string Chain = "33";

    /// <summary>Reads an envelope.</summary>
    /// <returns>The envelope; null when it is none.</returns>
    internal static NotaryEnvelope? Read(ReadOnlyMemory<byte> cbor)
    {
        try
        {
            var reader = new CborReader(cbor, CborConformanceMode.Strict);
            if (reader.ReadTag() != Sign1 || reader.ReadStartArray() != 4)
            {
                return null;
            }

            var raw = reader.ReadByteString();
            var headers = ReadProtected(raw);
            var (certificates, timestamp) = ReadUnprotected(reader);
            var (payload, signature) = (reader.ReadByteString(), reader.ReadByteString());
            reader.ReadEndArray();
            return reader.BytesRemaining > 0 ? null : new(SignedBytes(raw, payload), signature, payload, headers, certificates, timestamp);
        }
        catch (Exception failure) when (failure is CborContentException or InvalidOperationException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>The bytes that signatures are over.</summary>
    /// <remarks>RFC 9052, section 4.4, "Sig_structure".</remarks>
    private static byte[] SignedBytes(byte[] headers, byte[] payload)
    {
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteStartArray(4);
        writer.WriteTextString("Signature1");
        writer.WriteByteString(headers);
        writer.WriteByteString([]);
        writer.WriteByteString(payload);
        writer.WriteEndArray();
        return writer.Encode();
    }

    private static NotaryHeaders ReadProtected(byte[] raw)
    {
        var reader = new CborReader(raw, CborConformanceMode.Strict);
        var headers = new NotaryHeaders(null, null, null, [], null, null, null, null);
        var names = new List<string>();
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            var name = ReadLabel(reader);
            names.Add(name);
            headers = name switch
            {
                Algorithm => headers with { Algorithm = NotaryAlgorithm.OfCose(reader.ReadInt64())?.Jws },
                Critical => headers with { Critical = ReadLabels(reader) },
                ContentType => headers with { ContentType = reader.ReadTextString() },
                NotaryHeaders.SchemeName => headers with { Scheme = reader.ReadTextString() },
                NotaryHeaders.SigningTimeName => headers with { SigningTime = ReadTime(reader) },
                NotaryHeaders.AuthenticTimeName => headers with { AuthenticTime = ReadTime(reader) },
                NotaryHeaders.ExpiryName => headers with { Expiry = ReadTime(reader) },
                _ => Skip(reader, headers),
            };
        }

        reader.ReadEndMap();
        return reader.BytesRemaining > 0 ? throw new InvalidOperationException() : headers with { Names = names };
    }

    private static (IReadOnlyList<byte[]?> Certificates, byte[]? Timestamp) ReadUnprotected(CborReader reader)
    {
        var (certificates, timestamp) = (new List<byte[]?>(), (byte[]?)null);
        reader.ReadStartMap();
        while (reader.PeekState() != CborReaderState.EndMap)
        {
            switch (ReadLabel(reader))
            {
                case Chain when reader.PeekState() == CborReaderState.StartArray:
                    reader.ReadStartArray();
                    while (reader.PeekState() != CborReaderState.EndArray)
                    {
                        certificates.Add(reader.ReadByteString());
                    }

                    reader.ReadEndArray();
                    break;
                case Chain:
                    certificates.Add(reader.ReadByteString());
                    break;
                case NotaryHeaders.TimestampName:
                    timestamp = reader.ReadByteString();
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        reader.ReadEndMap();
        return (certificates, timestamp);
    }

    // Labels are numbers or texts; a text that looks like a number is none that is looked for.
    private static string ReadLabel(CborReader reader) => reader.PeekState() != CborReaderState.TextString
        ? reader.ReadInt64().ToString(CultureInfo.InvariantCulture)
        : reader.ReadTextString() is var text && long.TryParse(text, CultureInfo.InvariantCulture, out _)
            ? throw new InvalidOperationException() : text;

    private static List<string> ReadLabels(CborReader reader)
    {
        var labels = new List<string>();
        reader.ReadStartArray();
        while (reader.PeekState() != CborReaderState.EndArray)
        {
            labels.Add(ReadLabel(reader));
        }

        reader.ReadEndArray();
        return labels;
    }

    private static DateTimeOffset ReadTime(CborReader reader) => reader.ReadTag() == CborTag.UnixTimeSeconds
        && reader.ReadInt64() is var seconds and >= 0 and < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds) : throw new InvalidOperationException();

    private static NotaryHeaders Skip(CborReader reader, NotaryHeaders headers)
    {
        reader.SkipValue();
        return headers;
    }
}
