namespace Containerize.SupplyChain.Sbom;

/// <summary>What an image consists of: the content of a bill of materials, whatever its form.</summary>
/// <param name="Image">The image.</param>
/// <param name="Created">When the image counts as made; written to the second.</param>
/// <param name="Components">All else, in the order of their kinds and references.</param>
/// <param name="Files">The files of the image's own layers, in ordinal order of their paths.</param>
internal sealed record Bill(Component Image, DateTimeOffset Created, IReadOnlyList<Component> Components, IReadOnlyList<BillFile> Files)
{
    /// <summary>What each component needs, by reference; both sides in ordinal order.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Dependencies { get; init; }

    /// <summary>The base; null for an image from nothing.</summary>
    internal Component? Base => Components.FirstOrDefault(component => component.Kind == ComponentKind.Base);

    /// <summary>Files by the reference of the component that they belong to.</summary>
    internal ILookup<string, BillFile> FilesByComponent => Files.ToLookup(file => file.Component, StringComparer.Ordinal);
}

/// <summary>A file of an image.</summary>
/// <param name="Path">Where it lies, from the root, without a slash before it.</param>
/// <param name="Sha1">The SHA-1 of its content, which SPDX wants, in hexadecimal digits.</param>
/// <param name="Sha256">The SHA-256 of its content, in hexadecimal digits.</param>
/// <param name="Layer">The digest of the layer that has it.</param>
/// <param name="Component">The reference of the component that it belongs to; the image's for what is of no other.</param>
internal sealed record BillFile(string Path, string Sha1, string Sha256, string Layer, string Component);
