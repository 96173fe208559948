using System.IO.Hashing;
using System.Text;
using Containerize.Layers.Entries;

namespace Containerize.Layers;

/// <summary>
/// Decides before which entries a new segment begins. The decision looks at little more than the entry itself, so that after a change
/// the segments soon are the same again as before. It is part of what makes a layer's digest: changing it changes all layers.
/// </summary>
internal static class SegmentCut
{
    // Parts of the longest segment: 256 KiB and 64 KiB of a megabyte.
    private const int LargePart = 4;
    private const int EnoughPart = 16;

    /// <summary>Whether an entry begins a new segment.</summary>
    /// <param name="open">How many bytes the current segment holds.</param>
    /// <param name="entry">The entry that comes next.</param>
    /// <param name="capacity">How many bytes a segment holds at most.</param>
    internal static bool IsBefore(int open, LayerEntry entry, int capacity = Segment.Capacity) => open switch
    {
        0 => false,
        _ when entry.ContentSize >= capacity / LargePart => true,
        _ when open + entry.ContentSize > capacity => true,
        _ when open >= capacity / LargePart => true,
        _ when open >= capacity / EnoughPart => IsLandmark(entry.Path),
        _ => false,
    };

    /// <summary>One path in eight, always the same ones: cuts that a change among the entries before them does not move.</summary>
    private static bool IsLandmark(string path) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(path)) % 8 == 0;
}
