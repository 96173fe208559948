using Containerize.Building;
using Containerize.Images;
using Containerize.Inspection;
using Containerize.Layers;
using Containerize.Oci;
using Containerize.Pages;
using Containerize.Storage;

namespace Containerize.Verification;

/// <summary>Compares the image of a platform with what was rebuilt for it. Layers are read only where they differ.</summary>
/// <param name="verified">The image that is verified.</param>
/// <param name="source">Says what image and rebuild were made of. It is asked only where something differs.</param>
/// <param name="cache">Has the rebuild's layers, and takes the image's.</param>
internal sealed class ImageVerifier(
    VerifiedImage verified, Func<Image, CancellationToken, Task<SourceVerdict>> source, BlobStore cache)
{
    // Of a layer that differs throughout, these show why.
    private const int MostRead = 500;

    /// <summary>Compares.</summary>
    /// <exception cref="ContainerizeException">The image cannot be opened, or a layer of it cannot be read.</exception>
    internal async Task<ImageVerdict> VerifyAsync(BuiltImage rebuilt, CancellationToken cancellationToken)
    {
        var platform = rebuilt.Image.Config.Platform;
        var image = await verified.OpenAsync(platform, cancellationToken);
        var verdict = new ImageVerdict(
            platform.ToString(),
            SamenessOf(image.Image, rebuilt.Image),
            image.Image.Manifest.Descriptor.Digest.ToString(),
            rebuilt.Image.Manifest.Descriptor.Digest.ToString(),
            [],
            []);
        if (verdict.Sameness == Sameness.Equal)
        {
            return verdict;
        }

        var madeOf = await source(image.Image, cancellationToken);
        return verdict with
        {
            Source = madeOf,
            Settings = SettingsOf(image.Image, rebuilt.Image),
            Layers = await LayersOfAsync(image, rebuilt, madeOf, cancellationToken),
        };
    }

    private Sameness SamenessOf(Image image, Image rebuilt)
    {
        var hasSameConfig = image.Config.Blob.Descriptor.Digest == rebuilt.Config.Blob.Descriptor.Digest;
        return image.Manifest.Descriptor.Digest == rebuilt.Manifest.Descriptor.Digest || (hasSameConfig && !verified.HasManifest)
            ? Sameness.Equal
            : hasSameConfig ? Sameness.SameContent : Sameness.Different;
    }

    private List<SettingVerdict> SettingsOf(Image image, Image rebuilt)
    {
        var (old, now) = (image.Config, rebuilt.Config);
        var found = ImageDifferences.SettingsOf(old, now)
            .Select(setting => new SettingVerdict(setting.Name, setting.Before, setting.After)).ToList();
        if (old.Created != now.Created)
        {
            found.Add(new("Created", Text(old.Created), Text(now.Created)));
        }

        var (history, other) = (HistoryOf(old), HistoryOf(now));
        if (!history.SequenceEqual(other))
        {
            found.Add(new("History", [.. history.Except(other)], [.. other.Except(history)]));
        }

        if (!verified.HasManifest)
        {
            return found;
        }

        if (image.Manifest.Descriptor.MediaType != rebuilt.Manifest.Descriptor.MediaType)
        {
            found.Add(new("Media type", [image.Manifest.Descriptor.MediaType], [rebuilt.Manifest.Descriptor.MediaType]));
        }

        var (annotations, others) = (AnnotationsOf(image), AnnotationsOf(rebuilt));
        if (!annotations.SequenceEqual(others))
        {
            found.Add(new("Annotations", [.. annotations.Except(others)], [.. others.Except(annotations)]));
        }

        return found;
    }

    private static IReadOnlyList<string> Text(DateTimeOffset? time) => time is { } value ? [ImageConfig.Rfc3339(value)] : [];

    private static IReadOnlyList<string> HistoryOf(ImageConfig config) =>
        [.. RunFacts.Read(config).History.Select(line => $"{line.CreatedBy} {line.Comment}".Trim())];

    private static IReadOnlyList<string> AnnotationsOf(Image image) =>
    [
        .. (image.Document.Annotations ?? new Dictionary<string, string>()).OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => RunFacts.Pair(each.Key, each.Value)),
    ];

    private async Task<IReadOnlyList<LayerVerdict>> LayersOfAsync(
        BaseImage image, BuiltImage rebuilt, SourceVerdict madeOf, CancellationToken cancellationToken)
    {
        var (below, rebuiltBelow) = (BaseLayers(image.Image, rebuilt), rebuilt.BaseLayers.Count);
        var verdicts = new List<LayerVerdict>(BaseOf(image.Image, rebuilt, below));
        var pairs = LayerPair.Of(LayerAt.Of(image.Image, below), LayerAt.Of(rebuilt.Image, rebuiltBelow));
        if (pairs.All(pair => pair.HasSameContent))
        {
            return [.. verdicts, .. pairs.Where(pair => !pair.IsEqual && verified.HasManifest).Select(OfStorage), .. OrderOf(pairs)];
        }

        var contents = await Task.WhenAll(
            ImageContents.ReadAsync(image, cache, cancellationToken, below),
            ImageContents.ReadAsync(new BaseImage(rebuilt.Image, image.Name), cache, cancellationToken, rebuiltBelow));
        var comparison = new ContentsComparison(contents[0], contents[1], PackagesOf(rebuilt), madeOf);
        foreach (var pair in pairs)
        {
            if (!pair.HasSameContent)
            {
                verdicts.Add(await OfFilesAsync(pair, comparison, cancellationToken));
            }
            else if (!pair.IsEqual && verified.HasManifest)
            {
                verdicts.Add(OfStorage(pair));
            }
        }

        return verdicts;
    }

    // The first layer that Containerize names is the first on the base. Where no layer has a name, the base is what the rebuild's is.
    private static int BaseLayers(Image image, BuiltImage rebuilt)
    {
        var same = image.Layers.Zip(rebuilt.BaseLayers).TakeWhile(pair => pair.First.DiffId == pair.Second.DiffId).Count();
        var first = same + image.Layers.Skip(same)
            .TakeWhile(layer => layer.Annotations?.ContainsKey(LayerAnnotations.Name) != true).Count();
        return first < image.Layers.Count ? first
            : same == rebuilt.BaseLayers.Count ? same
            : Math.Min(image.Layers.Count, rebuilt.BaseLayers.Count);
    }

    private static IEnumerable<LayerVerdict> BaseOf(Image image, BuiltImage rebuilt, int below)
    {
        if (image.Layers.Take(below).Select(layer => layer.DiffId).SequenceEqual(rebuilt.BaseLayers.Select(layer => layer.DiffId)))
        {
            yield break;
        }

        var old = ImageBase.Of(image);
        var now = rebuilt.BaseName is null ? "none" : $"{rebuilt.BaseName}@{rebuilt.BaseDigest}";
        yield return new("base", null, null, 0, [])
        {
            Note = $"another base image: {(old.Name is null ? "not named" : $"{old.Name}@{old.Digest}")} in the image, "
                + $"{now} in the rebuild",
        };
    }

    private static LayerVerdict OfStorage(LayerPair pair)
    {
        var (old, now) = (pair.Image!.Layer.Blob.Descriptor, pair.Rebuilt!.Layer.Blob.Descriptor);
        return Verdict(pair) with
        {
            Note = old.MediaType != now.MediaType
                ? $"the same content, stored in another way: {old.MediaType} in the image, {now.MediaType} in the rebuild"
                : $"the same content, compressed in another way (level or version): {ByteSize.Format(old.Size)} in the image, "
                    + $"{ByteSize.Format(now.Size)} in the rebuild",
        };
    }

    private static IEnumerable<LayerVerdict> OrderOf(IReadOnlyList<LayerPair> pairs)
    {
        var moved = pairs.Zip(pairs.OrderBy(pair => pair.Rebuilt!.Number)).FirstOrDefault(pair => pair.First != pair.Second).First;
        if (moved is not null)
        {
            yield return Verdict(moved) with { Note = "the layers have another order" };
        }
    }

    private async Task<LayerVerdict> OfFilesAsync(LayerPair pair, ContentsComparison comparison, CancellationToken cancellationToken)
    {
        var differences = comparison.FilesOf(pair);
        if (differences.Count == 0)
        {
            return Verdict(pair) with
            {
                Note = "no file differs: the times of the files (SOURCE_DATE_EPOCH), or their order, do",
            };
        }

        var shown = differences.Take(MostRead).ToList();
        var paths = shown.Select(file => file.Path).Concat(shown.Select(file => ContentsComparison.SymbolsOf(file.Path)).OfType<string>())
            .ToHashSet(StringComparer.Ordinal);
        var isWindows = comparison.IsWindows;
        var old = await ReadAsync(pair.Image);
        var now = await ReadAsync(pair.Rebuilt);
        return Verdict(pair) with { FileCount = differences.Count, Files = comparison.Explain(pair, shown, old, now) };

        async Task<IReadOnlyDictionary<string, byte[]>> ReadAsync(LayerAt? layer) => layer is null
            ? new Dictionary<string, byte[]>()
            : await LayerBytes.ReadAsync(layer.Layer, isWindows, paths, cache, cancellationToken);
    }

    private static LayerVerdict Verdict(LayerPair pair) => new(
        pair.Name, pair.Image?.Layer.Blob.Descriptor.Digest.ToString(), pair.Rebuilt?.Layer.Blob.Descriptor.Digest.ToString(), 0, []);

    private Dictionary<string, string> PackagesOf(BuiltImage rebuilt)
    {
        var (layers, packages) = (new LayerCache(cache), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var item in rebuilt.Layers.SelectMany(layer => layers.FindContent(layer.Inputs)?.Items ?? []))
        {
            if (item.Package is { } package)
            {
                packages[item.Path] = package;
            }
        }

        return packages;
    }
}
