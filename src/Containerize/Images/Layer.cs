using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>One layer of an image.</summary>
/// <param name="Blob">The changeset as it is stored, usually compressed.</param>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <remarks>OCI image specification, <i>config.md</i>, "Layer DiffID".</remarks>
internal sealed record Layer(Blob Blob, Digest DiffId)
{
    /// <summary>What the manifest says of this layer, besides what it is.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
