namespace Containerize.Oci;

/// <summary>How the layers that a build makes are compressed.</summary>
internal enum LayerCompression
{
    /// <summary>With gzip, which everything reads.</summary>
    Gzip,

    /// <summary>With Zstandard: smaller and faster to unpack, but unknown to Docker's image format and to older tools.</summary>
    Zstd,

    /// <summary>Not at all: for layers that never leave the machine.</summary>
    None,
}
