using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Oci;
using Containerize.Testing.Registry;

namespace Containerize.Testing.Images;

/// <summary>Files by their names, wherever they are: in a directory, in an archive, in a registry.</summary>
/// <param name="Name">For messages.</param>
/// <param name="Open">Opens a file like <c>blobs/sha256/…</c>; null when it is missing.</param>
/// <param name="Files">The names of all files.</param>
internal sealed record BlobSource(string Name, Func<string, Stream?> Open, IReadOnlyList<string> Files)
{
    internal static BlobSource OfPath(string path) => Directory.Exists(path) ? OfDirectory(path) : OfArchive(path);

    internal static BlobSource OfRegistry(TestRegistry registry, string repository) => new(
        registry.Repository(repository).ToString(),
        name => registry.FindManifest(repository, DigestOf(name).ToString())?.Content
            is { } manifest ? new MemoryStream(manifest.ToArray(), writable: false)
            : registry.FindBlob(repository, DigestOf(name)) is { } blob ? new MemoryStream(blob.ToArray(), writable: false)
            : null,
        []);

    internal static string FileOf(Digest digest) => $"blobs/{digest.Algorithm}/{digest.Hex}";

    internal Stream OpenBlob(Digest digest) =>
        Open(FileOf(digest)) ?? throw new InvalidImageException($"{Name}: the blob {digest} is missing.");

    internal byte[] Read(string file)
    {
        using var stream = Open(file) ?? throw new InvalidImageException($"{Name}: {file} is missing.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Checks the digests of all blobs, needed or not.</summary>
    /// <returns>Their digests.</returns>
    internal IReadOnlyList<Digest> CheckBlobs()
    {
        var digests = new List<Digest>();
        foreach (var file in Files.Where(file => file.StartsWith("blobs/", StringComparison.Ordinal)))
        {
            var parts = file.Split('/');
            if (parts.Length != 3 || !Digest.TryParse($"{parts[1]}:{parts[2]}", out var digest))
            {
                throw new InvalidImageException($"{Name}: {file} is not named by a digest.");
            }

            using var stream = Open(file)!;
            var actual = digest.Algorithm == "sha512" ? SHA512.HashData(stream) : SHA256.HashData(stream);
            if (Convert.ToHexStringLower(actual) != digest.Hex)
            {
                throw new InvalidImageException($"{Name}: {file} has the digest {Convert.ToHexStringLower(actual)}.");
            }

            digests.Add(digest);
        }

        return digests;
    }

    private static BlobSource OfDirectory(string path) => new(
        path,
        file => File.Exists(Path.Combine(path, file)) ? File.OpenRead(Path.Combine(path, file)) : null,
        [.. Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(path, file).Replace('\\', '/'))]);

    private static BlobSource OfArchive(string path)
    {
        var files = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        using var stream = File.OpenRead(path);
        var isGzip = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
        stream.Position = 0;
        using var tar = isGzip ? new GZipStream(stream, CompressionMode.Decompress) : (Stream)stream;
        using var reader = new TarReader(tar);
        while (reader.GetNextEntry(copyData: false) is { } entry)
        {
            if (entry.EntryType == TarEntryType.Directory)
            {
                continue;
            }

            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile) || entry.Name.StartsWith('/')
                || entry.Name.Split('/').Any(part => part is "" or "." or ".."))
            {
                throw new InvalidImageException(
                    $"{path}: the archive has an entry that no reader expects: {entry.EntryType} '{entry.Name}'.");
            }

            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            if (!files.TryAdd(entry.Name, content.ToArray()))
            {
                throw new InvalidImageException($"{path}: the archive has {entry.Name} twice.");
            }
        }

        return new(path, file => files.TryGetValue(file, out var bytes) ? new MemoryStream(bytes, writable: false) : null, [.. files.Keys]);
    }

    private static Digest DigestOf(string file)
    {
        var parts = file.Split('/');
        return Digest.Parse($"{parts[1]}:{parts[2]}");
    }
}
