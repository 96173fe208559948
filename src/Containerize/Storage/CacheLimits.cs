namespace Containerize.Storage;

/// <summary>How much a cache may keep.</summary>
/// <param name="MaxSize">All blobs together, in bytes.</param>
/// <param name="MaxAge">How long something is kept that no build uses.</param>
internal sealed record CacheLimits(long MaxSize, TimeSpan MaxAge)
{
    /// <summary>10 GB and 60 days.</summary>
    public static CacheLimits Default { get; } = new(10_000_000_000, TimeSpan.FromDays(60));
}
