using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Containerize.Oci;

namespace Containerize.Testing.Images;

/// <summary>
/// Checks a layer: its diffID, and that its tar is safe. One of this project's making must also be in order and free of chance.
/// </summary>
/// <remarks>OCI image specification, <i>layer.md</i>.</remarks>
internal static class LayerCheck
{
    private static readonly string[] s_chance = ["atime", "ctime", "mtime"];

    internal static bool IsOfFamily(string mediaType, bool isDocker) => isDocker
        ? mediaType is MediaTypes.DockerLayer or MediaTypes.DockerLayerGzip or MediaTypes.DockerForeignLayer
        : mediaType is MediaTypes.OciLayer or MediaTypes.OciLayerGzip or MediaTypes.OciLayerZstd
        || mediaType.StartsWith("application/vnd.oci.image.layer.nondistributable.v1.tar", StringComparison.Ordinal);

    internal static ValidatedLayer Check(BlobSource source, Descriptor descriptor, Digest diffId, bool isForeign, string where)
    {
        if (!isForeign)
        {
            CheckGzipHeader(source, descriptor, where);
        }

        var entries = new List<ValidatedEntry>();
        using var stream = new TarStream(OpenTar(source, descriptor), diffId);
        try
        {
            using var reader = new TarReader(stream, leaveOpen: true);
            while (Next(reader, isForeign) is { } entry)
            {
                CheckSafety(source, entry, where);
                if (!isForeign)
                {
                    CheckChance(source, entry, where);
                }

                var number = entries.Count;
                entries.Add(Describe(entry, () => Read(source, descriptor, number, where)));
            }

            stream.ReadToEnd();
        }
        catch (Exception failure) when (failure is InvalidDataException or FormatException or IOException)
        {
            throw new InvalidImageException($"{source.Name}: {where} is damaged: {failure.Message}", failure);
        }

        ImageValidator.Require(stream.HasDigest, source, $"{where} has another digest uncompressed than the config's diffID {diffId}");
        if (!isForeign)
        {
            ImageValidator.Require(stream.IsEnded, source, $"{where} does not end with two blocks of zeros");
            CheckOrder(source, entries, where);
        }

        return new ValidatedLayer(descriptor, diffId, entries);
    }

    private static TarEntry? Next(TarReader reader, bool isForeign)
    {
        try
        {
            return reader.GetNextEntry();
        }
        catch (EndOfStreamException) when (isForeign)
        {
            // Some tools leave out the padding and the end of a tar, and engines take it. The diffID still says whether all is here.
            return null;
        }
    }

    internal static Stream OpenTar(BlobSource source, Descriptor descriptor)
    {
        var stream = source.OpenBlob(descriptor.Digest);
        return descriptor.MediaType.EndsWith("gzip", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress)
            : descriptor.MediaType.EndsWith("zstd", StringComparison.Ordinal) ? new ZstdSharp.DecompressionStream(stream, leaveOpen: false)
            : stream;
    }

    private static byte[] Read(BlobSource source, Descriptor descriptor, int number, string where)
    {
        using var stream = OpenTar(source, descriptor);
        using var reader = new TarReader(stream);
        var entry = reader.GetNextEntry();
        for (var i = 0; i < number; i++)
        {
            entry = reader.GetNextEntry();
        }

        using var content = new MemoryStream();
        entry!.DataStream?.CopyTo(content);
        return content.ToArray();
    }

    private static ValidatedEntry Describe(TarEntry entry, Func<byte[]> read) => new()
    {
        Path = Normalize(entry.Name),
        Type = entry.EntryType == TarEntryType.V7RegularFile ? TarEntryType.RegularFile : entry.EntryType,
        Mode = entry.Mode,
        Uid = entry.Uid,
        Gid = entry.Gid,
        UserName = (entry as PosixTarEntry)?.UserName ?? "",
        GroupName = (entry as PosixTarEntry)?.GroupName ?? "",
        ModificationTime = entry.ModificationTime,
        Size = entry.Length,
        // Here, where the tar is read anyway: from the start again for each file takes its time.
        ContentDigest = Digest.FromSha256(entry.DataStream is { } content ? SHA256.HashData(content) : SHA256.HashData([])),
        LinkTarget = entry.LinkName,
        ReadAllBytes = read,
    };

