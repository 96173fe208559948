using System.CommandLine;
using System.Text.Json.Serialization;
using Containerize.Bases;
using Containerize.Copying;

namespace Containerize.Tool;

/// <summary>Copies an image, byte for byte, with what refers to it.</summary>
internal static class CopyCommand
{
    internal static Command Create(SharedOptions shared)
    {
        var source = SharedOptions.Image("SOURCE");
        var destinations = new Argument<string[]>("DESTINATION")
        {
            Description = "Where it goes, one or several, in the same forms; a registry's image is named by a tag.",
            Arity = ArgumentArity.OneOrMore,
        };
        var alone = new Option<bool>("--no-referrers")
        {
            Description = "Copy the image alone: no signatures, no bills of materials, no statements.",
        };
        var command = shared.WithImages(
            new Command("copy", "Copies an image with all platforms, its digest, its signatures and what else refers to it.")
            {
                source, destinations, alone,
            },
            async (parsed, images, output) =>
            {
                var access = images.Access;
                var places = new CopyPlaces(access.Registries, access.Cache, Environment.GetEnvironmentVariable, access.Reporter);
                // A typing error in the last one is told before anything moves.
                IReadOnlyList<ICopyDestination> targets = [.. parsed.GetValue(destinations)!
                    .Select(text => places.OpenDestination(text, Environment.CurrentDirectory))];
                var place = BaseImageReference.Parse(parsed.GetValue(source)!, Environment.CurrentDirectory);
                var opened = await places.OpenSourceAsync(
                    place,
                    async reference => (await access.OpenAsync(reference, images.Platform, images.Stop)).Image,
                    images.Stop);
                var image = await new CopyReader(opened, access.Cache, access.Reporter)
                    .ReadAsync(images.Platform, !parsed.GetValue(alone), images.Stop);
                if (place is OciArchiveReference archive && !parsed.GetValue(alone))
                {
                    image = await new ArchiveDocuments(archive.File, access.Cache, access.Reporter)
                        .AddToAsync(image, images.Stop, images.Platform is null ? null : opened);
                }

                var results = await ImageCopy.RunAsync(image, targets, images.Stop);
                var answer = new CopyAnswer(
                    parsed.GetValue(source)!,
                    $"{image.Digest}",
                    image.Referrers.Count + image.Tags.Count,
                    [.. results.Select(result => new CopyResultAnswer(
                        result.Kind, result.Locations, result.BytesWritten, result.BytesAvoided))]);
                output.Write(answer, CopyJson.Default.CopyAnswer, () => LinesOf(answer));
                return ExitCode.Success;
            });
        return command;
    }

    private static IEnumerable<Message> LinesOf(CopyAnswer answer) =>
    [
        $"digest     {answer.Digest}",
        $"referrers  {answer.Referrers}",
        .. answer.Destinations.Select(result => (Message)
            $"copied to  {string.Join(", ", result.Locations)}  ({ByteSize.Format(result.BytesWritten)} written, " +
            $"{ByteSize.Format(result.BytesAvoided)} were there)"),
    ];
}

/// <summary>What <c>copy</c> says.</summary>
/// <param name="Digest">The digest of what was copied.</param>
/// <param name="Referrers">How many manifests that refer to it were copied with it.</param>
internal sealed record CopyAnswer(string Source, string Digest, int Referrers, IReadOnlyList<CopyResultAnswer> Destinations);

/// <summary>A destination of <c>copy</c>.</summary>
/// <param name="BytesWritten">How many bytes of blobs were sent or written.</param>
/// <param name="BytesAvoided">How many were there, mounted or linked.</param>
internal sealed record CopyResultAnswer(string Kind, IReadOnlyList<string> Locations, long BytesWritten, long BytesAvoided);

/// <summary>How the answer is written; compiled, so that no time goes into looking at types.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(CopyAnswer))]
internal sealed partial class CopyJson : JsonSerializerContext;
