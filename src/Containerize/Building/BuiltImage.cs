using System.Text.Json.Serialization;
using Containerize.Images;
using Containerize.Oci;

namespace Containerize.Building;

/// <summary>An image that a build made, with what there is to say of it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Layers">The layers on top of the base's, bottom first.</param>
/// <param name="BaseName">What the project calls the base; null for an image from nothing.</param>
/// <param name="BaseDigest">The digest of the base's manifest; null for an image from nothing.</param>
internal sealed record BuiltImage(Image Image, IReadOnlyList<BuiltLayer> Layers, string? BaseName, Digest? BaseDigest)
{
    /// <summary>The layers that come from the base, bottom first.</summary>
    public IReadOnlyList<Layer> BaseLayers => [.. Image.Layers.Take(Image.Layers.Count - Layers.Count)];
}

/// <summary>A layer that a build made.</summary>
/// <param name="Name">What the user calls it: <c>runtime</c>, <c>dependencies</c>, <c>app</c>.</param>
/// <param name="Files">How many files it holds.</param>
/// <param name="Size">The size of the uncompressed tar, in bytes.</param>
/// <param name="Descriptor">The blob; its size is the compressed one.</param>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <param name="Packages">The packages in it, each as <c>id version</c>.</param>
/// <param name="Inputs">The inputs hash: by what the layer is recognised.</param>
/// <param name="Origin">How the build came by it.</param>
/// <param name="Changes">How it differs from the layer that the project's last image had in its place; null when that is not known.</param>
internal sealed record BuiltLayer(
    string Name, int Files, long Size, Descriptor Descriptor, Digest DiffId, IReadOnlyList<string> Packages, Digest Inputs, [property: JsonIgnore] LayerOrigin Origin, LayerChanges? Changes);
