namespace Containerize.Compression;

/// <summary>Tells damage of a tar, or of its compression, from other failures.</summary>
internal static class TarDamage
{
    /// <summary>Whether a failure says that the bytes are not what their format wants.</summary>
    /// <remarks>The framework documents the first two; numbers out of range make its reader fail in other ways.</remarks>
    internal static bool IsOne(Exception failure) =>
        failure is InvalidDataException or EndOfStreamException or FormatException or OverflowException or NotSupportedException
            or ArgumentException or IndexOutOfRangeException or ZstdSharp.ZstdException;
}
