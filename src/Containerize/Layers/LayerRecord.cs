using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>What is known of a layer that was made, or found. Its bytes may be gone meanwhile.</summary>
/// <param name="Blob">The layer as it is stored, and where.</param>
/// <param name="DiffId">The digest of the uncompressed tar.</param>
/// <param name="UncompressedSize">The size of the uncompressed tar, in bytes.</param>
/// <param name="FileCount">How many regular files it has.</param>
internal sealed record LayerRecord([property: JsonIgnore] Blob Blob, Digest DiffId, long UncompressedSize, int FileCount)
{
    private const string None = "-";

    /// <summary>
    /// The repository that claims that the blob holds the layer; null when the layer was made here. A claim says nothing of the blob by
    /// itself: it counts as long as an image there makes it, and for pushes to the same registry.
    /// </summary>
    [JsonIgnore]
    public RepositoryReference? ClaimedBy { get; init; }

    /// <summary>Where its segments lie; null when that is not known.</summary>
    [JsonIgnore]
    internal SegmentTable? Segments { get; init; }

    /// <summary>The record as text: a line of facts, then a line per segment.</summary>
    internal string ToText()
    {
        var (descriptor, registry, repository) = (Blob.Descriptor, ClaimedBy?.Registry ?? None, ClaimedBy?.Name ?? None);
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"{descriptor.Digest} {descriptor.Size} {DiffId} {UncompressedSize} {FileCount} {registry} {repository} " +
            $"{descriptor.MediaType}\n");
        foreach (var segment in Segments?.Segments ?? [])
        {
            text.Append(segment.ToString()).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Reads a record back.</summary>
    /// <param name="text">What <see cref="ToText"/> gave.</param>
    /// <param name="open">Says where the blob of a descriptor lies.</param>
    /// <param name="withSegments">Whether to read the segments as well; few callers need them.</param>
    /// <returns>The record; null when it is something else.</returns>
    internal static LayerRecord? FromText(string text, Func<Descriptor, Blob> open, bool withSegments)
    {
        using var lines = new StringReader(text);
        if (
            lines.ReadLine()?.Split(' ', 8) is not [var digest, var size, var diffId, var uncompressed, var files, var registry,
                var repository, var mediaType]
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

        return new LayerRecord(
            open(new Descriptor { MediaType = mediaType, Digest = blob, Size = length }), content, uncompressedSize, fileCount)
        {
            ClaimedBy = repository == None ? null : new RepositoryReference(registry, repository),
            Segments = segments.Count > 0 ? new SegmentTable(segments) : null,
        };
    }
}
