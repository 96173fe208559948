using Containerize.Building;
using Containerize.Images;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Starting;

namespace Containerize.Pages;

/// <summary>All that a page shows of what was published.</summary>
/// <param name="Names">The references that lead to it.</param>
/// <param name="Digest">The digest of the image or index.</param>
/// <param name="Images">One image per platform.</param>
internal sealed record ImageReport(IReadOnlyList<string> Names, Digest Digest, IReadOnlyList<ReportedImage> Images);

/// <summary>An image, with what there is to say of its files and how it runs. A build and any image that exists give one.</summary>
/// <param name="Image">The image.</param>
/// <param name="Base">What it is built on; null for nothing, or where that is not known.</param>
/// <param name="Layers">The layers on the base, bottom first.</param>
internal sealed record ReportedImage(Image Image, ReportedBase? Base, IReadOnlyList<ReportedLayer> Layers)
{
    /// <summary>What is different from the image that was published before; null where that cannot be known.</summary>
    internal ReportedChanges? Changes { get; init; }

    /// <summary>What the start check found; null when it did not run.</summary>
    internal IReadOnlyList<StartFinding>? StartFindings { get; init; }

    /// <summary>The packages that its files say it has; none where they were not read.</summary>
    internal IReadOnlyList<ReportedPackage> Packages { get; init; } = [];

    /// <summary>What stands beside it: signatures, bills of materials and the like.</summary>
    internal IReadOnlyList<ReportedEvidence> Evidence { get; init; } = [];

    /// <summary>The files that are known, with their layers; bottom layer first, in the order of the layers.</summary>
    internal IEnumerable<ReportedFile> Files => Layers.SelectMany(layer => layer.Files);

    /// <summary>The layers that come from the base, bottom first.</summary>
    internal IReadOnlyList<Layer> BaseLayers => [.. Image.Layers.Take(Image.Layers.Count - Layers.Count)];

    /// <summary>The compressed size of the base's layers, in bytes.</summary>
    internal long BaseSize => BaseLayers.Sum(layer => layer.Blob.Descriptor.Size);

    /// <summary>The compressed size of all layers, in bytes: what a first pull transfers.</summary>
    internal long CompressedSize => BaseSize + Layers.Sum(layer => layer.CompressedSize);

    /// <summary>Reads an image that was built.</summary>
    /// <param name="previous">What the project published last, before this build.</param>
    /// <param name="cache">Knows what layers consist of.</param>
    internal static ReportedImage Read(BuiltImage built, PreviousBuild previous, LayerCache cache) => new(
        built.Image,
        built.BaseName is null ? null : new(built.BaseName, built.BaseDigest),
        [.. built.Layers.Select(layer => ReportedLayer.Read(layer, cache.FindContent(layer.Inputs)))])
    {
        Changes = ReportedChanges.Read(built, previous),
        StartFindings = built.StartFindings,
    };
}

/// <summary>What an image is built on.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Digest">The digest of its manifest; null where that is not known.</param>
internal sealed record ReportedBase(string Name, Digest? Digest);

/// <summary>A package of an image.</summary>
/// <param name="Kind">Where it comes from: <c>Debian</c>, <c>NuGet</c>.</param>
internal sealed record ReportedPackage(string Kind, string Name, string Version);

/// <summary>Something that stands beside an image.</summary>
/// <param name="Type">What it is: a media type, or how its tag ends.</param>
/// <param name="Digest">The digest of its manifest.</param>
/// <param name="IsOfIndex">Whether it tells of the index that the image is in.</param>
internal sealed record ReportedEvidence(string Type, Digest Digest, bool IsOfIndex);

/// <summary>A layer with its files.</summary>
/// <param name="Name">What users call it, or what made it.</param>
/// <param name="CompressedSize">The size of the blob, in bytes.</param>
/// <param name="UncompressedSize">Its size without compression, in bytes.</param>
/// <param name="FileCount">How many files it has.</param>
/// <param name="Files">Its files in the order of the layer; none for a layer that is known as a whole only.</param>
internal sealed record ReportedLayer(
    string Name, long CompressedSize, long UncompressedSize, int FileCount, IReadOnlyList<ReportedFile> Files)
{
    /// <summary>The packages in it, each as <c>id version</c>.</summary>
    internal IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>The size of its files in bytes, uncompressed; that of the tar where the files are not known.</summary>
    internal long Size => Files.Count > 0 ? Files.Sum(file => file.Size) : UncompressedSize;

    /// <summary>The files of each package, the largest first; those of no package are one group.</summary>
    internal IReadOnlyList<FileGroup> Groups =>
        [.. Files.GroupBy(file => file.Package, StringComparer.Ordinal)
            .Select(group => new FileGroup(group.Key, FileGroup.Sort(group)))
            .OrderByDescending(group => group.Size).ThenBy(group => group.Package, StringComparer.Ordinal)];

    internal static ReportedLayer Read(BuiltLayer layer, LayerContent? content) => new(
        layer.Name,
        layer.Descriptor.Size,
        layer.Record.UncompressedSize,
        layer.Record.FileCount,
        [.. (content?.Items ?? []).Select(item => ReportedFile.Read(layer.Name, item)).OfType<ReportedFile>()])
    {
        Packages = layer.Packages,
    };
}

/// <summary>Files of a layer that come from one package.</summary>
/// <param name="Package">The package, as <c>id version</c>; null for files that come from no package.</param>
/// <param name="Files">The files, the largest first.</param>
internal sealed record FileGroup(string? Package, IReadOnlyList<ReportedFile> Files)
{
    /// <summary>The size of all, in bytes.</summary>
    internal long Size { get; } = Files.Sum(file => file.Size);

    /// <summary>What it is called on the page.</summary>
    internal string Name => Package ?? "files of no package";

    internal static IReadOnlyList<ReportedFile> Sort(IEnumerable<ReportedFile> files) =>
        [.. files.OrderByDescending(file => file.Size).ThenBy(file => file.Path, StringComparer.Ordinal)];
}
