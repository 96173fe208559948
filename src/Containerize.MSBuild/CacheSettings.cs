using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads where the cache is and what it may keep.</summary>
internal sealed class CacheSettings
{
    /// <summary>Reads the settings from an item.</summary>
    /// <param name="item">The project's directory, with <c>CacheDirectory</c>, <c>CacheMaxSize</c> and <c>CacheMaxAge</c>.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal CacheSettings(ITaskItem item)
    {
        Directory = CacheLocation.Resolve(item.GetMetadata("CacheDirectory"), item.ItemSpec, Environment.GetEnvironmentVariable);
        var size = item.GetMetadata("CacheMaxSize");
        Limits = new CacheLimits(
            string.IsNullOrWhiteSpace(size) ? CacheLimits.Default.MaxSize : ByteSize.Parse("ContainerizeCacheMaxSize", size),
            Duration.Parse("ContainerizeCacheMaxAge", item.GetMetadata("CacheMaxAge"), TimeSpan.FromDays(1)) ?? CacheLimits.Default.MaxAge);
    }

    /// <summary>The cache; null for a user without a home.</summary>
    internal string? Directory { get; }

    /// <summary>What it may keep.</summary>
    internal CacheLimits Limits { get; }

    /// <summary>Opens the cache if there is one.</summary>
    /// <returns>The cache, or null.</returns>
    internal BlobStore? OpenExisting() => System.IO.Directory.Exists(Directory) ? new BlobStore(Directory) : null;
}
