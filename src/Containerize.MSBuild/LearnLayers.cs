using Containerize.Bases;
using Containerize.Files;
using Containerize.Histories;
using Containerize.Inputs;
using Containerize.Settings;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>
/// Learns from images or git tags of the project which layers would have spared most bytes, and writes them into the project.
/// </summary>
public sealed class LearnLayers : ContainerizeTask
{
    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>What the images are for; none for what is usual.</summary>
    public ITaskItem[] RuntimeIdentifiers { get; set; } = [];

    /// <summary>
    /// The platforms of a project that is for several: at a git tag it is published for the first one, because they change alike. None for
    /// what the project says itself.
    /// </summary>
    public ITaskItem[] PublishedPlatforms { get; set; } = [];

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var settings = HistorySettings.Read(
            Project, DestinationSettings.Read(Project, reporter), RuntimeIdentifiers.Select(item => item.ItemSpec));
        var file = settings.Apply || File.Exists(ProjectFile) ? ProjectItems.Read(ProjectFile) : null;
        var (order, images) = settings.Source == HistorySource.Tags
            ? (SeriesOrder.Commit, await ReadTagsAsync(settings, reporter, cancellationToken))
            : await ReadImagesAsync(settings, reporter, cancellationToken);
        var learned = settings.Rules.Where(rule => file?.Has(rule) == true).ToList();
        IReadOnlyList<LayerRule> own = [.. settings.Rules.Except(learned)];
        var proposal = new LayerLearner(images, settings.Split, settings.MaxLayers, own).Learn(learned);
        var text = new ProposalText(order, images, proposal);
        var items = proposal is { IsChange: true, Rules.Count: > 0 } ? ProjectItems.ToXml(proposal.Rules, text.Why).Split('\n') : [];
        ShowResult([.. text.Lines, .. items.Select(line => (Message)line), .. Apply(settings, file, proposal, text)]);
    }

    private async Task<(SeriesOrder Order, IReadOnlyList<PastImage> Images)> ReadImagesAsync(
        HistorySettings settings, IReporter reporter, CancellationToken cancellationToken)
    {
        (SeriesOrder Order, IReadOnlyList<PastImage> Images) read = default;
        await BuildInputs.UseAsync(this, OutputDirectory, reporter, async inputs =>
        {
            inputs.Announce();
            var series = await ImageSeries.OpenAsync(
                settings.Places, settings.Repository, settings.Last, settings.Platforms, Project.Directory, Context(inputs), reporter,
                cancellationToken);
            read = (series.Order, await new PastImageReader(inputs.Cache).ReadAsync(series, cancellationToken));
        });
        return read;
    }

    private async Task<IReadOnlyList<PastImage>> ReadTagsAsync(
        HistorySettings settings, IReporter reporter, CancellationToken cancellationToken)
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        var repository = await GitRepository.FindAsync(ProgramFinder.Find("git", path), Project.Directory, cancellationToken);
        var tags = await repository.TagsAsync(settings.Tags, settings.Last, cancellationToken);
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
            : ProgramFinder.Find("dotnet", path) ?? throw new ContainerizeException(
                DiagnosticCode.NoGitTags, $"The program dotnet, which publishes the project at a tag, is not in PATH.");
        var properties = new Dictionary<string, string>(
            BuildEngine is IBuildEngine6 engine ? engine.GetGlobalProperties() : new Dictionary<string, string>(),
            StringComparer.OrdinalIgnoreCase);
        if (PublishedPlatforms is [var first, ..])
        {
            properties["RuntimeIdentifier"] = properties["ContainerRuntimeIdentifier"] = first.ItemSpec;
        }

        var publish = new TagPublish(dotnet, repository.Root, Path.GetRelativePath(repository.Root, ProjectFile), properties);
        var reader = new PublishedFilesReader(settings.HasDebugImage, reporter);
        return await new TagHistory(repository, publish, reader, reporter).ReadAsync(tags, cancellationToken);
    }

    private static IReadOnlyList<Message> Apply(HistorySettings settings, ProjectItems? file, LayerProposal proposal, ProposalText text)
    {
        if (!settings.Apply)
        {
            return proposal.IsChange ? ["nothing was written: add -p:ContainerizeLayoutApply=true to put this into the project"] : [];
        }

        if (!proposal.IsChange || file!.With(proposal.Rules, text.Why) is not { } content)
        {
            return ["the project stays as it is"];
        }

        file.Write(content);
        return ["the project was changed; the next image has these layers"];
    }

    private BaseContext Context(BuildInputs inputs) => new()
    {
        Registries = inputs.Registries,
        Tags = null,
        Cache = inputs.Cache,
        Saved = new SavedImages(Path.Combine(OutputDirectory, "history")),
        Environment = Environment.GetEnvironmentVariable,
        Packages = suite => throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{DebianReference.Prefix}{suite}' names a base image for a build, not an image."),
    };
}
