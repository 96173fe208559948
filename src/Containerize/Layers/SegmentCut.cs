using System.IO.Hashing;
using System.Text;

namespace Containerize.Layers;

/// <summary>
/// Decides before which entries a new segment begins. The decision looks at little more than the entry itself, so that after a change
/// the segments soon are the same again as before. It is part of what makes a layer's digest: changing it changes all layers.
/// </summary>
internal static class SegmentCut
{
    private const int Large = 256 * 1024;
    private const int Enough = 64 * 1024;

    /// <summary>Whether an entry begins a new segment.</summary>
    /// <param name="open">How many bytes the current segment holds.</param>
    /// <param name="entry">The entry that comes next.</param>
    internal static bool IsBefore(int open, LayerEntry entry) => open switch
    {
        0 => false,
        _ when entry.ContentSize >= Large => true,
        _ when open + entry.ContentSize > Segment.Capacity => true,
        >= Large => true,
        >= Enough => IsLandmark(entry.Path),
        _ => false,
    };

    /// <summary>One path in eight, always the same ones: cuts that a change among the entries before them does not move.</summary>
    private static bool IsLandmark(string path) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(path)) % 8 == 0;
}
