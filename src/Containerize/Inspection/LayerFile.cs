using Containerize.Layers.Entries;
using Containerize.Oci;

namespace Containerize.Inspection;

/// <summary>What an entry of a layer is.</summary>
internal enum LayerFileKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>Another name of a file.</summary>
    HardLink,

    /// <summary>A device or a pipe.</summary>
    Device,

    /// <summary>Removes what lower layers have at the path.</summary>
    Removal,

    /// <summary>Removes all that lower layers have in the directory at the path.</summary>
    OpaqueDirectory,
}

/// <summary>An entry of a layer, whichever tool wrote it.</summary>
/// <param name="Path">Its normalized path, without a slash at the front. Of a removal: the path of what is removed.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Size">The size of a regular file, in bytes; otherwise zero.</param>
/// <param name="Mode">Its permissions.</param>
/// <param name="Owner">Its owner.</param>
internal sealed record LayerFile(string Path, LayerFileKind Kind, long Size, UnixFileMode Mode, Owner Owner)
{
    /// <summary>What a link names; null for what is no link.</summary>
    public string? LinkTarget { get; init; }

    /// <summary>The digest of the content of a regular file; null for everything else.</summary>
    public Digest? Content { get; init; }

    /// <summary>The size of the content when it is compressed by itself, in bytes; null when it was not measured.</summary>
    public long? PackedSize { get; init; }
}

/// <summary>A file of an image, and the layer that it comes from.</summary>
/// <param name="Path">Where it lies, links above it followed.</param>
/// <param name="File">The entry.</param>
/// <param name="Layer">The number of the layer, from the bottom.</param>
internal sealed record PlacedFile(string Path, LayerFile File, int Layer);
