using System.Globalization;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;
using Microsoft.Win32.SafeHandles;

namespace Containerize.Layers;

/// <summary>Where in a layer each segment lies, and what it was made from.</summary>
/// <param name="Segments">The segments, in their order; they cover the whole layer.</param>
internal sealed record SegmentTable(IReadOnlyList<WrittenSegment> Segments);

/// <summary>One segment of a layer that was written.</summary>
/// <param name="Key">The digest of what it was made from: entries and the place where it begins in the first of them.</param>
/// <param name="ContentCheck">Of the uncompressed bytes: shows that files did not change behind the key.</param>
/// <param name="OutputCheck">Of the compressed bytes: shows that the disk gives back what was written.</param>
/// <param name="Length">How many compressed bytes it has.</param>
internal sealed record WrittenSegment(Digest Key, Checksum ContentCheck, Checksum OutputCheck, int Length)
{
    /// <summary>One line of text.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Key.Hex} {ContentCheck} {OutputCheck} {Length}");

    /// <summary>Reads a line back.</summary>
    internal static WrittenSegment? Parse(string line) =>
        line.Split(' ') is [var key, var content, var output, var length] && Digest.TryParse("sha256:" + key, out var digest)
        && Checksum.TryParse(content, out var contentCheck) && Checksum.TryParse(output, out var outputCheck)
        && int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? new WrittenSegment(digest, contentCheck, outputCheck, size)
            : null;
}

/// <summary>Compressed segments of a layer that was made earlier. All members may be called at the same time.</summary>
internal sealed class EarlierSegments : IDisposable
{
    private readonly Dictionary<Digest, (long Offset, WrittenSegment Segment)> _segments = [];
    private readonly SafeFileHandle _layer;

    private EarlierSegments(SafeFileHandle layer) => _layer = layer;

    /// <summary>Opens a layer.</summary>
    /// <param name="table">Where its segments lie.</param>
    /// <param name="layer">Its bytes.</param>
    /// <returns>The segments; null when the layer is gone or not the one of the table.</returns>
    internal static EarlierSegments? TryOpen(SegmentTable table, FileBlob layer)
    {
        try
        {
            var earlier = new EarlierSegments(RegularFile.OpenHandle(layer.Path));
            var offset = 0L;
            foreach (var segment in table.Segments)
            {
                earlier._segments[segment.Key] = (offset, segment);
                offset += segment.Length;
            }

            if (offset == layer.Descriptor.Size)
            {
                return earlier;
            }

            earlier.Dispose();
            return null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    /// <summary>Copies a compressed segment, if there is one made from the same content and it is whole.</summary>
    /// <param name="key">What the segment is made from.</param>
    /// <param name="contentCheck">The check of its uncompressed bytes.</param>
    /// <param name="output">Takes the compressed bytes.</param>
    /// <returns>How many bytes; 0 when there is none.</returns>
    internal int TryRead(Digest key, Checksum contentCheck, Span<byte> output)
    {
        if (!_segments.TryGetValue(key, out var found) || found.Segment.ContentCheck != contentCheck
            || found.Segment.Length > output.Length)
        {
            return 0;
        }

        try
        {
            var bytes = output[..found.Segment.Length];
            for (var read = 0; read < bytes.Length;)
            {
                var count = RandomAccess.Read(_layer, bytes[read..], found.Offset + read);
                if (count == 0)
                {
                    return 0;
                }

                read += count;
            }

            return Checksum.Of(bytes) == found.Segment.OutputCheck ? bytes.Length : 0;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return 0;
        }
    }

    public void Dispose() => _layer.Dispose();
}
