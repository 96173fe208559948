using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Containerize.Files;
using Containerize.Images;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Destinations;

/// <summary>
/// What is in an archive and where, before a byte of it is written: an OCI layout, and the <c>manifest.json</c> by which
/// Docker before version 25 finds the same blobs. What is known first comes first: the layers of the base, then those upon it, then the
/// documents that name them.
/// </summary>
internal sealed class ArchiveContents
{
    private readonly IReadOnlyList<Entry> _entries;
    private readonly bool _gzip;

    private ArchiveContents(IReadOnlyList<Entry> entries, bool gzip)
    {
        _entries = entries;
        _gzip = gzip;
        var length = entries[^1].End + (2 * TarHeader.BlockSize);
        Length = gzip ? StoredGzipStream.LengthOf(length) : length;
    }

    /// <summary>How long the archive is, in bytes.</summary>
    internal long Length { get; }

    /// <summary>Identifies every byte of the archive: its headers and documents do, which name the rest by digest.</summary>
    internal Digest Identity
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            hash.AppendData([(byte)(_gzip ? 1 : 0)]);
            foreach (var entry in _entries)
            {
                hash.AppendData(entry.Header);
                var digest = entry.Content.Descriptor.Digest.ToString();
                hash.AppendData(entry.Content is MemoryBlob document ? document.Content : Encoding.UTF8.GetBytes(digest));
            }

