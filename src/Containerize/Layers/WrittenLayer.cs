using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>A layer that was written into a store.</summary>
internal sealed record WrittenLayer
{
    /// <summary>The layer as stored.</summary>
    public required FileBlob Blob { get; init; }

    /// <summary>The digest of the uncompressed tar.</summary>
    public required Digest DiffId { get; init; }

    /// <summary>The size of the uncompressed tar, in bytes.</summary>
    public required long UncompressedSize { get; init; }

    /// <summary>How many regular files it has.</summary>
    public required int FileCount { get; init; }

    /// <summary>Where its segments lie; null when it is not known what they were made from.</summary>
    internal SegmentTable? Segments { get; init; }

    /// <summary>What is remembered of it.</summary>
    internal LayerRecord Record => new(Blob.Descriptor, DiffId, UncompressedSize, FileCount) { Segments = Segments };
}
