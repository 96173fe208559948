using Containerize.Oci;

namespace Containerize.Images;

/// <summary>A layer's part of a config: its content, and what <c>docker history</c> shows of it.</summary>
/// <param name="DiffId">The digest of the uncompressed layer.</param>
/// <param name="CreatedBy">What made the layer.</param>
/// <param name="Comment">What is in it.</param>
/// <remarks>OCI image specification, <i>config.md</i>, "rootfs" and "history".</remarks>
internal sealed record HistoryEntry(Digest DiffId, string CreatedBy, string Comment);
