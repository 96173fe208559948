using System.CommandLine;
using System.Text.Json.Serialization;
using Containerize.Histories;
using Containerize.Inputs;
using Containerize.Settings;

namespace Containerize.Tool;

/// <summary>Learns from images which layers would have spared most bytes, where no project is at hand.</summary>
internal static class LayoutCommand
{
    private const int DefaultImages = 30;
    private const int MostImages = 500;

    internal static Command Create(SharedOptions shared)
    {
        var places = new Argument<string[]>("IMAGE")
        {
            Description = "REGISTRY/REPOSITORY or oci:DIRECTORY, of which all tags count; or at least four images of one app, oldest "
                + "first, as REGISTRY/REPOSITORY:TAG, oci-archive:FILE or docker-archive:FILE.",
            Arity = ArgumentArity.OneOrMore,
        };
        var last = new Option<int>("--last")
        {
            Description = $"How many of the newest images count, 1 to {MostImages}.",
            HelpName = "NUMBER",
            DefaultValueFactory = _ => DefaultImages,
        };
        last.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostImages)
            {
                result.AddError($"--last is a number from 1 to {MostImages}.");
            }
        });
        return shared.WithImages(
            new Command("layout", "Learns from the last images of an app which layers would have spared most bytes, and prints the items.")
            {
                places, last,
            },
            async (parsed, images, output) =>
            {
                var access = images.Access;
                var series = await ImageSeries.OpenAsync(
                    parsed.GetValue(places)!, repository: null, parsed.GetValue(last), ImageAccess.Platforms(images.Platform),
                    Environment.CurrentDirectory, access.Context, access.Reporter, images.Stop);
                var past = await new PastImageReader(access.Cache).ReadAsync(series, images.Stop);
                var proposal = new LayerLearner(past, LayerSplit.ByOrigin, LayerSettings.DefaultMaxLayers, []).Learn([]);
                var text = new ProposalText(series.Order, past, proposal, hasProject: false);
                var answer = LayoutAnswer.Of(past, proposal, text);
                output.Write(answer, LayoutJson.Default.LayoutAnswer, () => LinesOf(answer, text));
                return proposal.IsChange ? ExitCode.Finding : ExitCode.Success;
            });
    }

    private static IEnumerable<Message> LinesOf(LayoutAnswer answer, ProposalText text) =>
    [
        .. text.Lines,
        .. answer.Xml is { } xml
            ?
            [
                .. xml.Split('\n').Select(line => (Message)line),
                "nothing was written: put this into the project, or let -t:ContainerizeLayout -p:ContainerizeLayoutApply=true do it there",
            ]
            : Array.Empty<Message>(),
    ];
}

/// <summary>What <c>layout</c> says. Sizes are bytes for all images but the first, compressed.</summary>
/// <param name="Images">The images that it learned from, oldest first.</param>
/// <param name="Pushed">The layers that the image before did not have, as they were pushed.</param>
/// <param name="Default">The same with the default layers.</param>
/// <param name="Proposed">The same with the proposed layers; the default ones where nothing is proposed.</param>
/// <param name="IsChange">Whether other layers than the default ones are proposed.</param>
/// <param name="Layers">The layers that there would be.</param>
/// <param name="Items">The items <c>ContainerizeLayer</c> that make them.</param>
/// <param name="Xml">The same as text of a project; null for none.</param>
internal sealed record LayoutAnswer(
    IReadOnlyList<string> Images,
    long Pushed,
    long Default,
    long Proposed,
    bool IsChange,
    IReadOnlyList<LayoutLayerAnswer> Layers,
    IReadOnlyList<LayoutItemAnswer> Items,
    string? Xml)
{
    internal static LayoutAnswer Of(IReadOnlyList<PastImage> images, LayerProposal proposal, ProposalText text) => new(
        [.. images.Select(image => image.Name)],
        text.Pushed,
        proposal.Default.Total,
        proposal.Proposed.Total,
        proposal.IsChange,
        [.. proposal.Proposed.Layers.Select(layer => new LayoutLayerAnswer(layer.Name, layer.Size, layer.Changes, layer.Pushed))],
        [.. proposal.Rules.Select(rule => new LayoutItemAnswer(
            rule.Name, Texts(rule.Packages), Texts(rule.Files), rule.Before, text.Why(rule)))],
        proposal is { IsChange: true, Rules.Count: > 0 } ? ProjectItems.ToXml(proposal.Rules, text.Why) : null);

    private static IReadOnlyList<string> Texts(IReadOnlyList<FilePattern> patterns) => [.. patterns.Select(pattern => pattern.Text)];
}

/// <summary>A layer of the proposal.</summary>
/// <param name="Size">Its size in the newest image.</param>
/// <param name="Changes">In how many images it is another one than in the image before.</param>
/// <param name="Pushed">The bytes of these.</param>
internal sealed record LayoutLayerAnswer(string Name, long Size, int Changes, long Pushed);

/// <summary>An item of the proposal.</summary>
/// <param name="Before">The layer that it is to lie below; null for its usual place.</param>
/// <param name="Why">How often what is in it changed.</param>
internal sealed record LayoutItemAnswer(
    string Name, IReadOnlyList<string> Packages, IReadOnlyList<string> Files, string? Before, string Why);

/// <summary>How the answer is written; compiled, so that no time goes into looking at types.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(LayoutAnswer))]
internal sealed partial class LayoutJson : JsonSerializerContext;
