using Containerize.Building;
using Containerize.Destinations;
using Containerize.Files;
using Containerize.Images;
using Containerize.Settings;
using Containerize.Verification;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>Compares what <see cref="BuildImage"/> rebuilt with an image that exists. Nothing is written but the verdict.</summary>
public sealed class VerifyImage : ContainerizeTask
{
    /// <summary>The directories that <see cref="BuildImage"/> wrote, full paths; each with its
    /// <c>ManifestDigest</c> and <c>CacheIsFull</c>.</summary>
    [Required]
    public required ITaskItem[] BuiltImages { get; set; }

    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var destinations = DestinationSettings.Read(Project, SilentReporter.Instance);
        var settings = VerifySettings.Read(Project, destinations);
        if (File.Exists(settings.File))
        {
            // A verdict of an earlier build is none of this one, however this one ends.
            File.Delete(settings.File);
        }

        await BuildInputs.UseAsync(
            this,
            OutputDirectory,
            BuiltImages.Any(image => image.GetMetadata(nameof(BuildImage.CacheIsFull)).Equals("true", StringComparison.OrdinalIgnoreCase)),
            reporter,
            reporter.Detail,
            inputs => RunAsync(inputs, settings, reporter, cancellationToken));
    }

    private async Task RunAsync(BuildInputs inputs, VerifySettings settings, IReporter reporter, CancellationToken cancellationToken)
    {
        inputs.Announce();
        IReadOnlyList<BuiltImage> built = [.. BuiltImages.Select(
            image => BuildImage.Load(BuiltImageFile.RebuildStore(image.ItemSpec), image, inputs))];
        var images = ImageSet.Of(
            [.. built.Select(image => image.Image)],
            AnnotationItems.Read(Project, AnnotationScope.Index),
            AnnotationItems.Read(Project, AnnotationScope.Descriptor));
        var verification = new RebuildVerifier(
            await inputs.FindVerifiedAsync(settings, cancellationToken),
            new WorkingTree(Project.Directory, settings.Commit, settings.Sdk, settings.Properties),
            ProgramFinder.Find("git", Environment.GetEnvironmentVariable("PATH")),
            inputs.Registries,
            inputs.Cache,
            reporter);
        var verdict = await verification.VerifyAsync(built, images, cancellationToken);
        AtomicFile.Write(settings.File, VerdictWriter.Write(verdict));
        OutputList.Add(OutputDirectory, [settings.File]);
        ShowResult(VerdictLines.Of(verdict));
        if (!verdict.IsEqual)
        {
            throw new ContainerizeException(DiagnosticCode.VerifiedImageDiffers, VerdictLines.Summary(verdict));
        }
    }
}
