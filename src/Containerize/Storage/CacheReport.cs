namespace Containerize.Storage;

/// <summary>What a cache holds.</summary>
/// <param name="Kinds">By kind, in the order of their names.</param>
/// <param name="RunningBuilds">How many builds use it now.</param>
internal sealed record CacheReport(IReadOnlyList<CacheKind> Kinds, int RunningBuilds)
{
    /// <summary>Looks at a cache.</summary>
    public static CacheReport Of(BlobStore store, DateTimeOffset now)
    {
        _ = BuildLease.OldestRunning(store, now, out var running);
        return new CacheReport(
            [.. CacheFiles.List(store.Root).Where(file => file.Kind != RecordKind.Use.Name).GroupBy(file => file.Kind)
                .OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => new CacheKind(kind.Key, kind.Count(), kind.Sum(file => file.Size), kind.Min(file => file.UsedAt)))],
            running);
    }
}

/// <summary>One kind of what a cache holds.</summary>
/// <param name="Name">The directory: <c>blobs</c>, <c>layers</c>, …</param>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">Their size, in bytes.</param>
/// <param name="OldestUse">When the least recently used of them was used.</param>
internal sealed record CacheKind(string Name, int Files, long Bytes, DateTime OldestUse);
