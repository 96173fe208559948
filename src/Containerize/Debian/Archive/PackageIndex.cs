using System.Text;
using Containerize.Debian.Model;
using Containerize.Oci;
using Containerize.Storage;

namespace Containerize.Debian.Archive;

/// <summary>
/// The packages that one component of a suite offers. The text, fifty megabytes for the main one, is kept as it is; only paragraphs that
/// are asked for are read.
/// </summary>
internal sealed class PackageIndex
{
    // Debian's main index unpacks to 60 MB.
    private const int MaxSize = 512 * 1024 * 1024;

    private readonly byte[] _text;
    private readonly string _archive;
    private readonly string? _architecture;
    private readonly int _preference;
    private readonly Dictionary<string, List<Range>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Range>> _byProvided = new(StringComparer.Ordinal);

    private PackageIndex(byte[] text, string archive, string? architecture, int preference)
    {
        _preference = preference;
        _text = text;
        _archive = archive;
        _architecture = architecture;
        Scan();
    }

    /// <summary>The packages of a name, all versions.</summary>
    internal IEnumerable<DebianPackage> Find(string name) => Read(_byName, name);

    /// <summary>The packages that say that they provide a name.</summary>
    internal IEnumerable<DebianPackage> FindProviders(string name) =>
        Read(_byProvided, name).Where(package => package.Provides.Any(provided => provided.Name == name));

    /// <summary>Reads an index from text.</summary>
    internal static PackageIndex Of(
        byte[] text, string archive, string? architecture = null, int preference = DebianPackage.Preferred) =>
        new(text, archive, architecture, preference);

    /// <summary>
    /// Fetches the indexes of a source for an architecture. Each is compared with the release file before it is unpacked.
    /// </summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveDamaged"/>,
    /// <see cref="DiagnosticCode.ArchiveUnavailable"/>, <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal static async Task<IReadOnlyList<PackageIndex>> FetchAsync(
        ArchiveSource source, ReleaseFile release, string architecture, ArchiveDownloader downloader, CancellationToken cancellationToken)
    {
        // Some archives have what fits all architectures in an index of its own, and only there.
        string[] kinds = release.HasIndexOfAll ? [architecture, "all"] : [architecture];
        var directories = source.IsFlat
            ? [""]
            : source.Components.SelectMany(component => kinds.Select(kind => $"{component}/binary-{kind}/"));
        return await Task.WhenAll(
            directories.Select(directory => FetchOneAsync(source, release, directory, architecture, downloader, cancellationToken)));
    }

    private static async Task<PackageIndex> FetchOneAsync(
        ArchiveSource source,
        ReleaseFile release,
        string directory,
        string architecture,
        ArchiveDownloader downloader,
        CancellationToken cancellationToken)
    {
        foreach (var form in IndexForm.All)
        {
            var path = IndexForm.NameOf(directory + "Packages", form);
            if (release.Find(path) is not { } file)
            {
                continue;
            }

            var descriptor = new Descriptor { MediaType = "application/octet-stream", Digest = file.Digest, Size = file.Size };
            Uri[] addresses = release.ByHash
                ? [new Uri(source.Directory, $"{directory}by-hash/SHA256/{file.Digest.Hex}"), new Uri(source.Directory, path)]
                : [new Uri(source.Directory, path)];
            var name = $"{path} of {source}";
            if (await downloader.TryFetchAsync(descriptor, addresses, $"the index {name}", cancellationToken) is { } blob)
            {
                // Unpacking takes a second of one core; other indexes are unpacked beside it.
                var text = await Task.Run(() => Unpack(blob, form, name, MaxSize, cancellationToken), cancellationToken);
                // A file of several parts is unpacked up to the end of its first one.
                return release.Find(directory + "Packages") is not { } plain || plain.Size == text.Length
                    ? new PackageIndex(text, source.Name, architecture, release.Preference)
                    : throw new ContainerizeException(
                        DiagnosticCode.ArchiveDamaged,
                        $"The index {name} unpacks to {text.Length} bytes; the release file promises {plain.Size}. Try another mirror.");
            }
        }

        throw new ContainerizeException(
            DiagnosticCode.ArchiveDamaged,
            $"{source} has no index of packages in '{directory}'. Check the component, or try another mirror; one for this architecture " +
            $"alone is named with ContainerizeDebianMirror=\"{architecture}=<mirror>\".");
    }

    /// <summary>Unpacks an index, up to a limit.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveDamaged"/>.</exception>
    internal static byte[] Unpack(VerifiedFile file, string form, string name, int limit, CancellationToken cancellationToken)
    {
        try
        {
            using var content = file.OpenSeekable();
            using var plain = IndexForm.Open(content, form);
            using var text = new MemoryStream();
            var buffer = new byte[128 * 1024];
            for (int count; (count = plain.Read(buffer, 0, buffer.Length)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (text.Length + count > limit)
                {
                    throw new InvalidDataException($"it unpacks to more than {limit} bytes");
                }

                text.Write(buffer, 0, count);
            }

            return text.ToArray();
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or ContainerizeException))
        {
            throw new ContainerizeException(
                DiagnosticCode.ArchiveDamaged, $"The index {name} cannot be unpacked: {failure.Message}. Try another mirror.", failure);
        }
    }

    private IEnumerable<DebianPackage> Read(Dictionary<string, List<Range>> where, string name) =>
        where.GetValueOrDefault(name, []).Select(range => DebianPackage.Read(Stanza.Parse(_text.AsSpan(range)), _archive, _preference))
            .OfType<DebianPackage>()
            // A flat archive has those of all architectures in one index.
            .Where(package => _architecture is null || package.Architecture == _architecture || package.Architecture == "all");

    private void Scan()
    {
        var position = 0;
        while (position < _text.Length)
        {
            var length = _text.AsSpan(position).IndexOf("\n\n"u8);
            var end = length < 0 ? _text.Length : position + length + 1;
            ScanOne(position..end);
            position = end + 1;
        }
    }

    private void ScanOne(Range range)
    {
        var paragraph = _text.AsSpan(range);
        if (Field(paragraph, "\nPackage:"u8) is { } name)
        {
            Add(_byName, name, range);
        }

        if (Field(paragraph, "\nProvides:"u8) is { } provides)
        {
            foreach (var provided in Relation.Parse(provides))
            {
                Add(_byProvided, provided[0].Name, range);
            }
        }
    }

    private static string? Field(ReadOnlySpan<byte> paragraph, ReadOnlySpan<byte> name)
    {
        // The first field has no line feed before it.
        var start = paragraph.StartsWith(name[1..])
            ? name.Length - 1
            : paragraph.IndexOf(name) is >= 0 and var index
            ? index + name.Length
            : -1;
        if (start < 0)
        {
            return null;
        }

        var rest = paragraph[start..];
        var end = rest.IndexOf((byte)'\n');
        // A line that begins with a blank goes on with the field.
        while (end >= 0 && end + 1 < rest.Length && rest[end + 1] is (byte)' ' or (byte)'\t')
        {
            var next = rest[(end + 1)..].IndexOf((byte)'\n');
            end = next < 0 ? -1 : end + 1 + next;
        }

        return Encoding.UTF8.GetString(end < 0 ? rest : rest[..end]).Trim();
    }

    private static void Add(Dictionary<string, List<Range>> where, string name, Range range)
    {
        if (!where.TryGetValue(name, out var ranges))
        {
            where[name] = ranges = [];
        }

        ranges.Add(range);
    }
}
