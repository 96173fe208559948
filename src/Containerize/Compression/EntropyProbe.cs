namespace Containerize.Compression;

/// <summary>Recognises bytes that are not worth the search: images, archives, models, encrypted files.</summary>
internal static class EntropyProbe
{
    private const int Runs = 16;
    private const int RunLength = 128;
    private const int Samples = Runs * RunLength;

    // Of evenly distributed bytes, 18,424 pairs are equal on average, with a deviation of 181. What is below this limit has an entropy
    // of more than 7.9 bits a byte: a prefix code would save about one percent.
    private const int MostEqualPairs = 19_600;

    /// <summary>Whether a sample shows all byte values about equally often. Few bytes are never judged.</summary>
    /// <param name="content">The bytes.</param>
    internal static bool IsIncompressible(ReadOnlySpan<byte> content)
    {
        if (content.Length < 4 * Samples)
        {
            return false;
        }

        Span<int> counts = stackalloc int[256];
        counts.Clear();
        var stride = content.Length / Runs;
        for (var run = 0; run < Runs; run++)
        {
            foreach (var value in content.Slice(run * stride, RunLength))
            {
                counts[value]++;
            }
        }

        var equalPairs = 0;
        foreach (var count in counts)
        {
            equalPairs += count * count;
        }

        return equalPairs < MostEqualPairs;
    }
}