    private static string Normalize(string name) => (name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name).TrimEnd('/');

    private static void CheckSafety(BlobSource source, TarEntry entry, string where)
    {
        ImageValidator.Require(!entry.Name.StartsWith('/') && !entry.LinkName.Contains('\0', StringComparison.Ordinal)
            && !entry.Name.Contains('\0', StringComparison.Ordinal), source, $"{where} has the absolute path '{entry.Name}'");
        ImageValidator.Require(!entry.Name.Split('/').Contains(".."), source, $"{where} has the path '{entry.Name}', which leads upwards");
    }

    private static void CheckChance(BlobSource source, TarEntry entry, string where)
    {
        ImageValidator.Require(
            entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.Directory
                or TarEntryType.SymbolicLink or TarEntryType.HardLink,
            source,
            $"{where} has '{entry.Name}' of the type {entry.EntryType}");
        ImageValidator.Require(
            entry.ModificationTime.Ticks % TimeSpan.TicksPerSecond == 0,
            source,
            $"'{entry.Name}' in {where} has a time with fractions: {entry.ModificationTime:O}");
        var names = entry is PaxTarEntry pax ? pax.ExtendedAttributes.Keys.Intersect(s_chance).ToArray() : [];
        ImageValidator.Require(names.Length == 0, source,
            $"'{entry.Name}' in {where} has the extended attribute {string.Join(", ", names)}, which differs from build to build");
        ImageValidator.Require(entry.Name.Split('/')[..^1]
            .All(part => part is not ("" or ".")), source, $"{where} has the path '{entry.Name}', which is not in its shortest form");
    }

    private static void CheckOrder(BlobSource source, List<ValidatedEntry> entries, string where)
    {
        var seen = new Dictionary<string, ValidatedEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            ImageValidator.Require(seen.TryAdd(entry.Path, entry), source, $"{where} has '{entry.Path}' twice");
            var slash = entry.Path.LastIndexOf('/');
            ImageValidator.Require(
                slash < 0 || (seen.TryGetValue(entry.Path[..slash], out var parent) && parent.IsDirectory),
                source,
                $"'{entry.Path}' in {where} comes before its directory, or without it");
            ImageValidator.Require(
                entry.Type != TarEntryType.HardLink
                    || (seen.TryGetValue(Normalize(entry.LinkTarget), out var target) && target.Type == TarEntryType.RegularFile),
                source,
                $"the hard link '{entry.Path}' in {where} points to '{entry.LinkTarget}', which is no file before it");
        }

        // Whether a directory counts with or without its slash is the writer's choice; one of the two orders it must be.
        var paths = entries.Select(entry => entry.Path).ToArray();
        var slashed = entries.Select(entry => entry.IsDirectory ? entry.Path + "/" : entry.Path).ToArray();
        ImageValidator.Require(IsOrdered(paths) || IsOrdered(slashed), source,
            $"the entries of {where} are not in ordinal order: {string.Join(", ", FirstDisorder(paths))}");
    }

    private static bool IsOrdered(string[] paths) => FirstDisorder(paths).Length == 0;

    private static string[] FirstDisorder(string[] paths)
    {
        var at = Enumerable.Range(0, Math.Max(0, paths.Length - 1))
            .FirstOrDefault(i => string.CompareOrdinal(paths[i], paths[i + 1]) >= 0, -1);
        return at < 0 ? [] : paths[at..(at + 2)];
    }

    private static void CheckGzipHeader(BlobSource source, Descriptor descriptor, string where)
    {
        if (!descriptor.MediaType.EndsWith("gzip", StringComparison.Ordinal))
        {
            return;
        }

        using var stream = source.OpenBlob(descriptor.Digest);
        Span<byte> header = stackalloc byte[8];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        ImageValidator.Require(read == header.Length && header[0] == 0x1F
            && header[1] == 0x8B, source, $"{where} is not compressed with gzip");
        // RFC 1952: bit 3 of the flags announces a file name; four bytes of time follow.
        ImageValidator.Require((header[3] & 0b1000) == 0
            && !header[4..8].ContainsAnyExcept((byte)0), source, $"the gzip header of {where} has a time or a file name, which differ " +
            $"from build to build");
    }
}
