namespace Containerize.Layers.Entries;

/// <summary>What an entry of a layer is.</summary>
internal enum LayerEntryType
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link.</summary>
    SymbolicLink,

    /// <summary>Another name of a file that came before it.</summary>
    HardLink,
}
