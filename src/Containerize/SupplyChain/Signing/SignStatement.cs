using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.SupplyChain.Signing;

/// <summary>The statements that are signed: of an image, this digest and nothing more; of a document, all that it says.</summary>
/// <remarks>in-toto Statement v1; the predicate type of signatures is cosign's.</remarks>
internal static class SignStatement
{
    /// <summary>The predicate type of a signature.</summary>
    internal const string PredicateType = "https://sigstore.dev/cosign/sign/v1";

    private const string StatementType = "https://in-toto.io/Statement/v1";

    /// <summary>Writes the statement that signs an image. It names no repository: a copy of the image is the same image.</summary>
    internal static byte[] Of(Digest subject) => OciJson.Write(new JsonObject
    {
        ["_type"] = StatementType,
        ["subject"] = new JsonArray(new JsonObject { ["digest"] = new JsonObject { [subject.Algorithm] = subject.Hex } }),
        ["predicateType"] = PredicateType,
        // It has to be there, though it says nothing.
        ["predicate"] = new JsonObject(),
    });

    /// <summary>What a document says, as a statement to sign.</summary>
    /// <returns>The statement; null for a document that is not signed.</returns>
    internal static Attestation? Of(Referrer document)
    {
        var (subject, content) = (document.Subject, document.Payload.Memory);
        return document.Payload.Descriptor.MediaType != Attestation.MediaType
            ? document.PredicateType is { } type ? new(subject, type, Write(subject.Digest, type, content.Span), document.Suffix) : null
            : PredicateTypeOf(content.Span, subject.Digest) is { } stated ? new(subject, stated, content, document.Suffix) : null;
    }

    /// <summary>The predicate type of a statement about a digest.</summary>
    /// <returns>The type; null when it is no statement about this digest.</returns>
    internal static string? PredicateTypeOf(ReadOnlySpan<byte> payload, Digest subject)
    {
        var statement = OciJson.ReadObject(payload, "statement", "a signature", RegularFile.MaxDocument);
        return statement.Text("_type") is StatementType or "https://in-toto.io/Statement/v0.1"
            && statement.Elements("subject").Any(each => each.Member("digest").Text(subject.Algorithm) == subject.Hex)
                ? statement.Text("predicateType")
                : null;
    }

    // A bill of materials has megabytes: it is not parsed for this.
    private static byte[] Write(Digest subject, string predicateType, ReadOnlySpan<byte> predicate)
    {
        var buffer = new ArrayBufferWriter<byte>(predicate.Length + 512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("_type", StatementType);
            json.WriteStartArray("subject");
            json.WriteStartObject();
            json.WriteStartObject("digest");
            json.WriteString(subject.Algorithm, subject.Hex);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteString("predicateType", predicateType);
            json.WritePropertyName("predicate");
            json.WriteRawValue(predicate, skipInputValidation: true);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
