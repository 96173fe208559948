namespace Containerize.Storage;

/// <summary>What a cache holds.</summary>
/// <param name="Kinds">By kind, in the order of their names.</param>
/// <param name="RunningBuilds">How many builds use it now.</param>
internal sealed record CacheReport(IReadOnlyList<CacheKind> Kinds, int RunningBuilds)
{
    /// <summary>Looks at a cache.</summary>
    /// <param name="store">The cache.</param>
    /// <param name="now">The time.</param>
    /// <returns>What it holds.</returns>
    public static CacheReport Of(BlobStore store, DateTimeOffset now)
    {
        _ = BuildLease.OldestRunning(store, now, out var running);
        return new CacheReport(
            [.. CacheFiles.List(store.Root).GroupBy(file => file.Kind).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                .Select(kind => new CacheKind(kind.Key, kind.Count(), kind.Sum(file => file.Size), kind.Min(file => file.UsedAt)))],
            running);
    }
}

/// <summary>One kind of what a cache holds.</summary>
/// <param name="Name">The directory: <c>blobs</c>, <c>layers</c>, …</param>
/// <param name="Files">How many files.</param>
/// <param name="Bytes">Their size, in bytes.</param>
/// <param name="OldestUse">When that one was last used that was not used for longest.</param>
internal sealed record CacheKind(string Name, int Files, long Bytes, DateTime OldestUse);
