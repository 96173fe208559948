using System.Formats.Tar;
using System.Security.Cryptography;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Layers;

/// <summary>
/// Learns from a layer itself what went into it, where no record does. It does not tell packages: a layer holds files.
/// </summary>
internal static class TarContent
{
    /// <summary>Reads the content of a layer that Containerize made.</summary>
    /// <param name="inputs">The inputs hash that the layer is known by.</param>
    /// <param name="limit">How many uncompressed bytes are read at most.</param>
    /// <returns>The content, in the order of the tar.</returns>
    /// <exception cref="InvalidDataException">It is no tar.</exception>
    internal static async Task<LayerContent> ReadAsync(Digest inputs, VerifiedFile layer, long limit, CancellationToken cancellationToken)
    {
        using var tar = new BoundedStream(LayerTar.Open(layer), limit);
        var items = new List<ContentItem>();
        var reader = new TarReader(tar, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                var path = entry.Name.TrimEnd('/');
                var fingerprint = entry.EntryType switch
                {
                    TarEntryType.Directory => EntriesContent.DirectoryFingerprint(entry.Mode, entry.Uid, entry.Gid),
                    TarEntryType.SymbolicLink => EntriesContent.LinkFingerprint(entry.Mode, entry.Uid, entry.Gid, entry.LinkName),
                    _ => EntriesContent.FileFingerprint(
                        entry.Mode, entry.Uid, entry.Gid, entry.Length, await HashAsync(entry.DataStream, cancellationToken)),
                };
                items.Add(new ContentItem(path, fingerprint, Package: null));
            }
        }

        return LayerContent.Learnt(inputs, [.. items.DistinctBy(item => item.Path)]);
    }

    private static async Task<Digest> HashAsync(Stream? content, CancellationToken cancellationToken) =>
        content is null ? Digest.Of([]) : Digest.FromSha256(await SHA256.HashDataAsync(content, cancellationToken));
}
