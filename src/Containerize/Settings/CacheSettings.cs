using Containerize.Storage;

namespace Containerize.Settings;

/// <summary>Where the cache that all projects share is, and what it may keep.</summary>
/// <param name="Directory">Its full path; null for a user without a home.</param>
/// <param name="IsChosen">Whether the project or the environment names it.</param>
/// <param name="Limits">What it may keep.</param>
internal sealed record CacheSettings(string? Directory, bool IsChosen, CacheLimits Limits)
{
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static CacheSettings Read(ProjectSettings project, Func<string, string?> environment)
    {
        var item = project.One(ItemKind.Cache);
        var size = item["MaxSize"];
        return new(
            CacheLocation.Resolve(item["Path"], project.Directory, environment),
            CacheLocation.IsChosen(item["Path"], environment),
            new CacheLimits(
                size.Length == 0 ? CacheLimits.Default.MaxSize : ByteSize.Parse("ContainerizeCacheMaxSize", size),
                Duration.Parse("ContainerizeCacheMaxAge", item["MaxAge"], TimeSpan.FromDays(1)) ?? CacheLimits.Default.MaxAge));
    }

    /// <summary>The shared cache, if there is one.</summary>
    internal BlobStore? OpenExisting() => System.IO.Directory.Exists(Directory) ? new BlobStore(Directory) : null;
}
