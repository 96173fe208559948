using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Compression;
using Containerize.Files;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Bases;

/// <summary>
/// The files of a tar archive. A plain archive is used in place: a file is an offset into it.
/// The files of a gzipped one go to a store once, as they cannot be read at an offset.
/// Links are followed from entry to entry only, never on the disk.
/// </summary>
internal sealed class ArchiveFiles : ImageFiles
{
    private const int CopyBuffer = 128 * 1024;
    private const int MaxEntries = 100_000;
    private const int MaxLinks = 8;

    // What an honest archive of mostly empty files reaches is far below; a bomb is a thousandfold.
    private const long MaxRatio = 200;
    private const long AlwaysAllowed = 1L << 30;

    private readonly Dictionary<string, FilePart> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _links = new(StringComparer.Ordinal);

    private ArchiveFiles(string path)
        : base($"'{Printable.Clean(path)}'")
    {
    }

    /// <summary>Lists the files of an archive.</summary>
    /// <param name="store">Takes the files of a gzipped archive.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.BaseImageNotFound"/> or
    /// <see cref="DiagnosticCode.InvalidArchive"/>.</exception>
    internal static async Task<ArchiveFiles> OpenAsync(string path, BlobStore store, CancellationToken cancellationToken)
    {
        var files = new ArchiveFiles(path);
        if (!RegularFile.IsThere(path) || Directory.Exists(path))
        {
            throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                Directory.Exists(path)
                    ? $"{files.Origin} is a directory. For an OCI layout write oci: and the directory."
                    : $"The archive {files.Origin} does not exist. Check the path; a relative one starts at the directory of " +
                    $"the project, or of the command.");
        }

        FileStream file;
        try
        {
            file = RegularFile.OpenRead(path, bufferSize: CopyBuffer);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            throw new ContainerizeException(
                DiagnosticCode.BaseImageNotFound,
                $"{files.Origin} cannot be opened: {failure.Message} Check that you may read it.",
                failure);
        }

        await using (file.ConfigureAwait(false))
        {
            try
            {
                await files.ListAsync(file, store, cancellationToken);
            }
            catch (Exception failure) when (TarDamage.IsOne(failure) || failure is InvalidOperationException)
            {
                throw files.Damaged($"it is no tar archive, or one cut short ({Printable.Clean(failure.Message)})", failure);
            }
            catch (Exception failure) when (FileFailure.IsOne(failure))
            {
                throw FileFailure.Explain(failure, $"The content of {files.Origin}, which '{Printable.Clean(store.Root)}' has to hold,");
            }
        }

        return files;
    }

    /// <inheritdoc/>
    internal override FilePart? Find(string name)
    {
        var target = UnixPath.Normalize(name);
        for (var hop = 0; hop < MaxLinks && target is not null; hop++)
        {
            if (_files.TryGetValue(target, out var part))
            {
                return part;
            }

            target = _links.GetValueOrDefault(target);
        }

        return null;
    }

    private async Task ListAsync(FileStream file, BlobStore store, CancellationToken cancellationToken)
    {
        var magic = new byte[CompressionMark.Length];
        var read = await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken);
        file.Position = 0;
        switch (CompressionMark.Detect(magic.AsSpan(0, read)))
        {
            case LayerCompression.None:
                await AddAllAsync(file, entry => Task.FromResult(InPlace(entry, file)), cancellationToken);
                break;
            case LayerCompression.Gzip:
                var total = 0L;
                var gzip = new GZipStream(file, CompressionMode.Decompress, leaveOpen: true);
                await using (gzip.ConfigureAwait(false))
                {
                    await AddAllAsync(
                        gzip,
                        entry =>
                        {
                            total += entry.Length;
                            return total > Math.Max(AlwaysAllowed, file.Length * MaxRatio)
                                ? throw Damaged($"its {file.Length} bytes claim to unpack to more than {total}")
                                : StoreAsync(entry, store, cancellationToken);
                        },
                        cancellationToken);
                }

                break;
            default:
                throw new ContainerizeException(
                    DiagnosticCode.InvalidArchive, $"{Origin} is compressed in another way than with gzip. Decompress it first.");
        }
    }

    private async Task AddAllAsync(Stream tar, Func<TarEntry, Task<FilePart>> place, CancellationToken cancellationToken)
    {
        var reader = new TarReader(tar, leaveOpen: true);
        await using (reader.ConfigureAwait(false))
        {
            var count = 0;
            while (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (++count > MaxEntries)
                {
                    throw Damaged($"it has more than {MaxEntries} entries");
                }

                await AddAsync(entry, place);
            }

            if (count == 0)
            {
                throw Damaged("it holds no file");
            }
        }
    }

    private async Task AddAsync(TarEntry entry, Func<TarEntry, Task<FilePart>> place)
    {
        var name = UnixPath.Normalize(entry.Name);
        switch (entry.EntryType)
        {
            case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                _links.Remove(name);
                _files[name] = await place(entry);
                break;
            // Docker wrote a layer that two images share once, and links to it.
            case TarEntryType.SymbolicLink:
                _files.Remove(name);
                _links[name] = UnixPath.Normalize($"{name}/../{entry.LinkName}");
                break;
            case TarEntryType.HardLink:
                _files.Remove(name);
                _links[name] = UnixPath.Normalize(entry.LinkName);
                break;
            default:
                break;
        }
    }

    private FilePart InPlace(TarEntry entry, FileStream file)
    {
        var end = entry.Length == 0 ? 0 : entry.DataOffset + entry.Length;
        return end <= file.Length
            ? new FilePart(file.Name, entry.Length == 0 ? 0 : entry.DataOffset, entry.Length)
            : throw Damaged($"it ends within '{Printable.Clean(entry.Name)}'");
    }

    private static async Task<FilePart> StoreAsync(TarEntry entry, BlobStore store, CancellationToken cancellationToken)
    {
        using var writer = store.CreateWriter();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[CopyBuffer];
        var length = 0L;
        for (int read; entry.DataStream is { } data && (read = await data.ReadAsync(buffer, cancellationToken)) > 0; length += read)
        {
            hash.AppendData(buffer, 0, read);
            await writer.Stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        if (length != entry.Length)
        {
            throw new EndOfStreamException($"'{entry.Name}' ends after {length} of {entry.Length} bytes");
        }

        var blob = writer.Commit(
            new Descriptor { MediaType = "application/octet-stream", Digest = Digest.FromSha256(hash.GetHashAndReset()), Size = length });
        return new FilePart(blob.Path, 0, length);
    }
}
