using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Images;

/// <summary>One layer of an image.</summary>
/// <param name="Blob">The changeset as it is stored, usually compressed.</param>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <remarks>OCI image specification, <i>config.md</i>, "Layer DiffID".</remarks>
public sealed record Layer(Blob Blob, Digest DiffId);
