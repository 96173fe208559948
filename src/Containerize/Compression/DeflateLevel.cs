namespace Containerize.Compression;

/// <summary>How hard the encoder looks for repetitions.</summary>
internal enum DeflateLevel
{
    /// <summary>A good balance of time and size.</summary>
    Default,

    /// <summary>The least time.</summary>
    Fast,

    /// <summary>The least size.</summary>
    Small,
}
