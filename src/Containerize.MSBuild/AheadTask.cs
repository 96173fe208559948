using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>
/// Begins work that goes on beside the compiler, until the build ends at the latest. It says nothing, and fails nothing: the build does the
/// same when it is needed.
/// </summary>
public abstract class AheadTask : ContainerizeTask
{
    /// <summary>The runtime identifier that the image is for.</summary>
    [Required]
    public required string RuntimeIdentifier { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <inheritdoc/>
    private protected override Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        try
        {
            using var inputs = BuildInputs.OpenAhead(this);
            Begin(inputs);
        }
#pragma warning disable CA1031 // The build does the same again, and says what is wrong.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            reporter.Detail($"No work is done ahead: {failure.Message}");
        }

        return Task.CompletedTask;
    }

    /// <summary>Begins the work.</summary>
    private protected abstract void Begin(BuildInputs inputs);
}
