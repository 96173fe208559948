using Containerize.Oci;
using Containerize.Settings;
using Microsoft.Build.Framework;

namespace Containerize.MSBuild;

/// <summary>Refuses wrong settings before the project is compiled, as far as they are known by then.</summary>
public sealed class CheckSettings : ContainerizeTask
{
    /// <summary>The runtime identifier that the image is for; empty when it is for several.</summary>
    public string? RuntimeIdentifier { get; set; }

    /// <summary>
    /// Whether an image is made of this project for certain. Otherwise only the command line tells it: the projects that the called one
    /// refers to are built with the same properties, and no image is made of them.
    /// </summary>
    public bool IsCertain { get; set; }

    /// <summary>Where the command was started.</summary>
    [Required]
    public required string StartupDirectory { get; set; }

    /// <summary>Whether an image is made of this project, as far as is known.</summary>
    [Output]
    public bool IsCalled { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        IsCalled = IsCertain || new CommandLine(Environment.GetCommandLineArgs()).Calls(ProjectFile, StartupDirectory);
        if (IsCalled)
        {
            EarlySettings.Check(
                Project, string.IsNullOrEmpty(RuntimeIdentifier) ? null : Platform.FromRuntimeIdentifier(RuntimeIdentifier));
        }

        return Task.CompletedTask;
    }
}
