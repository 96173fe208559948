using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Oci;

namespace Containerize.Testing.Images;

/// <summary>A layer made for a test.</summary>
/// <param name="Content">Its bytes as stored.</param>
/// <param name="DiffId">The digest of its tar.</param>
/// <param name="IsCompressed">Whether the bytes are gzip.</param>
internal sealed record TestLayer(ReadOnlyMemory<byte> Content, Digest DiffId, bool IsCompressed)
{
    /// <summary>A gzip layer of files; their directories come before them.</summary>
    public static TestLayer Of(params (string Path, string Text)[] files) =>
        FromTar(Tar([.. files.Select(file => ((string Path, byte[] Content))(file.Path, System.Text.Encoding.UTF8.GetBytes(file.Text)))]));

    /// <summary>A gzip layer with one file of bytes that cannot be compressed, the same for each seed.</summary>
    public static TestLayer OfSize(int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return FromTar(Tar([($"data/{seed}.bin", content)]));
    }

    /// <summary>A layer of any tar, valid or not.</summary>
    public static TestLayer FromTar(ReadOnlyMemory<byte> tar, bool compress = true)
    {
        var diffId = Digest.FromSha256(SHA256.HashData(tar.Span));
        if (!compress)
        {
            return new TestLayer(tar, diffId, false);
        }

        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(tar.Span);
        }

        return new TestLayer(compressed.ToArray(), diffId, true);
    }

    /// <summary>A tar of entries in their given order, and nothing else.</summary>
    public static byte[] Tar(params IEnumerable<TarEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return stream.ToArray();
    }

    /// <summary>An entry as this project's layers have them: fixed time, owned by root.</summary>
    public static TarEntry Entry(TarEntryType type, string path, byte[]? content = null, string? linkTarget = null)
    {
        var entry = new UstarTarEntry(type, path)
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = type == TarEntryType.Directory ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100,
        };
        if (content is not null)
        {
            entry.DataStream = new MemoryStream(content);
        }

        if (linkTarget is not null)
        {
            entry.LinkName = linkTarget;
        }

        return entry;
    }

    private static byte[] Tar(IEnumerable<(string Path, byte[] Content)> files)
    {
        var entries = new SortedDictionary<string, TarEntry>(StringComparer.Ordinal);
        foreach (var (path, content) in files)
        {
            for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            {
                entries[path[..slash]] = Entry(TarEntryType.Directory, path[..(slash + 1)]);
            }

            entries[path] = Entry(TarEntryType.RegularFile, path, content);
        }

        return Tar(entries.Values);
    }
}
