using System.Formats.Tar;
using System.Globalization;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Storage;

namespace Containerize.Rebasing;

/// <summary>The entries of layers, bottom first. The content of files lies in a directory, for what looks into programs.</summary>
/// <param name="Entries">The entries, by their paths in the image.</param>
/// <param name="Removing">How many layers there are up to the last one that removes something of those below it.</param>
internal sealed record OwnFiles(IReadOnlyList<OwnEntry> Entries, int Removing)
{
    private const int MaxEntries = 1_000_000;

    /// <summary>
    /// Reads layers. Their bytes are compared with their digests before they are read, and what they unpack to with the diffIDs.
    /// </summary>
    /// <param name="layers">The layers, bottom first.</param>
    /// <param name="cache">Takes layers that lie elsewhere.</param>
    /// <param name="directory">Takes the files, under numbers for names; it exists.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>,
    /// <see cref="DiagnosticCode.InvalidDocument"/>, or what the layers' source throws.</exception>
    internal static async Task<OwnFiles> ReadAsync(
        IReadOnlyList<Layer> layers, BlobStore cache, string directory, CancellationToken cancellationToken)
    {
        var (entries, removing) = (new List<OwnEntry>(), 0);
        for (var number = 0; number < layers.Count; number++)
        {
            if (await ReadAsync(layers[number], number, entries, cache, directory, cancellationToken))
            {
                removing = number + 1;
            }
        }

        return new(entries, removing);
    }

    private static async Task<bool> ReadAsync(
        Layer layer, int number, List<OwnEntry> entries, BlobStore cache, string directory, CancellationToken cancellationToken)
    {
        var verified = await layer.Blob.VerifyAsync(cache, cancellationToken);
        try
        {
            using var tar = new DigestingStream(LayerTar.Open(verified), layer.DiffId.CreateHash());
            var removes = await ReadAsync(tar, number, entries, directory, cancellationToken);
            await tar.ReadToEndAsync(cancellationToken);
            return tar.Matches(layer.DiffId) ? removes : throw new ContainerizeException(
                DiagnosticCode.DigestMismatch,
                $"The layer {verified.Descriptor.Digest} does not unpack to what the image's config says ({layer.DiffId}). An image like " +
                $"that cannot be run. Have it built again.");
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The layer {verified.Descriptor.Digest} cannot be read: {failure.Message.TrimEnd('.')}. Have the image built again.",
                failure);
        }
    }

    private static async Task<bool> ReadAsync(
        DigestingStream tar, int number, List<OwnEntry> entries, string directory, CancellationToken cancellationToken)
    {
        var removes = false;
        var reader = new TarReader(tar, leaveOpen: true);
        await using var _ = reader.ConfigureAwait(false);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes
                    || UnixPath.Normalize(entry.Name).TrimStart('/') is not { Length: > 0 } path)
                {
                    continue;
                }

                if (entries.Count >= MaxEntries)
                {
                    throw new InvalidDataException($"it has more than {MaxEntries} entries");
                }

                if (Whiteout.IsIn(path))
                {
                    removes = true;
                }
                else
                {
                    var name = entries.Count.ToString(CultureInfo.InvariantCulture);
                    entries.Add(new(number, await EntryOfAsync(entry, path, Path.Combine(directory, name), cancellationToken)));
                }
            }
        }
        catch (EndOfStreamException) when (tar.Length == 0)
        {
            // A layer without any entry; engines unpack it, too.
        }

        return removes;
    }

    private static async Task<LayerEntry> EntryOfAsync(TarEntry entry, string path, string copy, CancellationToken cancellationToken)
    {
        var type = entry.EntryType switch
        {
            TarEntryType.Directory or TarEntryType.DirectoryList => LayerEntryType.Directory,
            TarEntryType.SymbolicLink => LayerEntryType.SymbolicLink,
            TarEntryType.HardLink => LayerEntryType.HardLink,
            _ => LayerEntryType.File,
        };
        if (type == LayerEntryType.File)
        {
            using var file = AtomicFile.CreateIn(Path.GetDirectoryName(copy)!, FileModes.PrivateData);
            if (entry.DataStream is { } content)
            {
                await content.CopyToAsync(file.Stream, cancellationToken);
            }

            file.CommitAs(copy);
        }

        return new LayerEntry
        {
            Path = path,
            Type = type,
            Mode = entry.Mode,
            UserId = entry.Uid,
            GroupId = entry.Gid,
            SourcePath = type == LayerEntryType.File ? copy : null,
            Size = type == LayerEntryType.File ? entry.Length : 0,
            LinkTarget = type switch
            {
                LayerEntryType.SymbolicLink => entry.LinkName,
                LayerEntryType.HardLink => UnixPath.Normalize(entry.LinkName).TrimStart('/'),
                _ => null,
            },
        };
    }
}

/// <summary>An entry of one of the layers.</summary>
/// <param name="Layer">The number of the layer, from the bottom of those that were read.</param>
/// <param name="Entry">The entry.</param>
internal sealed record OwnEntry(int Layer, LayerEntry Entry);
