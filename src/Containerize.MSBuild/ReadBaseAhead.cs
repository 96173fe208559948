using Containerize.Files;
using Containerize.Oci;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>
/// Begins to read the base image while the project is compiled. The work goes on after this task, until the build ends at the latest;
/// it says nothing, and fails nothing: <see cref="BuildImage"/> does the same when it is needed.
/// </summary>
public sealed class ReadBaseAhead : ContainerizeTask
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
            using var inputs = new BuildInputs(this, OutputDirectory, Silence.Instance, _ => { });
            inputs.ReadBaseAhead(Platform.FromRuntimeIdentifier(RuntimeIdentifier));
        }
        catch (ContainerizeException)
        {
            // The build itself says it.
        }
        catch (Exception failure) when (FileFailure.IsOne(failure))
        {
            // The same; or the file is there by then.
        }

        return Task.CompletedTask;
    }

    // After the task, there is no log to write to.
    private sealed class Silence : IReporter
    {
        internal static readonly Silence Instance = new();

        public void Message(Message text)
        {
        }

        public void Detail(Message text)
        {
        }

        public void Warning(DiagnosticCode code, Message text, SourcePosition? at)
        {
        }
    }
}
