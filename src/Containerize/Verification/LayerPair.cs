using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Verification;

/// <summary>A layer of an image, and the one in its place in the rebuild.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Image">The image's layer; null where it has none.</param>
/// <param name="Rebuilt">The rebuild's layer; null where it has none.</param>
internal sealed record LayerPair(string Name, LayerAt? Image, LayerAt? Rebuilt)
{
    /// <summary>Whether both unpack to the same.</summary>
    internal bool HasSameContent => Image is not null && Image.Layer.DiffId == Rebuilt?.Layer.DiffId;

    /// <summary>Whether both have the same bytes.</summary>
    internal bool IsEqual => HasSameContent && Image!.Layer.Blob.Descriptor.Digest == Rebuilt!.Layer.Blob.Descriptor.Digest;

    /// <summary>
    /// Pairs the layers on the bases: those with the same content, then those with the same name, then the others in their order.
    /// </summary>
    /// <param name="image">The layers of the image, bottom first.</param>
    /// <param name="rebuilt">The layers of the rebuild, bottom first.</param>
    internal static IReadOnlyList<LayerPair> Of(IReadOnlyList<LayerAt> image, IReadOnlyList<LayerAt> rebuilt)
    {
        var (old, now, pairs) = (image.ToList(), rebuilt.ToList(), new List<LayerPair>());
        Take((one, other) => one.Layer.DiffId == other.Layer.DiffId);
        Take((one, other) => one.Name is { } name && name == other.Name);
        Take((_, _) => true);
        pairs.AddRange(old.Select(layer => new LayerPair(layer.Title, layer, null)));
        pairs.AddRange(now.Select(layer => new LayerPair(layer.Title, null, layer)));
        return [.. pairs.OrderBy(pair => (pair.Image ?? pair.Rebuilt)!.Number)];

        void Take(Func<LayerAt, LayerAt, bool> belong)
        {
            foreach (var layer in old.ToList())
            {
                if (now.FirstOrDefault(other => belong(layer, other)) is { } found)
                {
                    pairs.Add(new(found.Name ?? layer.Title, layer, found));
                    old.Remove(layer);
                    now.Remove(found);
                }
            }
        }
    }
}

/// <summary>A layer with its place.</summary>
/// <param name="Number">Its number, from the bottom.</param>
internal sealed record LayerAt(int Number, Layer Layer)
{
    /// <summary>What the manifest calls it; null for nothing.</summary>
    internal string? Name => Layer.Annotations?.GetValueOrDefault(LayerAnnotations.Name);

    /// <summary>What it is called for people.</summary>
    internal string Title => Name ?? $"layer {Number}";

    /// <summary>The layers of an image, without those at the bottom.</summary>
    internal static IReadOnlyList<LayerAt> Of(Image image, int skipped) =>
        [.. image.Layers.Select((layer, number) => new LayerAt(number, layer)).Skip(skipped)];
}
