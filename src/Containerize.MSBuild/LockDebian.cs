using Containerize.Building;
using Containerize.Debian;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Settings;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Chooses the packages of an image again and writes them to the lock file. The app is not built.</summary>
public sealed class LockDebian : ContainerizeTask
{
    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken) => BuildInputs.UseAsync(
        this,
        OutputDirectory,
        cacheIsFull: false,
        reporter,
        warning => reporter.Warning(DiagnosticCode.CacheUnusable, warning),
        inputs => RunAsync(inputs, reporter, cancellationToken));

    private async Task RunAsync(BuildInputs inputs, IReporter reporter, CancellationToken cancellationToken)
    {
        using var packages = new DebianPackages(DebianItems.Read(Project), inputs.Cache, reporter);
        var options = new LayerOptions();
        var platform = Platform.FromRuntimeIdentifier(RuntimeIdentifier);
        var opening = inputs.OpenBase(platform, prefetch: false, packages, options).OpenAsync(platform, cancellationToken);
        await opening;
        foreach (var layer in packages.Layers)
        {
            // Only making the layer shows whether the packages get along with each other and with the base; a lock promises that.
            await layer.MakeAsync(new LayerContext(opening, new LayerCache(inputs.Cache), inputs.Hashes, options), cancellationToken);
        }

        ShowResult([$"locked in '{packages.Settings.LockFile}'"]);
    }
}
