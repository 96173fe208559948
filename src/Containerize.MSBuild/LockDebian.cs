using Containerize.Building;
using Containerize.Layers;
using Containerize.Oci;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Chooses the packages of an image anew and writes them to the lock file. The app is not built.</summary>
public sealed class LockDebian : ContainerizeTask
{
    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>What else goes into the image; <c>Kind</c> says what an item is.</summary>
    public ITaskItem[] Content { get; set; } = [];

    /// <summary>One item, the project's directory, whose metadata say which base, cache and registries there are.</summary>
    [Required]
    public required ITaskItem BuildEnvironment { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        using var environment = new BuildEnvironment(BuildEnvironment, OutputDirectory, reporter, warning => reporter.Warning(DiagnosticCode.CacheUnusable, warning));
        using var packages = new DebianReader(BuildEnvironment, Content).Open(environment.Cache, reporter);
        var options = new LayerOptions();
        var opening = environment.OpenBase(prefetch: false, packages, options).OpenAsync(Platform.FromRuntimeIdentifier(RuntimeIdentifier), cancellationToken);
        await opening;
        foreach (var layer in DebianReader.Layers(packages))
        {
            // Only making the layer shows whether the packages get along with each other and with the base; a lock promises that.
            await layer.MakeAsync(new LayerContext(opening, new LayerCache(environment.Cache), FileHashes.Load(Path.Combine(OutputDirectory, FileHashes.FileName)), options), cancellationToken);
        }

        reporter.Message($"Locked in '{packages.Settings.LockFile}'.");
    }
}
