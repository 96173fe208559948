using System.Buffers;
using System.Formats.Tar;
using System.Security.Cryptography;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Images;
using Containerize.Layers.Entries;
using Containerize.Layers.Windows;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Inspection;

/// <summary>What a layer of any image holds, in the order of its tar.</summary>
/// <param name="Files">The entries; for Windows those of drive C:.</param>
/// <param name="Notes">The content of the files that say which packages there are (<see cref="PackageNotes"/>), by path.</param>
internal sealed record LayerContents(IReadOnlyList<LayerFile> Files, IReadOnlyDictionary<string, byte[]> Notes)
{
    private const int BufferSize = 128 * 1024;

    // The longest path that Linux takes.
    private const int MaxPath = 4096;
    private const long MaxNotes = 256L * 1024 * 1024;

    /// <summary>The size of its files, in bytes.</summary>
    public long Size => Files.Sum(file => file.Size);

    /// <summary>
    /// Reads a layer. Its bytes are compared with its digest before they are read, and what they unpack to with the diffID.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="isWindows">Whether it is of an image for Windows.</param>
    /// <param name="cache">Takes a layer that lies elsewhere.</param>
    /// <param name="measures">Whether to measure how small the content at a path becomes; null for none, which is faster.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>, <see cref="DiagnosticCode.InvalidDocument"/>:
    /// it is no tar, or a damaged one. Or what the layer's source throws.</exception>
    internal static async Task<LayerContents> ReadAsync(
        Layer layer, bool isWindows, BlobStore cache, CancellationToken cancellationToken, Func<string, bool>? measures = null)
    {
        var verified = await layer.Blob.VerifyAsync(cache, cancellationToken);
        try
        {
            using var tar = new DigestingStream(LayerTar.Open(verified), layer.DiffId.CreateHash());
            var contents = await ReadAsync(tar, isWindows, measures, cancellationToken);
            await tar.ReadToEndAsync(cancellationToken);
            return tar.Matches(layer.DiffId)
                ? contents
                : throw new ContainerizeException(
                    DiagnosticCode.DigestMismatch,
                    $"The layer {verified.Descriptor.Digest} does not unpack to what the image's config says ({layer.DiffId}). An " +
                    $"image like that cannot be run. Have it built again.");
        }
        catch (Exception failure) when (TarDamage.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.InvalidDocument,
                $"The layer {verified.Descriptor.Digest} cannot be read: {failure.Message.TrimEnd('.')}. Have the image built again.",
                failure);
        }
    }

    private static async Task<LayerContents> ReadAsync(
        DigestingStream tar, bool isWindows, Func<string, bool>? measures, CancellationToken cancellationToken)
    {
        var (files, notes, noted) = (new List<LayerFile>(), new Dictionary<string, byte[]>(StringComparer.Ordinal), 0L);
        var reader = new TarReader(tar, leaveOpen: true);
        await using var _ = reader.ConfigureAwait(false);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (entry.EntryType is TarEntryType.GlobalExtendedAttributes or TarEntryType.ExtendedAttributes
                    || PathOf(entry.Name, isWindows) is not { Length: > 0 } path)
                {
                    continue;
                }

                var note = PackageNotes.Includes(path) && IsRegular(entry) ? new MemoryStream() : null;
                if (note is not null && (noted += entry.Length) > MaxNotes)
                {
                    throw new InvalidDataException($"its notes of packages have more than {MaxNotes} bytes");
                }

                using var packed = measures?.Invoke(path) == true && IsRegular(entry) ? new PackedSize() : null;
                files.Add(await FileOfAsync(path, entry, note, packed, isWindows, cancellationToken));
                if (note is not null)
                {
                    notes[path] = note.ToArray();
                }
            }
        }
        catch (EndOfStreamException) when (tar.Length == 0)
        {
            // A layer without any entry; engines unpack it, too.
        }

        return new(files, notes);
    }

    private static async Task<LayerFile> FileOfAsync(
        string path, TarEntry entry, MemoryStream? note, PackedSize? packed, bool isWindows, CancellationToken cancellationToken)
    {
        var slash = path.LastIndexOf('/') + 1;
        var (directory, name) = (path[..slash], path[slash..]);
        var owner = new Owner(entry.Uid, entry.Gid);
        if (name == Whiteout.Opaque)
        {
            return new(directory.TrimEnd('/'), LayerFileKind.OpaqueDirectory, 0, entry.Mode, owner);
        }

        if (name.StartsWith(Whiteout.Prefix, StringComparison.Ordinal))
        {
            return new(directory + name[Whiteout.Prefix.Length..], LayerFileKind.Removal, 0, entry.Mode, owner);
        }

        return entry.EntryType switch
        {
            TarEntryType.Directory or TarEntryType.DirectoryList => new(path, LayerFileKind.Directory, 0, entry.Mode, owner),
            TarEntryType.SymbolicLink => new(path, LayerFileKind.SymbolicLink, 0, entry.Mode, owner) { LinkTarget = entry.LinkName },
            TarEntryType.HardLink => new(path, LayerFileKind.HardLink, 0, entry.Mode, owner)
            {
                LinkTarget = PathOf(entry.LinkName, isWindows) ?? entry.LinkName,
            },
            _ when IsRegular(entry) => new(path, LayerFileKind.File, entry.Length, entry.Mode, owner)
            {
                Content = await DigestAsync(entry.DataStream, note, packed, cancellationToken),
                PackedSize = packed?.Complete(),
            },
            _ => new(path, LayerFileKind.Device, 0, entry.Mode, owner),
        };
    }

    private static async Task<Digest> DigestAsync(
        Stream? content, MemoryStream? note, PackedSize? packed, CancellationToken cancellationToken)
    {
        if (content is null)
        {
            return Digest.Of([]);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var read)
            {
                hash.AppendData(buffer, 0, read);
                packed?.Add(buffer.AsSpan(0, read));
                if (note is not null)
                {
                    await note.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                }
            }

            return Digest.FromSha256(hash.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool IsRegular(TarEntry entry) =>
        entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile;

    private static string? PathOf(string name, bool isWindows)
    {
        var path = UnixPath.Normalize(name);
        if (path.Length > MaxPath)
        {
            throw new InvalidDataException($"a path in it has more than {MaxPath} characters");
        }

        return !isWindows ? path
            : path.StartsWith(WindowsTree.Drive, StringComparison.OrdinalIgnoreCase) ? path[WindowsTree.Drive.Length..]
            : null;
    }
}
