using System.Globalization;
using Containerize.Files;
using Containerize.Settings;
using Containerize.Storage;

namespace Containerize.MSBuild;

/// <summary>Says what is in the cache.</summary>
public sealed class ShowCache : ContainerizeTask
{
    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var settings = CacheSettings.Read(Project, UserHome.Variable);
        if (settings.OpenExisting() is not { } store)
        {
            ShowResult([$"no cache at '{settings.Directory}' yet"]);
            return Task.CompletedTask;
        }

        CacheMarker.Require(store);
        var report = CacheReport.Of(store, DateTimeOffset.UtcNow);
        var (size, age) = (ByteSize.Format(settings.Limits.MaxSize), settings.Limits.MaxAge.TotalDays);
        ShowResult(
        [
            $"the cache at {store.Root}",
            .. report.Kinds.Select(kind => (Message)string.Create(
                CultureInfo.InvariantCulture,
                $"  {kind.Name,-10} {kind.Files,8} files {ByteSize.Format(kind.Bytes),12}   least recently used "
                    + $"{kind.OldestUse:yyyy-MM-dd}")),
            string.Create(
                CultureInfo.InvariantCulture, $"  kept: {size} of blobs, {age:0.#} days unused; builds running: {report.RunningBuilds}"),
        ]);
        return Task.CompletedTask;
    }
}
