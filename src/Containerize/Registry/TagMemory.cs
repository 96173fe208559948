using System.Globalization;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Registry;

/// <summary>Remembers which digest a tag named when its registry was asked. A lost record costs one question.</summary>
/// <param name="cache">Has the records.</param>
internal sealed class TagMemory(BlobStore cache)
{
    /// <summary>Keeps an answer of a registry.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <param name="digest">What the tag names.</param>
    /// <param name="now">When the registry said so.</param>
    public void Remember(ImageReference image, Digest digest, DateTimeOffset now) =>
        RecordOf(image).Write(string.Create(CultureInfo.InvariantCulture, $"{digest} {now.ToUnixTimeSeconds()}\n"));

    /// <summary>Finds the last answer.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <returns>The digest and when the registry named it; null when that is not known.</returns>
    public (Digest Digest, DateTimeOffset Time)? Recall(ImageReference image) =>
        RecordOf(image).Read()?.TrimEnd('\n').Split(' ') is [var digest, var seconds]
        && Digest.TryParse(digest, out var parsed)
        && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
        && time <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? (parsed, DateTimeOffset.FromUnixTimeSeconds(time))
            : null;

    private Record RecordOf(ImageReference image) => new(cache, RecordKind.Tag, $"{image.Repository}:{image.Target}");
}
