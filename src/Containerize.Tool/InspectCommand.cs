using System.CommandLine;
using System.Text;
using Containerize.Files;
using Containerize.Inspection;
using Containerize.Pages;

namespace Containerize.Tool;

/// <summary>The command that shows an image, and what stands beside it.</summary>
internal static class InspectCommand
{
    internal static Command Create(SharedOptions shared)
    {
        var image = SharedOptions.Image("IMAGE");
        var packages = new Option<bool>("--packages") { Description = "Read all layers, and list the packages that are in them." };
        var html = new Option<string?>("--html")
        {
            Description = "Read all layers, and write a report into this file: one page with layers, files, packages, config and history.",
            HelpName = "FILE",
        };
        return shared.WithImages(
            new Command("inspect", "Shows an image: platforms, layers, settings, annotations, signatures and other evidence, packages.")
            {
                image,
                packages,
                html,
            },
            async (parsed, images, output) =>
            {
                var opened = await images.LocateAsync(parsed.GetValue(image)!);
                var listing = await images.Access.ListAsync(opened, images.Stop);
                var file = parsed.GetValue(html);
                var contents = parsed.GetValue(packages) || file is not null
                    ? await ImageContents.ReadAsync(opened.Image, images.Access.Cache, images.Stop)
                    : null;
                if (file is not null)
                {
                    var page = ReportPage.ToText(InspectedReport.Of(contents!, listing));
                    AtomicFile.Write(Path.GetFullPath(file), Encoding.UTF8.GetBytes(page));
                }

                var answer = AnswerOf(opened, listing, parsed.GetValue(packages) ? contents : null) with { Report = file };
                output.Write(answer, AnswerJson.Default.InspectAnswer, () => LinesOf(answer));
                return ExitCode.Success;
            });
    }

    private static InspectAnswer AnswerOf(OpenedImage opened, ImageListing listing, ImageContents? contents)
    {
        var image = opened.Image.Image;
        var madeBy = ImageCommands.StepsOf(image).Where(step => step.Layer is not null)
            .ToDictionary(step => step.Layer!.Value, ImageCommands.TextOf);
        var digest = image.Manifest.Descriptor.Digest;
        return new(
            opened.Image.Name ?? "",
            $"{digest}",
            image.Manifest.Descriptor.MediaType,
            $"{image.Config.Platform}",
            image.Layers.Sum(layer => layer.Blob.Descriptor.Size),
            listing.Platforms.Count == 0 || listing.Root == digest ? null : $"{listing.Root}",
            [.. listing.Platforms.Select(entry => new PlatformAnswer(
                entry.Platform is { } platform ? $"{platform}" : "", $"{entry.Digest}", entry.Digest == digest))],
            [.. listing.Evidence.Select(evidence => new EvidenceAnswer(
                HiddenText.Shown(evidence.Type), $"{evidence.Digest}", $"{evidence.Subject}", ImageCommands.Word(evidence.Place)))],
            RunFacts.Annotations(image),
            RunFacts.Read(image.Config).Settings.ToDictionary(setting => setting.Name, setting => setting.Values),
            [.. image.Layers.Select((layer, number) => new LayerAnswer(
                number, $"{layer.Blob.Descriptor.Digest}", $"{layer.DiffId}", layer.Blob.Descriptor.MediaType,
                layer.Blob.Descriptor.Size, RunFacts.NameOf(layer), madeBy.GetValueOrDefault(number)))],
            contents is null ? null : [.. contents.Packages.All.Select(ImageCommands.AnswerOf)]);
    }

    private static IEnumerable<Message> LinesOf(InspectAnswer answer) =>
    [
        $"name       {answer.Name}",
        .. answer.Index is { } index ? [$"index      {index}"] : Array.Empty<Message>(),
        .. answer.Platforms.Select(platform => (Message)
            $"  {(platform.IsChosen ? "*" : " ")} {platform.Platform,-18} {platform.Digest}"),
        $"digest     {answer.Digest}",
        $"platform   {answer.Platform}",
        $"size       {ByteSize.Format(answer.Size)} in {answer.Layers.Count} layers",
        .. answer.Evidence.Select(evidence => (Message)
            $"evidence   {evidence.Type}  {evidence.Digest}{(evidence.Subject == answer.Digest ? "" : "  (of the index)")}"),
        .. answer.Annotations.Select(pair => (Message)$"annotation {pair.Key}={pair.Value}"),
        .. answer.Settings.SelectMany(setting => setting.Value.Select(value => (Message)$"{setting.Key}: {value}")),
        .. answer.Layers.Select(layer => (Message)
            $"layer {$"{layer.Number}",3} {ByteSize.Format(layer.Size),10}  {layer.Digest}  {layer.Name ?? layer.CreatedBy}"),
        .. answer.Report is { } report ? [$"report     {report}"] : Array.Empty<Message>(),
        .. (answer.Packages ?? []).Select(package => (Message)$"package    {package.Kind}  {package.Name}  {package.Version}"),
    ];
}
