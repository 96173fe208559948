using Containerize.Files;

namespace Containerize.Storage;

/// <summary>
/// Keeps a cache within its limits: what was not used for long goes, then the blobs that were used least recently. Nothing that a running
/// build uses goes, and nothing that is not the cache's. Any number of processes may prune at once, and builds may go on: a build that
/// misses something makes or fetches it again.
/// </summary>
/// <param name="store">The cache.</param>
/// <param name="limits">What it may keep.</param>
/// <param name="clock">The clock; null for the system's.</param>
internal sealed class CachePruner(BlobStore store, CacheLimits limits, TimeProvider? clock = null)
{
    // Looking at all files takes longer than a build that has nothing to do.
    private static readonly TimeSpan s_interval = TimeSpan.FromHours(1);

    // A part serves the next build of an image, or of one on the same base. It is as large as a blob, and worth less.
    private static readonly TimeSpan s_partAge = TimeSpan.FromDays(7);

    private readonly TimeProvider _time = clock ?? TimeProvider.System;

    /// <summary>Prunes unless another build did lately. Failing to is no failure.</summary>
    /// <returns>What went; null when it was not time.</returns>
    internal PruneResult? PruneIfDue(CancellationToken cancellationToken)
    {
        try
        {
            CacheMarker.Require(store);
            var stamp = Path.Combine(store.Root, CacheFiles.PruneStamp);
            // A stamp from the future is one of a clock that was wrong.
            if (File.Exists(stamp) && (_time.GetUtcNow() - File.GetLastWriteTimeUtc(stamp)).Duration() < s_interval)
            {
                return null;
            }

            // Before the work: of several builds that end together one prunes.
            store.WriteFile(CacheFiles.PruneStamp, []);
            File.SetLastWriteTimeUtc(stamp, _time.GetUtcNow().UtcDateTime);
            return Prune(cancellationToken);
        }
        catch (Exception failure) when (FileFailure.IsOne(failure) || IsUnusable(failure))
        {
            return null;
        }
    }

    private static bool IsUnusable(Exception failure) => failure is ContainerizeException { Code: DiagnosticCode.CacheUnusable };

    /// <summary>Prunes.</summary>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.CacheUnusable"/>: the directory is not a cache.</exception>
    internal PruneResult Prune(CancellationToken cancellationToken)
    {
        CacheMarker.Require(store);
        CacheMarker.Put(store);
        var abandoned = store.RemoveAbandoned(_time.GetUtcNow());
        var files = CacheFiles.List(store.Root).OrderBy(file => file.UsedAt).ToList();
        var size = files.Where(file => file.IsLarge).Sum(file => file.Size);
        var now = _time.GetUtcNow().UtcDateTime;
        var (oldestKept, oldestPart) = (now - limits.MaxAge, now - (limits.MaxAge < s_partAge ? limits.MaxAge : s_partAge));
        var result = new PruneResult(abandoned.Files, abandoned.Bytes, size, 0);
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (file.UsedAt >= (file.Kind == CacheFiles.Parts ? oldestPart : oldestKept) && (!file.IsLarge || size <= limits.MaxSize))
            {
                continue;
            }

            if (!IsUnused(file))
            {
                result = result with { InUse = result.InUse + 1 };
            }
            else if (TryDelete(file))
            {
                size -= file.IsLarge ? file.Size : 0;
                result = result with { Files = result.Files + 1, Bytes = result.Bytes + file.Size };
                if (file.Blob is not null)
                {
                    _ = TryDelete(new FileInfo(LastUse.NoteOf(store.Root, file.File.Name)));
                }
            }
        }

        return result with { BytesLeft = size };
    }

    // Asked for each file when its turn comes: a build may have begun since, or have used the file.
    private bool IsUnused(CacheFile file)
    {
        file.File.Refresh();
        return file.File.Exists
            && LastUse.Of(store.Root, file.File, file.Blob is not null) == file.UsedAt
            && !(BuildLease.OldestRunning(store, _time.GetUtcNow(), out _) is { } began && file.UsedAt >= began - LastUse.Precision);
    }

    // A part is written where it lies, so its writer's lock counts. Blobs and records have their names when they are whole.
    private static bool TryDelete(CacheFile file) => file.Kind == CacheFiles.Parts
        ? AbandonedFiles.TryRemove(file.File.FullName, () => true) is not null
        : TryDelete(file.File);

    private static bool TryDelete(FileInfo file)
    {
        try
        {
            file.Delete();
            return true;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // Windows keeps what is open.
            return false;
        }
    }
}

/// <summary>What a pruning did.</summary>
/// <param name="Files">How many files went, with those that killed builds left.</param>
/// <param name="Bytes">Their size, in bytes.</param>
/// <param name="BytesLeft">The blobs that are left, in bytes.</param>
/// <param name="InUse">How many files would have gone, had no running build used them.</param>
internal sealed record PruneResult(int Files, long Bytes, long BytesLeft, int InUse);

/// <summary>How much a cache may keep.</summary>
/// <param name="MaxSize">All blobs together, in bytes.</param>
/// <param name="MaxAge">How long something is kept that no build uses.</param>
internal sealed record CacheLimits(long MaxSize, TimeSpan MaxAge)
{
    /// <summary>10 GB and 60 days.</summary>
    public static CacheLimits Default { get; } = new(10_000_000_000, TimeSpan.FromDays(60));
}
