using System.Formats.Tar;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Windows;
using Containerize.Storage;

namespace Containerize.Verification;

/// <summary>
/// The bytes of files of a layer, to find out why they differ. Large files are left out: their beginning would say little.
/// </summary>
internal static class LayerBytes
{
    private const long MaxFile = 64L * 1024 * 1024;
    private const long MaxAll = 256L * 1024 * 1024;

    /// <summary>Reads files of a layer that was read before, so that its bytes are known to be right.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isWindows">Whether it is of an image for Windows.</param>
    /// <param name="paths">Which files.</param>
    /// <param name="cache">Has the layer, or takes it.</param>
    /// <returns>The content of the files that are there, by path.</returns>
    internal static async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(
        Layer layer, bool isWindows, IReadOnlySet<string> paths, BlobStore cache, CancellationToken cancellationToken)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        if (paths.Count == 0)
        {
            return files;
        }

        await using var tar = LayerTar.Open(await layer.Blob.VerifyAsync(cache, cancellationToken));
        var reader = new TarReader(tar, leaveOpen: true);
        await using var _ = reader.ConfigureAwait(false);
        var total = 0L;
        while (files.Count < paths.Count && await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
        {
            var path = UnixPath.Normalize(entry.Name);
            path = isWindows && path.StartsWith(WindowsTree.Drive, StringComparison.OrdinalIgnoreCase)
                ? path[WindowsTree.Drive.Length..] : path;
            if (entry.DataStream is not { } content || entry.Length > MaxFile || !paths.Contains(path)
                || (total += entry.Length) > MaxAll)
            {
                continue;
            }

            using var bytes = new MemoryStream((int)entry.Length);
            await content.CopyToAsync(bytes, cancellationToken);
            files[path] = bytes.ToArray();
        }

        return files;
    }
}
