using System.CommandLine;
using System.Text.Json.Serialization;
using Containerize.Bases;
using Containerize.Copying;
using Containerize.Rebasing;
using Containerize.SupplyChain.Statements;

namespace Containerize.Tool;

/// <summary>Puts an image on another base without building it.</summary>
internal static class RebaseCommand
{
    internal static Command Create(SharedOptions shared)
    {
        var source = SharedOptions.Image("IMAGE");
        var onto = new Option<string>("--onto")
        {
            Description = "The new base, in the same forms.",
            HelpName = "BASE",
            Required = true,
        };
        var from = new Option<string?>("--from")
        {
            Description = "The base that the image has, where the image does not say it.",
            HelpName = "BASE",
        };
        var to = new Option<string[]>("--to")
        {
            Description = "Where the result goes, in the same forms; may be given several times, and may be IMAGE itself.",
            HelpName = "DESTINATION",
        };
        var isTrial = new Option<bool>("--dry-run") { Description = "Say what would be, and write nothing." };
        return shared.WithImages(
            new Command("rebase", "Puts the app's layers of an image on another base, as a build on that base would; nothing is built.")
            {
                source, onto, from, to, isTrial,
            },
            async (parsed, images, output) =>
            {
                var access = images.Access;
                var places = new CopyPlaces(access.Registries, access.Cache, Environment.GetEnvironmentVariable, access.Reporter);
                // A typing error is told before anything is read.
                IReadOnlyList<ICopyDestination> targets = [.. (parsed.GetValue(to) ?? [])
                    .Select(text => places.OpenDestination(text, Environment.CurrentDirectory))];
                if (targets.Count == 0 == !parsed.GetValue(isTrial))
                {
                    throw new ContainerizeException(
                        DiagnosticCode.InvalidCommandLine,
                        targets.Count == 0
                            ? (Message)$"No tag is moved without being named: say with --to where the result goes, or use --dry-run."
                            : (Message)$"--dry-run writes nothing, so there is nothing for --to.");
                }

                var place = Reference(parsed.GetValue(source)!);
                var opened = await places.OpenSourceAsync(
                    place,
                    async reference => (await access.OpenAsync(reference, images.Platform, images.Stop)).Image,
                    images.Stop);
                var image = await new CopyReader(opened, access.Cache, access.Reporter)
                    .ReadAsync(images.Platform, withReferrers: true, images.Stop);
                if (place is OciArchiveReference archive)
                {
                    image = await new ArchiveDocuments(archive.File, access.Cache, access.Reporter)
                        .AddToAsync(image, images.Stop, images.Platform is null ? null : opened);
                }

                var newBase = await access.OpenBaseAsync(Reference(parsed.GetValue(onto)!), images.Stop);
                var rebase = new Rebase(
                    _ => newBase,
                    parsed.GetValue(from) is { } old ? await access.OpenBaseAsync(Reference(old), images.Stop) : null,
                    named => async (platform, stop) => (await access.OpenAsync(new RegistryReference(named), platform, stop)).Image,
                    access.Cache,
                    access.Temporary,
                    access.Reporter);
                var result = await rebase.RunAsync(image, images.Stop);
                var renewed = await new EvidenceRenewal(
                    wanted: null,
                    name: null,
                    BuildOrigin.Of(Environment.GetEnvironmentVariable, builder: null),
                    access.Cache,
                    TimeProvider.System).MakeAsync(result, images.Stop);
                var arrived = targets.Count == 0 ? []
                    : await ImageCopy.RunAsync(result.ToCopy(renewed.Evidence), targets, images.Stop);
                var answer = RebaseAnswer.Of(
                    parsed.GetValue(source)!,
                    result,
                    renewed,
                    [.. arrived.Select(each => new CopyResultAnswer(each.Kind, each.Locations, each.BytesWritten, each.BytesAvoided))]);
                output.Write(answer, RebaseJson.Default.RebaseAnswer, () => LinesOf(answer));
                return ExitCode.Success;
            });
    }

    private static BaseImageReference Reference(string text) => BaseImageReference.Parse(text, Environment.CurrentDirectory);

