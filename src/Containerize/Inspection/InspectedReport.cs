using Containerize.Images;
using Containerize.Oci;
using Containerize.Pages;

namespace Containerize.Inspection;

/// <summary>
/// The report of an image that exists, whichever tool made it. Of an image of Containerize, the layers below its own are the base's, and
/// shown as a whole, as in the report of a build; of any other image, all layers are shown with their files.
/// </summary>
internal static class InspectedReport
{
    private const string BaseNameKey = "org.opencontainers.image.base.name";
    private const string BaseDigestKey = "org.opencontainers.image.base.digest";
    private const string ShellMark = "/bin/sh -c #(nop)";
    private const int MostName = 60;

    /// <summary>Makes the report.</summary>
    /// <param name="contents">The image, with all its layers.</param>
    /// <param name="listing">What stands beside it.</param>
    internal static ImageReport Of(ImageContents contents, ImageListing listing)
    {
        var image = contents.Image;
        var own = image.Layers.TakeWhile(layer => RunFacts.NameOf(layer) is null).Count();
        var below = own == image.Layers.Count ? 0 : own;
        var digest = image.Manifest.Descriptor.Digest;
        var names = Names(image, below);
        return new(contents.Name.Length == 0 ? [] : [contents.Name], digest,
        [
            new(
                image,
                BaseOf(image),
                [.. Enumerable.Range(below, image.Layers.Count - below).Select(number => LayerOf(contents, number, names[number]))])
            {
                Packages = [.. contents.Packages.All.Select(package => new ReportedPackage(
                    $"{package.Kind}", package.Name, package.Version))],
                Evidence = [.. listing.Evidence.Select(evidence => new ReportedEvidence(
                    HiddenText.Shown(evidence.Type), evidence.Digest, evidence.Subject != digest))],
            },
        ]);
    }

    private static ReportedLayer LayerOf(ImageContents contents, int number, string name)
    {
        var content = contents.Layers[number];
        IReadOnlyList<ReportedFile> files =
        [
            .. from file in content.Files
               where file.Kind == LayerFileKind.File
               let path = contents.Resolve(file.Path)
               let package = contents.Packages.OwnerOf(path)
               select new ReportedFile(
                   path, name, package is null ? null : $"{package.Name} {package.Version}", file.Size, file.Content?.Hex ?? ""),
        ];
        return new(name, contents.Image.Layers[number].Blob.Descriptor.Size, content.Size, files.Count, files);
    }

    /// <summary>What layers are called: as Containerize named them, or after what made them.</summary>
    private static IReadOnlyList<string> Names(Image image, int below)
    {
        var made = RunFacts.Read(image.Config).History.Where(line => !line.IsEmpty).ToList();
        return [.. image.Layers.Select((layer, number) => RunFacts.NameOf(layer)
            ?? (made.Count == image.Layers.Count && TextOf(made[number]) is { Length: > 0 } text
                ? $"{number - below + 1}: {Shorten(text)}" : $"layer {number - below + 1}"))];
    }

    // What builders put before the instruction is the same for all.
    private static string TextOf(HistoryLine line) =>
        (line.CreatedBy.Length > 0 ? line.CreatedBy : line.Comment).Replace(ShellMark, "", StringComparison.Ordinal).Trim();

    private static string Shorten(string text) => text.Length <= MostName ? text : text[..MostName] + "…";

    // Containerize and buildah write annotations, the .NET SDK labels.
    private static ReportedBase? BaseOf(Image image) =>
        new[] { image.Document.Annotations, image.Config.Labels }
            .Where(texts => texts?.GetValueOrDefault(BaseNameKey) is { Length: > 0 })
            .Select(texts => new ReportedBase(
                HiddenText.Shown(texts![BaseNameKey]),
                Digest.TryParse(texts.GetValueOrDefault(BaseDigestKey) ?? "", out var digest) ? digest : null))
            .FirstOrDefault();
}
