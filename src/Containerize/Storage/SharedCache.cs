using Containerize.Files;

namespace Containerize.Storage;

/// <summary>Opens the cache that all projects of a user share, or a project's own directory where the shared one cannot be used.</summary>
internal static class SharedCache
{
    private const long RoomWorthTrying = 16 * 1024 * 1024;

    /// <param name="directory">The shared cache; null where there is none.</param>
    /// <param name="fallback">The project's own directory.</param>
    /// <param name="warn">Takes the reason when the shared one cannot be used.</param>
    internal static BlobStore Open(string? directory, string fallback, Action<Message> warn)
    {
        if (directory is null)
        {
            return new BlobStore(fallback);
        }

        try
        {
            var cache = new BlobStore(directory);
            if (CacheTrust.Objection(cache) is { } objection)
            {
                throw new UnauthorizedAccessException(objection);
            }

            using (cache.CreateWriter())
            {
                // Only a file that can be made shows that the directory can be used.
            }

            return cache;
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            warn($"The cache '{directory}' cannot be used ({failure.Message}); this project uses '{fallback}' instead "
                + $"and shares nothing with others. Make the directory yours, and writable for you alone, "
                + $"or set ContainerizeCacheDirectory.");
            return new BlobStore(fallback);
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
            return FreeSpace(fallback) - FreeSpace(cache.Root) > RoomWorthTrying;
        }
        catch (Exception unknown) when (FileFailure.IsOne(unknown) || unknown is ArgumentException)
        {
            return false;
        }
    }

    private static long FreeSpace(string directory) => new DriveInfo(directory).AvailableFreeSpace;
}