    private static IEnumerable<Message> LinesOf(RebaseAnswer answer) =>
    [
        $"before     {answer.Before}",
        answer.IsUnchanged ? (Message)$"unchanged: the image has this base" : (Message)$"after      {answer.Digest}",
        .. answer.Images.Where(image => !image.IsUnchanged).SelectMany(LinesOf),
        .. answer.LeftOut.Count == 0 || answer.IsUnchanged ? Array.Empty<Message>() :
        [
            .. answer.LeftOut.Select(document => (Message)$"left out   {document.Type}  {document.Digest}"),
            $"These hold for {answer.Before} only. Sign the new image; where its project is at hand, -t:ContainerizeRebase signs it.",
        ],
        .. answer.Renewed.Select(document => (Message)$"made       {document.Type}  {document.Digest}"),
        .. answer.NotRenewed.Select(reason => (Message)$"{reason}"),
        .. answer.Destinations.Select(result => (Message)
            $"written to {string.Join(", ", result.Locations)}  ({ByteSize.Format(result.BytesWritten)} written, " +
            $"{ByteSize.Format(result.BytesAvoided)} were there)"),
    ];

    private static IEnumerable<Message> LinesOf(RebasedImageAnswer image) =>
    [
        $"{image.Platform}: {image.Layers} layers stay, on {image.NewBase.Name}",
        $"  base     - {image.OldBase.Digest}",
        $"  base     + {image.NewBase.Digest}",
        .. image.Settings.SelectMany(setting => setting.Before.Select(value => (Message)$"  setting  - {setting.Name}: {value}")
            .Concat(setting.After.Select(value => (Message)$"  setting  + {setting.Name}: {value}"))),
        image.IsExact
            ? (Message)$"  equal to what a build on this base gives: on the old base, the same steps give the old image"
            : (Message)$"  its settings were told from the old base's by comparing them; check those above",
    ];
}

/// <summary>What <c>rebase</c> says.</summary>
/// <param name="Before">The digest of the image or index as it was.</param>
/// <param name="Digest">The digest on the new base.</param>
/// <param name="IsUnchanged">Whether the image has the base already.</param>
/// <param name="LeftOut">What tells of the image as it was, and does not go with it.</param>
/// <param name="Renewed">What was made of the new image instead.</param>
/// <param name="NotRenewed">What was not, and why.</param>
internal sealed record RebaseAnswer(
    string Image,
    string Before,
    string Digest,
    bool IsUnchanged,
    IReadOnlyList<RebaseDocumentAnswer> LeftOut,
    IReadOnlyList<RebaseDocumentAnswer> Renewed,
    IReadOnlyList<string> NotRenewed,
    IReadOnlyList<RebasedImageAnswer> Images,
    IReadOnlyList<CopyResultAnswer> Destinations)
{
    internal static RebaseAnswer Of(
        string image, RebasedSet result, RenewedEvidence renewed, IReadOnlyList<CopyResultAnswer> destinations) => new(
        image,
        $"{result.Before.Digest}",
        $"{result.Digest}",
        result.IsUnchanged,
        result.IsUnchanged ? [] : [.. result.LeftOut.Select(document => new RebaseDocumentAnswer(document.Type, $"{document.Digest}"))],
        [.. renewed.Evidence.Referrers.Select(document => new RebaseDocumentAnswer(
            document.Entry.ArtifactType!, $"{document.Manifest.Descriptor.Digest}"))],
        [.. renewed.Missing.Select(reason => $"{reason}")],
        [.. result.Images.Select(each => new RebasedImageAnswer(
            $"{each.Image.Config.Platform}",
            each.IsUnchanged,
            each.IsExact,
            each.Kept.Count,
            new(each.OldBase.Name, $"{each.OldBase.Image.Manifest.Descriptor.Digest}"),
            new(each.NewBase.Name, $"{each.NewBase.Image.Manifest.Descriptor.Digest}"),
            [.. each.Settings.Select(setting => new SettingChangeAnswer(setting.Name, setting.Before, setting.After))]))],
        destinations);
}

/// <summary>A document of the image as it was, or of the new one.</summary>
/// <param name="Type">What it is: a media type, or the tag that names it.</param>
internal sealed record RebaseDocumentAnswer(string Type, string Digest);

/// <summary>What <c>rebase</c> says of a platform.</summary>
/// <param name="IsExact">Whether the result is known to be what a build gives.</param>
/// <param name="Layers">How many layers of the app stay.</param>
/// <param name="Settings">The settings that the new base changed.</param>
internal sealed record RebasedImageAnswer(
    string Platform,
    bool IsUnchanged,
    bool IsExact,
    int Layers,
    RebasedBaseAnswer OldBase,
    RebasedBaseAnswer NewBase,
    IReadOnlyList<SettingChangeAnswer> Settings);

/// <summary>A base of <c>rebase</c>.</summary>
internal sealed record RebasedBaseAnswer(string? Name, string Digest);

/// <summary>How the answer is written; compiled, so that no time goes into looking at types.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(RebaseAnswer))]
internal sealed partial class RebaseJson : JsonSerializerContext;
