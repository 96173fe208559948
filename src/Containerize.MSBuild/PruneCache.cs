using System.Globalization;
using Containerize.Storage;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Makes room in the cache.</summary>
public sealed class PruneCache : ContainerizeTask
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
            reporter.Message($"There is no cache at '{settings.Directory}'; nothing to prune.");
            return Task.CompletedTask;
        }

        var result = new CachePruner(store, settings.Limits).Prune(cancellationToken);
        var inUse = result.InUse == 0 ? "" : $"; {result.InUse} more are kept because a running build uses them";
        reporter.Message(string.Create(CultureInfo.InvariantCulture, $"Removed {result.Files} files, {ByteSize.Format(result.Bytes)}, from '{store.Root}'{inUse}. The blobs that are left have {ByteSize.Format(result.BytesLeft)}."));
        return Task.CompletedTask;
    }
}
