using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Containerize.Files;
using Containerize.Oci;

namespace Containerize.Registry;

/// <summary>Remembers which digest a tag named when its registry was asked, one small file for each tag. A lost record costs one question.</summary>
/// <param name="directory">Where the files are; null remembers nothing.</param>
internal sealed class TagMemory(string? directory)
{
    private const int MaxFileSize = 4096;

    /// <summary>Keeps an answer of a registry.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <param name="digest">What the tag names.</param>
    /// <param name="now">When the registry said so.</param>
    public void Remember(ImageReference image, Digest digest, DateTimeOffset now)
    {
        if (directory is null)
        {
            return;
        }

        try
        {
            AtomicFile.Write(PathOf(image), Encoding.UTF8.GetBytes($"{NameOf(image)}\n{digest}\n{now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}\n"));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Not remembered, then.
        }
    }

    /// <summary>Finds the last answer.</summary>
    /// <param name="image">The image, with its tag.</param>
    /// <returns>The digest and when the registry named it; null when that is not known.</returns>
    public (Digest Digest, DateTimeOffset Time)? Recall(ImageReference image)
    {
        if (directory is null)
        {
            return null;
        }

        try
        {
            var file = new FileInfo(PathOf(image));
            return file is { Exists: true, LinkTarget: null, Length: <= MaxFileSize }
                && File.ReadAllLines(file.FullName) is [var name, var digest, var seconds, ..]
                && name == NameOf(image)
                && Digest.TryParse(digest, out var parsed)
                && long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var time) && time <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
                ? (parsed, DateTimeOffset.FromUnixTimeSeconds(time))
                : null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return null;
        }
    }

    private static string NameOf(ImageReference image) => $"{image.Repository}:{image.Target}";

    private string PathOf(ImageReference image) => Path.Combine(directory!, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(NameOf(image))).AsSpan(0, 16)));
}
