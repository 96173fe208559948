using System.Globalization;
using Containerize.Destinations;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Reads where the cache is and what it may keep.</summary>
internal sealed class CacheSettings
{
    private const double MaxDays = 36_500;

    /// <summary>Reads the settings from an item.</summary>
    /// <param name="item">The project's directory, with <c>CacheDirectory</c>, <c>CacheMaxSize</c> and <c>CacheMaxAge</c>.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal CacheSettings(ITaskItem item)
    {
        Directory = CacheLocation.Resolve(item.GetMetadata("CacheDirectory"), item.ItemSpec, Environment.GetEnvironmentVariable);
        var size = item.GetMetadata("CacheMaxSize");
        var age = item.GetMetadata("CacheMaxAge");
        Limits = new CacheLimits(
            string.IsNullOrWhiteSpace(size) ? CacheLimits.Default.MaxSize : UploadBudget.ParseSize("ContainerizeCacheMaxSize", size),
            string.IsNullOrWhiteSpace(age) ? CacheLimits.Default.MaxAge : Days(age));
    }

    /// <summary>The cache; null for a user without a home.</summary>
    internal string? Directory { get; }

    /// <summary>What it may keep.</summary>
    internal CacheLimits Limits { get; }

    /// <summary>Opens the cache if there is one.</summary>
    /// <returns>The cache, or null.</returns>
    internal BlobStore? OpenExisting() => System.IO.Directory.Exists(Directory) ? new BlobStore(Directory) : null;

    private static TimeSpan Days(string text) => double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var days) && days <= MaxDays
        ? TimeSpan.FromDays(days)
        : throw new ContainerizeException(DiagnosticCode.InvalidProperty, $"ContainerizeCacheMaxAge '{text}' is no number of days. Write one like 60, or 0.5 for half a day.");
}
