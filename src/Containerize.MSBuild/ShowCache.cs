using System.Globalization;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Says what is in the cache.</summary>
public sealed class ShowCache : ContainerizeTask
{
    /// <summary>One item, the project's directory, whose metadata say where the cache is and what it may keep.</summary>
    [Required]
    public required ITaskItem Cache { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var settings = new CacheSettings(Cache);
        if (settings.OpenExisting() is not { } store)
        {
            reporter.Message($"There is no cache at '{settings.Directory}' yet.");
            return Task.CompletedTask;
        }

        CacheMarker.Require(store);
        var report = CacheReport.Of(store, DateTimeOffset.UtcNow);
        reporter.Message(store.Root);
        foreach (var kind in report.Kinds)
        {
            reporter.Message(string.Create(CultureInfo.InvariantCulture, $"  {kind.Name,-10} {kind.Files,8} files {ByteSize.Format(kind.Bytes),12}   least recently used {kind.OldestUse:yyyy-MM-dd}"));
        }

        reporter.Message(string.Create(CultureInfo.InvariantCulture, $"  kept: {ByteSize.Format(settings.Limits.MaxSize)} of blobs, {settings.Limits.MaxAge.TotalDays:0.#} days unused; builds running: {report.RunningBuilds}"));
        return Task.CompletedTask;
    }
}
