using Containerize.Bases;
using Containerize.Histories;
using Containerize.Inputs;
using Containerize.Settings;
using Microsoft.Build.Framework;
using Task = System.Threading.Tasks.Task;

namespace Containerize.MSBuild;

/// <summary>Learns from images of the project which layers would have spared most bytes, and writes them into the project.</summary>
public sealed class LearnLayers : ContainerizeTask
{
    /// <summary>The project's own directory, a full path.</summary>
    [Required]
    public required string OutputDirectory { get; set; }

    /// <summary>What the images are for; none for what is usual.</summary>
    public ITaskItem[] RuntimeIdentifiers { get; set; } = [];

    /// <inheritdoc/>
    private protected override async Task RunAsync(IReporter reporter, CancellationToken cancellationToken)
    {
        var settings = HistorySettings.Read(
            Project, DestinationSettings.Read(Project, reporter), RuntimeIdentifiers.Select(item => item.ItemSpec));
        using var inputs = new BuildInputs(this, OutputDirectory, reporter, reporter.Detail);
        inputs.Announce();
        var file = settings.Apply || File.Exists(ProjectFile) ? ProjectItems.Read(ProjectFile) : null;
        var series = await ImageSeries.OpenAsync(
            settings.Places, settings.Repository, settings.Last, settings.Platforms, Project.Directory, Context(inputs), reporter,
            cancellationToken);
        var reader = new PastImageReader(inputs.Cache);
        var images = new List<PastImage>();
        foreach (var image in series.Images)
        {
            images.Add(await reader.ReadAsync(image, cancellationToken));
        }

        var learned = settings.Rules.Where(rule => file?.Has(rule) == true).ToList();
        IReadOnlyList<LayerRule> own = [.. settings.Rules.Except(learned)];
        var proposal = new LayerLearner(images, settings.Split, settings.MaxLayers, own).Learn(learned);
        var text = new ProposalText(series, images, proposal);
        var items = proposal is { IsChange: true, Rules.Count: > 0 } ? ProjectItems.ToXml(proposal.Rules, text.Why).Split('\n') : [];
        ShowResult([.. text.Lines, .. items.Select(line => (Message)line), .. Apply(settings, file, proposal, text)]);
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
        EngineDirectory = Path.Combine(OutputDirectory, "history"),
        Environment = Environment.GetEnvironmentVariable,
        Packages = suite => throw new ContainerizeException(
            DiagnosticCode.InvalidReference, $"'{DebianReference.Prefix}{suite}' names a base image for a build, not an image."),
    };
}
