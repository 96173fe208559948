using Containerize.Files;
using Containerize.Settings;
using Containerize.Storage;

namespace Containerize.MSBuild;

/// <summary>Makes room in the cache.</summary>
public sealed class PruneCache : ContainerizeTask
{
    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var settings = CacheSettings.Read(Project, UserHome.Variable);
        if (settings.OpenExisting() is not { } store)
        {
            ShowResult([$"no cache at '{settings.Directory}'; nothing to prune"]);
            return Task.CompletedTask;
        }

        var result = new CachePruner(store, settings.Limits).Prune(cancellationToken);
        var inUse = result.InUse == 0 ? "" : $"; {result.InUse} more are kept because a running build uses them";
        var (removed, left) = (ByteSize.Format(result.Bytes), ByteSize.Format(result.BytesLeft));
        ShowResult([$"Removed {result.Files} files, {removed}, from '{store.Root}'{inUse}. The blobs that are left have {left}."]);
        return Task.CompletedTask;
    }
}
