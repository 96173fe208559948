using Containerize.Inputs;
using Containerize.Oci;

namespace Containerize.Settings;

/// <summary>What layers are learned from.</summary>
internal enum HistorySource
{
    /// <summary>Images that were published.</summary>
    Images,

    /// <summary>Tags of the project's git repository.</summary>
    Tags,
}

/// <summary>Reads from which images or tags layers are learned, and what the project has now.</summary>
internal sealed record HistorySettings
{
    private const int DefaultImages = 30;
    private const int MostImages = 500;

    // Each is published, which takes its time.
    private const int DefaultTags = 10;

    /// <summary>What is learned from.</summary>
    internal required HistorySource Source { get; init; }

    /// <summary>Which git tags count, as patterns of git; none for all.</summary>
    internal required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Whether symbols are in a debug image only.</summary>
    internal required bool HasDebugImage { get; init; }

    /// <summary>
    /// Repositories, layouts and images, as <see cref="Bases.BaseImageReference"/> reads them; none for tags.
    /// </summary>
    internal required IReadOnlyList<string> Places { get; init; }

    /// <summary>The repository of the project, for a layout that it shares with others.</summary>
    internal required RepositoryReference Repository { get; init; }

    /// <summary>How many of the newest images count.</summary>
    internal required int Last { get; init; }

    /// <summary>Whether the layers are written into the project.</summary>
    internal required bool Apply { get; init; }

    /// <summary>How published files are split.</summary>
    internal required LayerSplit Split { get; init; }

    /// <summary>How many layers there may be.</summary>
    internal required int MaxLayers { get; init; }

    /// <summary>The layers that the project adds.</summary>
    internal required IReadOnlyList<LayerRule> Rules { get; init; }

    /// <summary>Which image of an index counts, the first that there is.</summary>
    internal required IReadOnlyList<Platform> Platforms { get; init; }

    /// <param name="project">What the project says.</param>
    /// <param name="destinations">Where its images go: that is where they are looked for when it names no others.</param>
    /// <param name="runtimeIdentifiers">What they are for; none for what is usual.</param>
    /// <exception cref="ContainerizeException"><see cref="DiagnosticCode.NoImageHistory"/>: the project names no place, or
    /// <see cref="DiagnosticCode.InvalidProperty"/>.</exception>
    internal static HistorySettings Read(
        ProjectSettings project, DestinationSettings destinations, IEnumerable<string> runtimeIdentifiers)
    {
        var item = project.One(ItemKind.History);
        var (named, tags) = (item.List("Images"), item.List("Tags"));
        var source = SettingText.Choice(
            "ContainerizeLayoutFrom", item["From"], tags.Length > 0 ? HistorySource.Tags : HistorySource.Images);
        if (source == HistorySource.Tags ? named.Length > 0 : tags.Length > 0)
        {
            throw SettingText.Invalid(
                $"Layers are learned either from images (ContainerizeLayoutImages) or from git tags (ContainerizeLayoutTags), and this " +
                $"project says both. Leave one of them out.");
        }

        return new()
        {
            Source = source,
            Tags = tags,
            HasDebugImage = destinations.DebugImage is not null,
            Places = source == HistorySource.Tags || named.Length > 0 ? named
                : destinations.PulledNames is [var pulled, ..] ? [pulled]
                : destinations.Layout is { } layout ? [$"oci:{layout}"]
                : throw new ContainerizeException(
                    DiagnosticCode.NoImageHistory,
                    $"There are no images to learn from: the project has no ContainerRegistry and no ContainerizeLayoutDirectory. Name " +
                    $"its images in ContainerizeLayoutImages: a repository (ghcr.io/team/app), or files (docker-archive:FILE)."),
            Repository = ImageReference.Parse(destinations.Name.FullReferences[0]).Repository,
            Last = SettingText.Number(
                "ContainerizeLayoutMaxImages", item["MaxImages"], source == HistorySource.Tags ? DefaultTags : DefaultImages, least: 1,
                MostImages),
            Apply = item.IsTrue("Apply"),
            Split = SettingText.Choice("The split of layers", project.One(ItemKind.Layers)["Split"], LayerSplit.ByOrigin),
            MaxLayers = LayerSettings.MaxLayers(project),
            Rules = LayerSettings.Rules(project),
            Platforms =
            [
                .. runtimeIdentifiers.Concat(["linux-x64", "linux-arm64", "linux-musl-x64", "linux-arm", "win-x64"]).Distinct()
                    .Select(Platform.FromRuntimeIdentifier).Distinct(),
            ],
        };
    }
}