            return Digest.FromSha256(hash.GetHashAndReset());
        }
    }

    /// <summary>Plans an archive.</summary>
    /// <param name="gzip">Whether the archive is wrapped in gzip.</param>
    /// <param name="omitted">Blobs that the reader has already; they are named, but their bytes are left out.</param>
    internal static ArchiveContents Of(ImageSet images, ImageName name, bool gzip, IReadOnlySet<Digest>? omitted = null)
    {
        var blobs = ImageBlobs.LayersFirst(images).Where(blob => omitted?.Contains(blob.Descriptor.Digest) != true).ToList();
        return Of(blobs, [.. LayoutIndex.Entries(images, name)], ForDocker(images, name.FullReferences), gzip);
    }

    /// <summary>Plans an archive.</summary>
    /// <param name="blobs">All that is in it, each blob once, in this order.</param>
    /// <param name="entries">The entries of its index.</param>
    /// <param name="forDocker">The images in it that Docker runs.</param>
    /// <param name="gzip">Whether the archive is wrapped in gzip.</param>
    internal static ArchiveContents Of(
        IReadOnlyList<Blob> blobs, IReadOnlyList<Descriptor> entries, IEnumerable<DockerArchiveManifest> forDocker, bool gzip)
    {
        var index = new ImageIndex { MediaType = MediaTypes.OciIndex, Manifests = entries };
        return Place(
            [
                .. Parts(blobs),
                File(Layout.Index, Document(OciJson.Write(index))),
                File(DockerArchiveManifest.Name, Document(DockerArchiveManifest.Write(forDocker))),
            ],
            gzip);
    }

    /// <summary>What each archive begins with whose first blobs are these. By itself it is a tar without documents.</summary>
    internal static ArchiveContents FrontOf(IReadOnlyList<Blob> blobs) => Place(Parts(blobs), gzip: false);

    /// <summary>How many bytes of whole files this archive begins with that another one begins with as well; none in gzip.</summary>
    internal long LengthInCommon(ArchiveContents other) => _gzip || other._gzip
        ? 0
        : _entries.Zip(other._entries).TakeWhile(pair => pair.First.IsSame(pair.Second)).LastOrDefault().First?.End ?? 0;

    private static IEnumerable<Part> Parts(IReadOnlyList<Blob> blobs) =>
    [
        File(Layout.Marker, Document(Layout.MarkerContent.ToArray())),
        // Some validators look for the directories themselves.
        .. blobs.Select(blob => $"blobs/{blob.Descriptor.Digest.Algorithm}/").Distinct().Prepend("blobs/")
            .Select(directory => new Part(TarHeader.CreateDirectory(directory), Document([]))),
        .. blobs.Select(blob => File(Layout.PathOf(blob.Descriptor.Digest), blob)),
    ];

    private static ArchiveContents Place(IEnumerable<Part> parts, bool gzip)
    {
        var placed = new List<Entry>();
        foreach (var part in parts)
        {
            placed.Add(new Entry(part.Header, part.Content, placed is [.., var last] ? last.End : 0));
        }

        return new ArchiveContents(placed, gzip);
    }

    /// <summary>
    /// Whether a file looks like this archive: its length, its documents, which name every byte of the rest by digest, and every header are
    /// compared; the layers themselves are not read, see <see cref="AreWholeInAsync"/>.
    /// </summary>
    internal bool AreIn(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || file.Length != Length)
        {
            return false;
        }

        try
        {
            using var handle = RegularFile.OpenHandle(path);
            return _entries.All(entry => Has(handle, entry.Offset, entry.Header)
                && (entry.Content is not MemoryBlob document || Has(handle, entry.Offset + TarHeader.BlockSize, document.Content)));
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return false;
        }
    }

    /// <summary>Whether the layers in a file that looks like this archive have the bytes that their digests name. All are read.</summary>
    internal async Task<bool> AreWholeInAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            if (_gzip)
            {
                await VerifyGzipAsync(path, cancellationToken);
            }
            else
            {
                var parts = _entries.Select(entry => new FileBlob(entry.Content.Descriptor, path, entry.Offset + TarHeader.BlockSize));
                await ImageBlobs.VerifyFilesAsync(parts, cancellationToken);
            }

            return true;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || failure is ContainerizeException or InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>Writes the archive.</summary>
    /// <param name="target">Takes the bytes. A file stands at its start, or at the end of what it has in common with the archive.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.DigestMismatch"/>: a blob is damaged.</exception>
    internal async Task WriteAsync(Stream target, CancellationToken cancellationToken)
    {
        if (_gzip)
        {
            var stored = await StoredGzipStream.CreateAsync(target, cancellationToken);
            await WriteTarAsync(_entries, stored, Streamed(stored), cancellationToken);
            await stored.CompleteAsync(cancellationToken);
        }
        else if (target is FileStream file)
        {
            await WriteFileAsync(file, cancellationToken);
        }
        else
        {
            await WriteTarAsync(_entries, target, Streamed(target), cancellationToken);
        }
    }

    // The members lie one behind the other, and the checksum of the whole is at the end.
    private async Task VerifyGzipAsync(string path, CancellationToken cancellationToken)
    {
        var file = RegularFile.OpenRead(path, FileOptions.SequentialScan, bufferSize: TarHeader.BlockSize * 16);
        var tar = new GZipStream(file, CompressionMode.Decompress);
        await using (tar.ConfigureAwait(false))
        {
            foreach (var entry in _entries)
            {
                await tar.ReadExactlyAsync(new byte[TarHeader.BlockSize], cancellationToken);
                // Not disposed: the wrappers would dispose the archive.
                var content = new VerifyingStream(new BoundedStream(tar, entry.Content.Descriptor.Size), entry.Content.Descriptor, path);
                await content.CopyToAsync(Stream.Null, cancellationToken);
                await tar.ReadExactlyAsync(new byte[TarHeader.Padding(entry.Content.Descriptor.Size)], cancellationToken);
            }

            await tar.CopyToAsync(Stream.Null, cancellationToken);
        }
    }

    // What the kernel copies is not seen here, so it is read beside that: hashing takes longer than the copying, and each hash a core.
    private async Task WriteFileAsync(FileStream file, CancellationToken cancellationToken)
    {
        var start = file.Position;
        List<Entry> entries = [.. _entries.SkipWhile(entry => entry.Offset < start)];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var verification = ImageBlobs.VerifyFilesAsync(entries.Select(entry => entry.Content), stop.Token);
        try
        {
            await WriteTarAsync(entries, file, (blob, token) => ImageBlobs.CopyToFileAsync(blob, file, token), cancellationToken);
        }
        catch (Exception failure)
        {
            if (!FileFailure.IsOne(failure) || FileFailure.IsDiskFull(failure))
            {
                await stop.CancelAsync();
            }

            await verification.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (verification.Exception?.InnerException is ContainerizeException source)
            {
                // The copying does not tell a layer that cannot be read from an archive that cannot be written; the reading beside it does.
                throw source;
            }

            throw;
        }

        await verification;
    }

    private static Func<Blob, CancellationToken, Task> Streamed(Stream target) =>
        (blob, token) => ImageBlobs.CopyAsync(blob, target, token);

    private static async Task WriteTarAsync(
        IEnumerable<Entry> entries, Stream tar, Func<Blob, CancellationToken, Task> copy, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            await tar.WriteAsync(entry.Header, cancellationToken);
            await copy(entry.Content, cancellationToken);
            await tar.WriteAsync(new byte[TarHeader.Padding(entry.Content.Descriptor.Size)], cancellationToken);
        }

        await tar.WriteAsync(new byte[2 * TarHeader.BlockSize], cancellationToken);
    }

    private bool Has(Microsoft.Win32.SafeHandles.SafeFileHandle file, long offset, ReadOnlySpan<byte> expected)
    {
        Span<byte> actual = stackalloc byte[TarHeader.BlockSize];
        for (; expected.Length > 0; offset += TarHeader.BlockSize)
        {
            var count = Math.Min(expected.Length, actual.Length);
            var position = _gzip ? StoredGzipStream.PositionOf(offset) : offset;
            if (RandomAccess.Read(file, actual[..count], position) != count || !actual[..count].SequenceEqual(expected[..count]))
            {
                return false;
            }

            expected = expected[count..];
        }

        return true;
    }

    /// <summary>
    /// The images as Docker of that age gets them, which has no indexes: one by one, the preferred one with the name. It refuses an archive
    /// with images of another operating system altogether.
    /// </summary>
    /// <param name="names">The full names.</param>
    internal static IEnumerable<DockerArchiveManifest> ForDocker(ImageSet images, IReadOnlyList<string> names) => images.Images
        .Where(image => image.Config.Platform.Os == images.Images[0].Config.Platform.Os)
        .Select((image, position) => new DockerArchiveManifest(
            Layout.PathOf(image.Document.Config.Digest),
            position == 0 ? names : [],
            [.. image.Document.Layers.Select(layer => Layout.PathOf(layer.Digest))]));

    private static Part File(string name, Blob content) => new(TarHeader.Create(name, content.Descriptor.Size), content);

    private static MemoryBlob Document(byte[] content) => new("application/json", content);

    private sealed record Part(byte[] Header, Blob Content);

    private sealed record Entry(byte[] Header, Blob Content, long Offset)
    {
        internal bool IsSame(Entry other) =>
            Header.AsSpan().SequenceEqual(other.Header) && Content.Descriptor.Digest == other.Content.Descriptor.Digest;

        internal long End => Offset + TarHeader.BlockSize + Content.Descriptor.Size + TarHeader.Padding(Content.Descriptor.Size);
    }
}
