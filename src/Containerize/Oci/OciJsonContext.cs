using System.Text.Json.Serialization;
using System.Text.Json;

namespace Containerize.Oci;

/// <summary>Serialization code for the documents, made by the compiler: no reflection at run time.</summary>
[JsonSerializable(typeof(Manifest))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(Descriptor))]
internal sealed partial class OciJsonContext : JsonSerializerContext;

/// <summary>Digests are strings in JSON; reading checks their grammar.</summary>
internal sealed class DigestConverter : JsonConverter<Digest>
{
    public override Digest? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Digest.TryParse(reader.GetString(), out var digest) ? digest : throw new JsonException("a digest is malformed");

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
