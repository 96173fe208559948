using System.Globalization;
using System.Text;
using Containerize.Oci;

namespace Containerize.Layers;

/// <summary>What is known of a layer without having its bytes.</summary>
/// <param name="Descriptor">The layer as it is stored.</param>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <param name="UncompressedSize">The size of the uncompressed tar, in bytes.</param>
/// <param name="FileCount">How many regular files it has.</param>
public sealed record LayerRecord(Descriptor Descriptor, Digest DiffId, long UncompressedSize, int FileCount)
{
    private const string FirstLine = "containerize layer 1";

    /// <summary>Where its segments lie; null when that is not known.</summary>
    internal SegmentTable? Segments { get; init; }

    /// <summary>The record as text: a line of facts, then a line per segment.</summary>
    /// <returns>UTF-8.</returns>
    internal byte[] ToText()
    {
        var text = new StringBuilder(FirstLine).Append('\n').Append(CultureInfo.InvariantCulture, $"{Descriptor.Digest} {Descriptor.Size} {DiffId} {UncompressedSize} {FileCount} {Descriptor.MediaType}\n");
        foreach (var segment in Segments?.Segments ?? [])
        {
            text.Append(segment.ToString()).Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads a record back.</summary>
    /// <param name="lines">What <see cref="ToText"/> gave.</param>
    /// <param name="withSegments">Whether to read the segments as well; few callers need them.</param>
    /// <returns>The record; null when it is something else.</returns>
    internal static LayerRecord? FromText(TextReader lines, bool withSegments)
    {
        if (lines.ReadLine() != FirstLine || lines.ReadLine()?.Split(' ', 6) is not [var digest, var size, var diffId, var uncompressed, var files, var mediaType]
            || !Digest.TryParse(digest, out var blob) || !Digest.TryParse(diffId, out var content)
            || !long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            || !long.TryParse(uncompressed, NumberStyles.None, CultureInfo.InvariantCulture, out var uncompressedSize)
            || !int.TryParse(files, NumberStyles.None, CultureInfo.InvariantCulture, out var fileCount))
        {
            return null;
        }

        var segments = new List<WrittenSegment>();
        while (withSegments && lines.ReadLine() is { } line)
        {
            if (WrittenSegment.Parse(line) is not { } segment)
            {
                return null;
            }

            segments.Add(segment);
        }

        return new LayerRecord(new Descriptor { MediaType = mediaType, Digest = blob, Size = length }, content, uncompressedSize, fileCount)
        {
            Segments = segments.Count > 0 ? new SegmentTable(segments) : null,
        };
    }
}
