using Containerize.Files;

namespace Containerize.Storage;

/// <summary>Opens the cache that all projects of a user share. A project whose shared cache cannot be used has one of its own.</summary>
internal static class SharedCache
{
    private const long RoomWorthTrying = 16 * 1024 * 1024;

    /// <summary>Opens the cache for a build.</summary>
    /// <param name="directory">The shared cache; null when there is none.</param>
    /// <param name="ownDirectory">The project's own cache.</param>
    /// <param name="warn">Is told why the shared cache is not used.</param>
    /// <param name="tell">Is told that the shared cache can only be read.</param>
    /// <param name="isFull">Whether the shared cache was found to be full, so that it is read only.</param>
    /// <param name="isChosen">
    /// Whether a user named the directory. That the usual one cannot be made (a container's user without a home of its own) needs no
    /// warning in each project.
    /// </param>
    internal static BlobStore Open(
        string? directory, string ownDirectory, Action<Message> warn, Action<Message> tell, bool isFull = false, bool isChosen = true)
    {
        if (directory is null)
        {
            return OpenOwn(ownDirectory);
        }

        try
        {
            var shared = new BlobStore(directory);
            if ((CacheTrust.Objection(shared) ?? CacheMarker.Objection(shared.Root)) is { } objection)
            {
                throw new UnauthorizedAccessException(objection);
            }

            if (isFull)
            {
                return OpenOwn(ownDirectory, shared);
            }

            if (TryWrite(shared) is not { } failure)
            {
                return shared;
            }

            if (!CacheMarker.IsOn(shared.Root) && CacheReport.Of(shared, DateTimeOffset.UtcNow).Kinds.Count == 0)
            {
                throw failure;
            }

            var own = OpenOwn(ownDirectory, shared);
            (FileFailure.IsDiskFull(failure) ? warn : tell)(
                $"The cache '{directory}' can only be read ({failure.Message}); what is new goes to '{ownDirectory}'.");
            return own;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            (isChosen || Directory.Exists(directory) ? warn : tell)(
                $"The cache '{directory}' cannot be used ({failure.Message}); this project uses '{ownDirectory}' instead and shares " +
                $"nothing with "
                + $"others. Set ContainerizeCacheDirectory to a new or empty directory, or one that only you can write.");
            return OpenOwn(ownDirectory);
        }
    }

    /// <summary>Whether a build failed because the cache's disk is full, and the project's own directory is on one with room.</summary>
    internal static bool IsFull(BlobStore cache, string fallback, Exception failure)
    {
        if (!FileFailure.IsDiskFull(failure) && failure is not ContainerizeException { Code: DiagnosticCode.DiskFull })
        {
            return false;
        }

        try
        {
            return IsOf(cache, failure) && FreeSpace(fallback) - FreeSpace(cache.Root) > RoomWorthTrying;
        }
        catch (Exception unknown) when (FileFailure.IsOne(unknown) || unknown is ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a failure to write is one of the cache, as far as the system says: its message has the path of the file. What is free on
    /// the disks does not tell, because what was written before the failure is removed by then.
    /// </summary>
    /// <returns>False for a file that lies elsewhere: an archive, for example.</returns>
    internal static bool IsOf(BlobStore cache, Exception failure)
    {
        var message = failure.GetBaseException().Message;
        return message.Contains(cache.Root + Path.DirectorySeparatorChar, FileNameCase.OfSystem.Comparison)
            || !message.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal);
    }

    private static BlobStore OpenOwn(string directory, BlobStore? warm = null)
    {
        var own = new BlobStore(directory, warm);
        // The writer will say why it cannot be written.
        _ = TryWrite(own);
        return own;
    }

    // Only a file that can be made shows that the directory can be used.
    private static Exception? TryWrite(BlobStore store)
    {
        try
        {
            CacheMarker.Put(store);
            store.CreateWriter().Dispose();
            return null;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            return failure;
        }
    }

    private static long FreeSpace(string directory)
    {
        var existing = directory;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { Length: > 0 } parent)
        {
            existing = parent;
        }

        return new DriveInfo(existing).AvailableFreeSpace;
    }
}
