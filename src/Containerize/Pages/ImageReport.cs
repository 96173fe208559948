using Containerize.Building;
using Containerize.Layers;
using Containerize.Oci;

namespace Containerize.Pages;

/// <summary>All that a page shows of what was published.</summary>
/// <param name="Names">The references that lead to it.</param>
/// <param name="Digest">The digest of the image or index.</param>
/// <param name="Images">One image per platform.</param>
internal sealed record ImageReport(IReadOnlyList<string> Names, Digest Digest, IReadOnlyList<ReportedImage> Images);

/// <summary>An image, with what there is to say of its files and how it runs.</summary>
/// <param name="Built">The image.</param>
/// <param name="Layers">The layers on the base, bottom first.</param>
/// <param name="Changes">What is different from the image that was published before.</param>
internal sealed record ReportedImage(BuiltImage Built, IReadOnlyList<ReportedLayer> Layers, ReportedChanges Changes)
{
    /// <summary>The files that are known, with their layers; bottom layer first, in the order of the layers.</summary>
    internal IEnumerable<ReportedFile> Files => Layers.SelectMany(layer => layer.Files);

    /// <summary>The compressed size of the base's layers, in bytes.</summary>
    internal long BaseSize => Built.BaseLayers.Sum(layer => layer.Blob.Descriptor.Size);

    /// <summary>The compressed size of all layers, in bytes: what a first pull transfers.</summary>
    internal long CompressedSize => BaseSize + Layers.Sum(layer => layer.Built.Descriptor.Size);

    /// <summary>Reads an image.</summary>
    /// <param name="previous">What the project published last, before this build.</param>
    /// <param name="cache">Knows what layers consist of.</param>
    internal static ReportedImage Read(BuiltImage built, PreviousBuild previous, LayerCache cache)
    {
        var contents = built.Layers.Select(layer => cache.FindContent(layer.Inputs)).ToList();
        return new ReportedImage(
            built,
            [.. built.Layers.Zip(contents, ReportedLayer.Read)],
            ReportedChanges.Read(built, previous));
    }
}

/// <summary>A layer with its files.</summary>
/// <param name="Built">The layer.</param>
/// <param name="Files">Its files in the order of the layer; none for a layer that is known as a whole only.</param>
internal sealed record ReportedLayer(BuiltLayer Built, IReadOnlyList<ReportedFile> Files)
{
    /// <summary>What users call it.</summary>
    internal string Name => Built.Name;

    /// <summary>The size of its files in bytes, uncompressed; that of the tar where the files are not known.</summary>
    internal long Size => Files.Count > 0 ? Files.Sum(file => file.Size) : Built.Record.UncompressedSize;

    /// <summary>The files of each package, the largest first; those of no package are one group.</summary>
    internal IReadOnlyList<FileGroup> Groups =>
        [.. Files.GroupBy(file => file.Package, StringComparer.Ordinal)
            .Select(group => new FileGroup(group.Key, FileGroup.Sort(group)))
            .OrderByDescending(group => group.Size).ThenBy(group => group.Package, StringComparer.Ordinal)];

    internal static ReportedLayer Read(BuiltLayer layer, LayerContent? content) =>
        new(layer, [.. (content?.Items ?? []).Select(item => ReportedFile.Read(layer.Name, item)).OfType<ReportedFile>()]);
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
