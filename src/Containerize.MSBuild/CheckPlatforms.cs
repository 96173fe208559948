using Containerize.Settings;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>
/// Refuses, before any of them is built, platforms that cannot be in one index. What is checked once for all platforms is checked here.
/// </summary>
public sealed class CheckPlatforms : ContainerizeTask
{
    /// <summary>The runtime identifiers.</summary>
    [Required]
    public required ITaskItem[] RuntimeIdentifiers { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        ProjectNames.Check(Project, CommandLineProperties, reporter);
        PlatformSettings.RequireDistinct(RuntimeIdentifiers.Select(runtime => runtime.ItemSpec));
        return Task.CompletedTask;
    }
}
