using Containerize.Oci;

namespace Containerize.Debian.Archive;

/// <summary>
/// The lists of the files that the packages of a suite have. Each is compared with the release file before it is unpacked.
/// </summary>
internal sealed class ContentsIndex
{
    // Lists of updates may have twice the size of those of the release itself, and few libraries that are only there.
    private const long MaxPacked = 64L * 1024 * 1024;

    private readonly ArchiveSource _source;
    private readonly IReadOnlyList<(string Path, string Form, Descriptor File)> _lists;
    private readonly bool _isByHash;

    private ContentsIndex(ArchiveSource source, ReleaseFile release, IEnumerable<(string Path, string Form, Descriptor File)> lists)
    {
        _source = source;
        _lists = [.. lists];
        _isByHash = release.ByHash;
    }

    /// <summary>What identifies the state of the lists.</summary>
    internal string State => string.Join(' ', _lists.Select(list => list.File.Digest.Hex));

    /// <summary>Whether there is a list.</summary>
    internal bool Exists => _lists.Count > 0;

    /// <summary>Finds the lists of a source for an architecture, or for <c>all</c>.</summary>
    internal static ContentsIndex Of(ArchiveSource source, ReleaseFile release, string architecture)
    {
        // Debian has one for each component, Ubuntu one for the suite.
        IReadOnlyList<(string, string, Descriptor)> lists =
            [.. (source.IsFlat ? [] : source.Components).SelectMany(component => Find(release, $"{component}/Contents-{architecture}"))];
        return new ContentsIndex(source, release, lists.Count > 0 ? lists : Find(release, $"Contents-{architecture}"));
    }

    /// <summary>Searches the lists.</summary>
    /// <param name="progress">Is told how many bytes of them were fetched, and how many there are.</param>
    /// <returns>The packages that have the files, of the source's components.</returns>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.ArchiveDamaged"/>,
    /// <see cref="DiagnosticCode.ArchiveUnavailable"/>, <see cref="DiagnosticCode.DigestMismatch"/>.</exception>
    internal async Task<IReadOnlyList<ContentsHit>> SearchAsync(
        ContentsSearch search, ArchiveDownloader downloader, Action<long, long> progress, CancellationToken cancellationToken)
    {
        var (hits, before, all) = (new List<ContentsHit>(), 0L, _lists.Sum(list => list.File.Size));
        foreach (var (path, form, file) in _lists)
        {
            var done = before;
            var name = $"the list of files {path} of {_source}";
            if (file.Size > MaxPacked)
            {
                throw Damaged($"{name} has {file.Size} bytes, more than is read for this.");
            }

            Uri plain = new(_source.Directory, path);
            var directory = path[..(path.LastIndexOf('/') + 1)];
            Uri[] addresses = _isByHash ? [new(_source.Directory, $"{directory}by-hash/SHA256/{file.Digest.Hex}"), plain] : [plain];
            var kept = await downloader.TryFetchAsync(
                file, addresses, name, cancellationToken, count => progress(done + count, all))
                ?? throw Damaged($"{name} is missing, although the release file names it.");
            hits.AddRange(await Task.Run(
                () =>
                {
                    try
                    {
                        using var content = kept.OpenSeekable();
                        using var text = IndexForm.Open(content, form);
                        return search.In(text, cancellationToken);
                    }
                    catch (Exception failure) when (failure is not (OperationCanceledException or ContainerizeException))
                    {
                        throw Damaged($"{name} cannot be unpacked: {Printable.Clean(failure.Message)}.");
                    }
                },
                cancellationToken));
            before += file.Size;
        }

        // A list of all components says which one a package is in, but for the first.
        return [.. hits.Where(hit => hit.Component is null || _source.IsFlat || _source.Components.Contains(hit.Component))];
    }

    private static IEnumerable<(string Path, string Form, Descriptor File)> Find(ReleaseFile release, string path)
    {
        foreach (var form in IndexForm.All)
        {
            var name = IndexForm.NameOf(path, form);
            if (release.Find(name) is { } file)
            {
                return [(name, form, new Descriptor
                {
                    MediaType = "application/octet-stream",
                    Digest = file.Digest,
                    Size = file.Size,
                })];
            }
        }

        return [];
    }

    private static ContainerizeException Damaged(string why) => new(DiagnosticCode.ArchiveDamaged, why);
}
