using System.Text.Json.Serialization;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Starting;

namespace Containerize.Building;

/// <summary>An image that a build made, with what there is to say of it.</summary>
/// <param name="Image">The image.</param>
/// <param name="Layers">The layers on top of the base's, bottom first.</param>
/// <param name="BaseName">What the project calls the base; null for an image from nothing.</param>
/// <param name="BaseDigest">The digest of the base's manifest; null for an image from nothing.</param>
internal sealed record BuiltImage(Image Image, IReadOnlyList<BuiltLayer> Layers, string? BaseName, Digest? BaseDigest)
{
    /// <summary>The base's signature; null when none was demanded.</summary>
    public VerifiedSignature? BaseSignature { get; init; }

    /// <summary>What the start check found; null when it did not run.</summary>
    public IReadOnlyList<StartFinding>? StartFindings { get; init; }

    /// <summary>The same image with symbols; null when none was wanted. It is handed on as an image of its own.</summary>
    public BuiltImage? Debug { get; init; }

    /// <summary>The layers that come from the base, bottom first.</summary>
    public IReadOnlyList<Layer> BaseLayers => [.. Image.Layers.Take(Image.Layers.Count - Layers.Count)];
}

/// <summary>A layer of this build.</summary>
/// <param name="Name">What the user calls it: <c>runtime</c>, <c>dependencies</c>, <c>app</c>.</param>
/// <param name="Inputs">The inputs hash, which identifies it.</param>
/// <param name="Packages">The packages in it, each as <c>id version</c>, in ordinal order.</param>
/// <param name="Record">What it is, and where its bytes are.</param>
/// <param name="Origin">How the build came by it.</param>
internal sealed record BuiltLayer(
    string Name, Digest Inputs, IReadOnlyList<string> Packages, LayerRecord Record, [property: JsonIgnore] LayerOrigin Origin)
{
    /// <summary>How it differs from the layer that the project's last image had in its place; null when that is not known.</summary>
    public LayerChanges? Changes { get; init; }

    /// <summary>The blob; its size is the compressed one.</summary>
    [JsonIgnore]
    public Descriptor Descriptor => Record.Blob.Descriptor;
}

/// <summary>How a build came by a layer.</summary>
internal enum LayerOrigin
{
    /// <summary>It was made.</summary>
    Built,

    /// <summary>An earlier build on this machine made it.</summary>
    Cache,

    /// <summary>A registry has it; its bytes stay there.</summary>
    Registry,
}
