using System.Text.Json.Nodes;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.SupplyChain;

/// <summary>
/// Documents about an image that are found by a tag, as in <c>sha256-HEX.sig</c>: the form before referrers. Each is a layer; layers that
/// others put there stay.
/// </summary>
/// <param name="Subject">The manifest or index that the documents are about.</param>
/// <param name="Tag">The tag.</param>
/// <param name="Layers">The documents, at least one.</param>
internal sealed record EvidenceImage(Descriptor Subject, string Tag, IReadOnlyList<EvidenceLayer> Layers)
{
    /// <summary>The manifest with these layers behind those that are there.</summary>
    /// <param name="there">What the tag names now; null for nothing. One that is no manifest is replaced.</param>
    /// <param name="origin">Where that comes from, for messages.</param>
    /// <returns>The manifest with the config that it names; null when all layers are there.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidDocument"/>.</exception>
    internal (MemoryBlob Manifest, MemoryBlob Config)? Merge(RawDocument? there, string origin)
    {
        IReadOnlyList<Descriptor> old = there is not null && MediaTypes.IsManifest(there.Descriptor.MediaType)
            ? OciJson.ReadManifest(there, origin).Layers
            : [];
        var missing = Layers.Select(layer => layer.Descriptor).Where(layer => !old.Any(known => IsSame(known, layer))).ToList();
        if (missing.Count == 0)
        {
            return null;
        }

        Descriptor[] all = [.. old, .. missing];
        // What cosign writes: a config that names no platform, so that no engine takes this for an image.
        var config = new MemoryBlob(MediaTypes.OciConfig, OciJson.Write(new JsonObject
        {
            ["architecture"] = "",
            ["os"] = "",
            ["config"] = new JsonObject(),
            ["rootfs"] = new JsonObject
            {
                ["type"] = "layers",
                ["diff_ids"] = new JsonArray([.. all.Select(layer => JsonValue.Create(layer.Digest.ToString()))]),
            },
        }));
        var manifest = new Manifest { MediaType = MediaTypes.OciManifest, Config = config.Descriptor, Layers = all };
        return (new MemoryBlob(MediaTypes.OciManifest, OciJson.Write(manifest)), config);
    }

    private static bool IsSame(Descriptor one, Descriptor other)
    {
        var (left, right) = (one.Annotations ?? new Dictionary<string, string>(), other.Annotations ?? new Dictionary<string, string>());
        return one.Digest == other.Digest && left.Count == right.Count
            && left.All(annotation => right.GetValueOrDefault(annotation.Key) == annotation.Value);
    }
}

/// <summary>A document in an <see cref="EvidenceImage"/>.</summary>
/// <param name="Blob">Its bytes.</param>
/// <param name="Annotations">Annotations of the layer, where such forms keep signatures.</param>
internal sealed record EvidenceLayer(MemoryBlob Blob, IReadOnlyDictionary<string, string> Annotations)
{
    /// <summary>How the manifest names it.</summary>
    internal Descriptor Descriptor => Blob.Descriptor with
    {
        Annotations = new SortedList<string, string>(Annotations.ToDictionary(), StringComparer.Ordinal),
    };
}
