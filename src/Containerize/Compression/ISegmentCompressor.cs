namespace Containerize.Compression;

/// <summary>Compresses a piece of a file by itself: pieces written one after another are one compressed file.</summary>
/// <remarks>An instance can be used again, but not by two threads at a time.</remarks>
internal interface ISegmentCompressor : IDisposable
{
    /// <summary>How much room <see cref="Compress"/> needs at most.</summary>
    /// <param name="length">How many bytes there are to compress.</param>
    int RoomFor(int length);

    /// <summary>Compresses bytes.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="output">Takes the piece; at least <see cref="RoomFor"/> bytes.</param>
    /// <returns>How long the piece is.</returns>
    int Compress(ReadOnlySpan<byte> content, Span<byte> output);
}
