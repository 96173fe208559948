using Containerize.Inspection;

namespace Containerize.Verification;

/// <summary>What image and rebuild hold, and why files of them differ.</summary>
internal sealed class ContentsComparison
{
    private const string AssemblyEnding = ".dll";

    private readonly ImageContents _image;
    private readonly ImageContents _rebuilt;
    private readonly FileOrigins _origins;
    private readonly CauseFinder _causes;

    /// <param name="packages">The package of each file, as <c>id version</c>, where the rebuild knows one.</param>
    /// <param name="source">What both were made of.</param>
    internal ContentsComparison(
        ImageContents image, ImageContents rebuilt, IReadOnlyDictionary<string, string> packages, SourceVerdict source)
    {
        (_image, _rebuilt) = (image, rebuilt);
        _origins = new(image, rebuilt, packages);
        _causes = new(source, ImageDifferences.Between(image, rebuilt).Packages);
    }

    /// <summary>Whether the files are those of an image for Windows.</summary>
    internal bool IsWindows => _image.Image.Config.Platform.IsWindows;

    /// <summary>Where the symbols of an assembly lie; null for another file.</summary>
    internal static string? SymbolsOf(string path) =>
        path.EndsWith(AssemblyEnding, StringComparison.OrdinalIgnoreCase) ? path[..^AssemblyEnding.Length] + ".pdb" : null;

    /// <summary>The files in which two layers differ, by path.</summary>
    internal IReadOnlyList<FileDifference> FilesOf(LayerPair pair)
    {
        var (old, now) = (Files(_image, pair.Image), Files(_rebuilt, pair.Rebuilt));
        return
        [
            .. from path in old.Keys.Union(now.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
               let difference = new FileDifference(path, old.GetValueOrDefault(path), now.GetValueOrDefault(path))
               where difference.Kind != ChangeKind.Changed || difference.What.Count > 0
               select difference,
        ];
    }

    /// <summary>Says why files differ: the first of each cause.</summary>
    /// <param name="image">What is known of their content in the image, and of that of symbols, by path.</param>
    /// <param name="rebuilt">The same of the rebuild.</param>
    internal IReadOnlyList<FileVerdict> Explain(
        LayerPair pair,
        IReadOnlyList<FileDifference> files,
        IReadOnlyDictionary<string, byte[]> image,
        IReadOnlyDictionary<string, byte[]> rebuilt) =>
    [
        .. from file in files
           let explained = Explain(pair, file, image, rebuilt)
           group explained by (explained.Cause, explained.Cause == DifferenceCause.Package ? explained.Detail : "") into same
           select same.First() with { Others = same.Count() - 1 },
    ];

    private FileVerdict Explain(
        LayerPair pair,
        FileDifference file,
        IReadOnlyDictionary<string, byte[]> image,
        IReadOnlyDictionary<string, byte[]> rebuilt)
    {
        var (cause, detail) = Moved(pair, file) ?? _causes.Find(
            new(file, _origins.InImage(file.Path), _origins.InRebuilt(file.Path))
            {
                Image = image.GetValueOrDefault(file.Path),
                Rebuilt = rebuilt.GetValueOrDefault(file.Path),
                Symbols = SymbolsOf(file.Path) is { } symbols
                    ? (image.GetValueOrDefault(symbols), rebuilt.GetValueOrDefault(symbols)) : (null, null),
            });
        return new("/" + file.Path, _origins.Of(file.Path), cause, detail, 0);
    }

    private (DifferenceCause Cause, string Detail)? Moved(LayerPair pair, FileDifference file)
    {
        var (there, where, own) = file.After is null ? (_rebuilt, "the rebuild", pair.Rebuilt) : (_image, "the image", pair.Image);
        return file.Kind != ChangeKind.Changed
            && there.Files.TryGetValue(there.Resolve(file.Path), out var other)
            && other.Layer != own?.Number
            && other.File.Content == (file.Before ?? file.After)!.Content
            && other.File.Kind == (file.Before ?? file.After)!.Kind
                ? (
                    DifferenceCause.Layer,
                    $"it is in the layer '{new LayerAt(other.Layer, there.Image.Layers[other.Layer]).Title}' of {where}")
                : null;
    }

    private static Dictionary<string, LayerFile> Files(ImageContents contents, LayerAt? layer)
    {
        var files = new Dictionary<string, LayerFile>(StringComparer.Ordinal);
        foreach (var file in layer is null ? [] : contents.Layers[layer.Number].Files)
        {
            files[file.Path] = file;
        }

        return files;
    }
}
