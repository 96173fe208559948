using System.Globalization;
using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain.Signing;

/// <summary>
/// Signatures that differ each time they are made, as they are delivered. An image that did not change keeps the one that it has.
/// </summary>
/// <param name="record">Where they are remembered, by what is signed and who signs.</param>
internal sealed class RememberedReferrers(Record record)
{
    /// <summary>Reads what was remembered.</summary>
    /// <returns>The signatures; null when there are none that are still good.</returns>
    internal IReadOnlyList<Referrer>? Load(DateTimeOffset now)
    {
        if (record.Read() is not { } text || JsonNode.Parse(text) is not JsonObject root
            || (root.Number("expires") is { } expiry && expiry <= now.ToUnixTimeSeconds()))
        {
            return null;
        }

        return [.. root.Elements("signatures").Select(Read)];
    }

    /// <summary>Remembers signatures.</summary>
    /// <param name="expiry">When they are to be made again; null for never.</param>
    internal void Save(IReadOnlyList<Referrer> signatures, DateTimeOffset? expiry)
    {
        var root = new JsonObject { ["signatures"] = new JsonArray([.. signatures.Select(Write)]) };
        if (expiry is { } time)
        {
            root["expires"] = time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        }

        record.Write(root.ToJsonString());
    }

    private static JsonObject Write(Referrer signature) => new()
    {
        ["manifest"] = Convert.ToBase64String(signature.Manifest.Content),
        ["suffix"] = signature.Suffix,
        ["blobs"] = new JsonArray([.. signature.Blobs.Select(blob => new JsonObject
        {
            ["mediaType"] = blob.Descriptor.MediaType,
            ["data"] = Convert.ToBase64String(blob.Content),
        })]),
    };

    // Nothing but a build writes the cache, and each text in it is sealed.
    private static Referrer Read(JsonNode? node)
    {
        var manifest = new MemoryBlob(MediaTypes.OciManifest, node.Bytes("manifest"));
        return new(
            OciJson.ReadManifest(manifest.Document, "a remembered signature"),
            manifest,
            [.. node.Elements("blobs").Select(blob => new MemoryBlob(blob.Text("mediaType")!, blob.Bytes("data")))],
            node.Text("suffix")!);
    }
}
