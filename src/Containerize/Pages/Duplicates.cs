namespace Containerize.Pages;

/// <summary>Files that lie at several paths with the same content.</summary>
/// <param name="Files">The files, in ordinal order of their paths; at least two.</param>
internal sealed record Duplicates(IReadOnlyList<ReportedFile> Files)
{
    /// <summary>How many bytes all but one of them take, uncompressed.</summary>
    internal long Wasted => (Files.Count - 1) * Files[0].Size;

    /// <summary>Finds them, by their SHA-256. Of a path in several layers, the uppermost counts.</summary>
    /// <returns>Those that waste most first; empty files waste nothing.</returns>
    internal static IReadOnlyList<Duplicates> Find(IEnumerable<ReportedFile> files) =>
    [
        .. files.Where(file => file.Size > 0).Reverse().DistinctBy(file => file.Path, StringComparer.Ordinal)
            .GroupBy(file => file.Hash, StringComparer.Ordinal).Where(group => group.Skip(1).Any())
            .Select(group => new Duplicates([.. group.OrderBy(file => file.Path, StringComparer.Ordinal)]))
            .OrderByDescending(same => same.Wasted).ThenBy(same => same.Files[0].Path, StringComparer.Ordinal),
    ];
}
